// Tagging while reading: one key goes to an answer, a second sets a tag on it. Each tag goes out alone and is kept in
// this tab, sealed, until it is stored. The chips do the same by touch; there is one tagger, and it moves.

import { createDrafts } from "./drafts.js";
import { morph } from "./live.js";
import { createOutbox } from "./outbox.js";
import { post } from "./posting.js";

const page = document.body.dataset;
const line = document.getElementById("tag-state");
const tagger = document.getElementById("tagger");
const field = document.getElementById("theme");
const answers = [...document.querySelectorAll("[data-answer]")];

const stored = new Map(answers.map((each) => [each.dataset.answer, JSON.parse(each.dataset.tags)]));
const drafts = createDrafts({ key: page.draftKey, person: page.person });
let current = null;
let signedOut = false;

const outbox = createOutbox({
  send,
  store: drafts,
  onChange: (item) => {
    paint(item.message.reflection_id);
    if (item.status === "waiting") tell(signedOut ? "signedOut" : "failed");
    else if (item.status === "sending" && !item.tries) tell("saving");
  },
  onSaved: ({ reflection_id: id }, told) => {
    take({ [id]: told.tags }, told.html);
    if (!outbox.all().length) tell("saved", told.saved_at);
  },
  onRefused: (item) => {
    outbox.drop(item.message.id);
    paint(item.message.reflection_id);
    tell("refused", "", item.error.message);
  },
});

let before = Promise.resolve(); // one after the other: an answer that comes late must not paint over a newer one

function send({ reflection_id, tag, on }) {
  before = before.then(async () => {
    const told = await post(page.tagsUrl, { reflection_id, tag, on });
    signedOut = told.signedOut ?? false;
    return told;
  });
  return before;
}

/** The tags of an answer as they stand once everything on its way is stored. */
function wanted(id) {
  const tags = [...(stored.get(id) ?? [])];
  const pending = outbox.all().filter(({ message }) => message.reflection_id === id);
  for (const { message, next } of pending) {
    const { tag, on } = next ?? message;
    const place = tags.findIndex((each) => same(each, tag));
    if (on && place < 0) tags.push(tag);
    if (!on && place >= 0) tags.splice(place, 1);
  }
  return tags;
}

const same = (one, other) => one.toLowerCase() === other.toLowerCase();

function set(id, tag) {
  const on = !wanted(id).some((each) => same(each, tag));
  outbox.put({ id: `${id} ${tag.toLowerCase()}`, reflection_id: id, tag, on });
}

/** What the server says stands now; what is still on its way is painted over it. */
function take(tags, html) {
  for (const [id, list] of Object.entries(tags)) {
    stored.set(id, list);
    for (const tag of list) if (tag.startsWith("theme:")) addChip(tag);
    paint(id);
  }
  if (html) morph(document.getElementById("region-touched"), html);
}

// ——— what stands on the page

function paint(id) {
  const answer = answers.find((each) => each.dataset.answer === id);
  if (!answer) return;
  const tags = wanted(id);
  const waiting = outbox.all().filter((item) => item.message.reflection_id === id && item.status === "waiting");
  const list = answer.querySelector("[data-on]");
  list.hidden = !tags.length;
  list.replaceChildren(...tags.map((tag) => {
    const mark = document.getElementById("tag-on").content.firstElementChild.cloneNode(true);
    mark.textContent = words(tag);
    mark.classList.toggle("tag-lamp", waiting.some(({ message }) => same(message.tag, tag)));
    return mark;
  }));
  if (answer === current) press();
}

const chips = () => [...tagger.querySelectorAll("[data-tag]")];
const chipOf = (tag) => chips().find((chip) => same(chip.dataset.tag, tag));
const words = (tag) => chipOf(tag)?.querySelector("[data-words]").textContent ?? tag.replace(/^theme:/, "");

function press() {
  const tags = wanted(current.dataset.answer);
  for (const chip of chips()) chip.setAttribute("aria-pressed", String(tags.some((tag) => same(tag, chip.dataset.tag))));
}

function addChip(tag) {
  if (chipOf(tag)) return;
  const chip = document.getElementById("theme-chip").content.firstElementChild.cloneNode(true);
  chip.dataset.tag = tag;
  chip.querySelector("[data-words]").textContent = tag.replace(/^theme:/, "");
  document.getElementById("theme-chips").prepend(chip);
}

function tell(which, time = "", sentence = "") {
  line.querySelector("span").textContent = (sentence || line.dataset[which]).replace("{time}", time);
  line.classList.toggle("state-wait", !["saving", "saved"].includes(which));
}

// ——— which answer is read

function go(answer) {
  const button = (each) => each?.querySelector("[data-tag-this]");
  button(current)?.setAttribute("aria-expanded", "false");
  current?.classList.remove("reading");
  current = answer;
  tagger.hidden = !answer;
  if (!answer) return;
  answer.closest("details").open = true;
  answer.append(tagger);
  answer.classList.add("reading");
  button(answer).setAttribute("aria-expanded", "true");
  press();
}

function walk(step) {
  const place = answers.indexOf(current) + step;
  const next = answers[Math.max(0, Math.min(answers.length - 1, place))];
  if (!next) return;
  go(next);
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}

document.addEventListener("click", ({ target }) => {
  const chip = target.closest("[data-tag]");
  if (chip) set(current.dataset.answer, chip.dataset.tag);
  const opener = target.closest("[data-tag-this]");
  const answer = opener?.closest("[data-answer]");
  if (opener) go(answer === current ? null : answer);
  if (target.closest("[data-first]")) walk(current ? 0 : 1);
});

document.getElementById("theme-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const theme = field.value.trim().replace(/\s+/g, " ");
  if (!theme) return;
  field.value = "";
  addChip(`theme:${theme}`);
  const { tag } = chipOf(`theme:${theme}`).dataset;
  if (!wanted(current.dataset.answer).some((each) => same(each, tag))) set(current.dataset.answer, tag);
  current.focus({ preventScroll: true }); // on to the next with j
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Escape") current.focus({ preventScroll: true });
});

// Never while typing, never with a modifier, never behind a sheet.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const { key } = event;
  if (key === "j") walk(1);
  else if (key === "k") walk(current ? -1 : 1);
  else if (key === "t" && current) field.focus();
  else if (key === "?" || (current && chips().some((chip) => chip.dataset.key === key))) {
    document.querySelector(`[data-key="${CSS.escape(key)}"]`).click();
  } else return;
  event.preventDefault();
});

// ——— away and back

window.addEventListener("online", outbox.kick);
document.addEventListener("visibilitychange", async () => {
  if (document.visibilityState !== "visible") return;
  outbox.kick();
  try {
    const told = await (await fetch(page.tagsUrl)).json();
    take(Object.fromEntries(answers.map(({ dataset: { answer: id } }) => [id, told.tags[id] ?? []])), told.html);
  } catch {
    // the page shows what it knows; the next return asks again
  }
});
window.addEventListener("beforeunload", (event) => {
  if (outbox.all().length) event.preventDefault(); // a reload keeps them, a closed tab does not
});

await drafts.load();
outbox.resume();
