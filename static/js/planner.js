// The planner: order, minutes, names, cue cards and private forms are saved as they change; the state line says what is true.

import { ordered } from "./order.js";
import { keepSaved } from "./saving.js";

const page = document.body.dataset;
const list = document.getElementById("plan");
const say = document.getElementById("say");
const rows = () => [...list.children];

const { changed } = keepSaved({ collect: () => ({ stages: plan() }) });

function plan() {
  return rows().map((row) => ({
    id: row.dataset.stage,
    minutes: minutesOf(row),
    title: row.querySelector('[data-field="title"]').value,
    say: row.querySelector('[data-field="say"]').value,
    holds_door: row.querySelector("[data-holds]").checked,
    measures: [...row.querySelectorAll('[data-field="measures"]:checked')].map((box) => box.value),
  }));
}

// ——— minutes, names, cue cards

const minutesOf = (row) => Math.min(240, Math.max(1, parseInt(row.querySelector("[data-minutes]").value, 10) || 1));

list.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const row = event.target.closest("li[data-stage]");
  if (!button || !row) return;
  if (button.dataset.step) {
    row.querySelector("[data-minutes]").value = Math.max(1, minutesOf(row) + Number(button.dataset.step));
    count();
    changed();
  } else if ("edit" in button.dataset) {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
    row.classList.toggle("plan-open", open);
  }
});

list.addEventListener("input", (event) => {
  const row = event.target.closest("li[data-stage]");
  if (event.target.dataset.field === "title") row.querySelector("[data-title]").textContent = event.target.value;
  if (event.target.matches("select")) return; // an exercise is chosen by its own form
  count();
  changed();
});

list.addEventListener("change", (event) => {
  if ("minutes" in event.target.dataset) event.target.value = minutesOf(event.target.closest("li"));
});

// ——— order

ordered(list, (row) => {
  count();
  changed();
  const number = rows().indexOf(row) + 1;
  const title = row.querySelector("[data-title]").textContent;
  say.textContent = say.dataset.moved.replace("{title}", title).replace("{number}", number);
});

// ——— sums

function count() {
  const planned = Number(page.planned);
  let sum = 0;
  rows().forEach((row, place) => {
    row.querySelector(".n").textContent = place + 1;
    row.querySelector("[data-at]").textContent = page.starts ? `${timeAt(sum)} · ` : "";
    sum += minutesOf(row);
  });
  const total = document.getElementById("total");
  total.querySelector("span").textContent = total.dataset.words.replace("{sum}", sum);
  const over = document.getElementById("over");
  over.hidden = !planned || sum <= planned;
  over.textContent = total.dataset.over.replace("{over}", sum - planned);
}

function timeAt(minutes) {
  const [hours, first] = page.starts.split(":").map(Number);
  const at = hours * 60 + first + minutes;
  return [Math.floor(at / 60) % 24, at % 60].map((part) => String(part).padStart(2, "0")).join(":");
}

count();
const added = location.hash.slice(1) && document.getElementById(location.hash.slice(1));
added?.querySelector?.("[data-edit]")?.click();

// A stage that the programme counts on is taken out after one question.
document.getElementById("ask-core").addEventListener("opening", ({ detail: button }) => {
  document.getElementById("core-title").textContent = button.dataset.named;
  document.getElementById("core-form").action = button.dataset.action;
});
