// Editing an item of the library: the fields on the page are the body; they are saved as they change, and what
// cannot be kept is marked where it stands.

import { ordered } from "./order.js";
import { keepSaved } from "./saving.js";

const page = document.body.dataset;
const form = document.getElementById("item");
const say = document.getElementById("say");

// ——— reading the fields

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const number = (text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : text.trim());
const KINDS = {
  text: (field) => field.value,
  lines: (field) => (field.closest("[data-for-types][hidden]") ? [] : lines(field.value)),
  number: (field) => number(field.value),
  yes: (field) => field.checked,
  pool: (field) => (field.checked ? "own" : null),
  maybe: (field) => field.value || null,
};

/** The fields of an element as an object; lists within it become lists. */
function read(element) {
  const found = {};
  const inside = (each) => each.parentElement.closest("[data-item], #item") === element;
  for (const field of element.querySelectorAll("[data-field]")) {
    if (!inside(field)) continue;
    const { field: name, kind = "text" } = field.dataset;
    if (kind === "pair") (found[name] ??= []).push(number(field.value));
    else if (kind === "set") (found[name] ??= []).push(...(field.checked ? [field.value] : []));
    else found[name] = KINDS[kind](field);
  }
  for (const list of element.querySelectorAll("[data-list]")) {
    if (inside(list)) found[list.dataset.list] = items(list).map((item) => valueOf(item) ?? read(item));
  }
  return found;
}

const items = (list) => [...list.children];
const valueOf = (item) => item.querySelector(":scope > [data-value]")?.value;

// ——— saving

const { changed: keep } = keepSaved({
  collect: () => ({ part: page.part, body: read(form) }),
  stored({ version, advice }) {
    mark([]);
    advise(advice);
    for (const field of document.querySelectorAll('form[data-review] [name="version"]')) field.value = version;
  },
  refused: ({ faults = [] }) => mark(faults),
  mendable: ["faulty"],
});

function changed() {
  count();
  keep();
}

/** Marks the place of each fault, with its sentence below it; unfolds what hides it. */
function mark(faults) {
  for (const old of form.querySelectorAll(".wrong")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  faults.forEach(({ place, sentence }, count) => {
    const field = at(place.split("."));
    const told = document.createElement("p");
    told.className = "wrong";
    told.id = `wrong-${count}`;
    told.textContent = sentence;
    if (field.matches("input, textarea, select")) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", told.id);
    }
    const folded = field.closest(".open[hidden]");
    if (folded) unfold(folded.parentElement.querySelector("[data-unfold]"), true);
    (field.closest(".pick, .minutes") ?? field).after(told);
  });
}

/** The element for a place such as prompts.0.options; the nearest thing around it where it has no field. */
function at(steps) {
  let here = form;
  for (const step of steps) {
    const next = /^\d+$/.test(step)
      ? items(here)[Number(step)]
      : here.querySelector(`[data-list="${CSS.escape(step)}"], [data-field="${CSS.escape(step)}"]`);
    if (!next) break;
    here = next;
  }
  if (here === form) return form.firstElementChild;
  if (here.matches("[type=hidden], [type=checkbox]")) return here.closest("[data-item], fieldset") ?? here;
  return here;
}

function advise(sentences) {
  const place = document.getElementById("advice");
  place.hidden = !sentences.length;
  place.querySelector("ul").replaceChildren(
    ...sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })),
  );
}

form.addEventListener("submit", (event) => event.preventDefault());

// ——— lists

let made = 1000; // ids of added items begin where those of the page end

function add(list) {
  const template = form.querySelector(`template[data-for="${list.dataset.list}"]`);
  const item = template.content.firstElementChild.cloneNode(true);
  const own = `${++made}`;
  for (const each of item.querySelectorAll("[id], [for]")) {
    if (each.id) each.id = each.id.replace("{n}", own);
    if (each.htmlFor) each.htmlFor = each.htmlFor.replace("{n}", own);
  }
  list.append(item);
  prepare(item);
  return item;
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const item = button.closest("[data-item]");
  if (button.dataset.add) {
    const fresh = add(form.querySelector(`[data-list="${button.dataset.add}"]`));
    fresh.querySelector("input:not([type=hidden]), textarea").focus();
    changed();
  } else if ("remove" in button.dataset) {
    if (counted(item)) ask(item);
    else takeOut(item);
  } else if (button.dataset.step) {
    const field = item.querySelector('[data-field="minutes"]');
    field.value = Math.max(1, (parseInt(field.value, 10) || 1) + Number(button.dataset.step));
    changed();
  } else if ("unfold" in button.dataset) {
    unfold(button, button.getAttribute("aria-expanded") !== "true");
  }
});

function takeOut(item) {
  const next = item.nextElementSibling ?? item.previousElementSibling ?? item.parentElement.closest("[data-item]");
  item.remove();
  (next?.querySelector("button") ?? form.querySelector("[data-add]"))?.focus();
  say.textContent = say.dataset.gone;
  changed();
}

/** Whether the session counts on this stage, or on one within it. */
const counted = (item) =>
  item.matches("[data-counted]") || Boolean(item.querySelector(':scope > .open [data-field="core"]')?.checked);

/** What is counted on goes after one question. */
function ask(item) {
  const sheet = document.getElementById("ask-core");
  const title = item.querySelector('[data-field="title"]')?.value ?? item.dataset.counted;
  document.getElementById("core-title").textContent = title;
  sheet.returnValue = "";
  sheet.addEventListener("close", () => sheet.returnValue === "yes" && takeOut(item), { once: true });
  sheet.showModal();
}

function unfold(button, open) {
  const row = button.closest("li");
  button.setAttribute("aria-expanded", String(open));
  row.querySelector(":scope > .open").hidden = !open;
  row.classList.toggle("plan-open", open);
}

form.addEventListener("input", (event) => {
  if (!event.target.matches("[data-pick]")) changed();
});

form.addEventListener("change", (event) => {
  const { target } = event;
  if (target.matches("[data-pick]") && target.value) {
    const list = target.closest("[data-item]").querySelector('[data-list="exercises"]');
    const item = add(list);
    const title = target.selectedOptions[0].textContent;
    item.querySelector("[data-value]").value = target.value;
    item.querySelector("[data-words]").textContent = title;
    const button = item.querySelector("button");
    button.setAttribute("aria-label", `${button.getAttribute("aria-label").trim()} ${title}`);
    target.value = "";
    changed();
  } else if (target.matches("[data-type]")) {
    fit(target);
  }
});

/** Options and words to tap stand only where this kind of answer takes them. */
function fit(select) {
  for (const part of select.closest("[data-item]").querySelectorAll("[data-for-types]")) {
    part.hidden = !part.dataset.forTypes.split(" ").includes(select.value);
  }
}

function prepare(element) {
  for (const select of element.querySelectorAll("[data-type]")) fit(select);
  for (const list of element.querySelectorAll("[data-ordered]")) {
    ordered(list, (item) => {
      changed();
      say.textContent = say.dataset.moved.replace("{number}", items(list).indexOf(item) + 1);
    });
  }
  count();
}

function count() {
  for (const list of form.querySelectorAll("[data-ordered]")) {
    items(list).forEach((item, place) => {
      const shown = item.querySelector("[data-number]");
      if (shown) shown.textContent = place + 1;
    });
  }
  const total = document.getElementById("total");
  if (!total) return;
  const minutes = [...form.querySelectorAll('[data-list="rows"] [data-field="minutes"]')];
  const sum = minutes.reduce((all, field) => all + (parseInt(field.value, 10) || 0), 0);
  total.textContent = total.dataset.words.replace("{sum}", sum);
}

prepare(form);
form.inert = false; // what is typed before this page can save it would look saved
