// The planner: order, minutes, names and cue cards are saved as they change; the state line says what is true.

const page = document.body.dataset;
const list = document.getElementById("plan");
const saved = document.getElementById("saved");
const say = document.getElementById("say");
const rows = () => [...list.children];
const csrf = document.querySelector('meta[name="csrf-token"]').content;

let version = Number(page.version);
let timer = null;
let saving = null; // the save under way
let dirty = false;
let stopped = false;

// ——— saving

function changed() {
  dirty = true;
  tell("saving");
  clearTimeout(timer);
  timer = setTimeout(save, 600);
}

function plan() {
  return rows().map((row) => ({
    id: row.dataset.stage,
    minutes: minutesOf(row),
    title: row.querySelector('[data-field="title"]').value,
    say: row.querySelector('[data-field="say"]').value,
  }));
}

/** Resolves when everything typed so far is stored, or with false. */
async function save() {
  clearTimeout(timer);
  if (saving) await saving;
  if (!dirty || stopped) return !stopped;
  dirty = false;
  saving = post();
  const done = await saving;
  saving = null;
  return done && !dirty ? true : done && save();
}

async function post() {
  try {
    const answer = await fetch(page.saveUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ version, stages: plan() }),
    });
    const told = await answer.json();
    if (told.ok) {
      version = told.version;
      tell("saved", told.saved_at);
      return true;
    }
    if (told.error.code === "stale" || told.error.code === "not_now") {
      stopped = true;
      tell(told.error.code === "stale" ? "stale" : "closed");
      return false;
    }
  } catch {
    // no network, or not our answer: tried again below
  }
  dirty = true;
  tell("failed");
  timer = setTimeout(save, 5_000);
  return false;
}

function tell(which, time = "") {
  saved.querySelector("span").textContent = saved.dataset[which].replace("{time}", time);
  saved.classList.toggle("state-wait", ["failed", "stale", "closed"].includes(which));
}

// Forms that add, choose or take out a stage load the page again: what is typed goes first.
for (const form of document.querySelectorAll("main form")) {
  form.addEventListener("submit", async (event) => {
    if (!dirty && !saving) return;
    event.preventDefault();
    if (await save()) form.requestSubmit(event.submitter);
  });
}
window.addEventListener("beforeunload", (event) => dirty && !stopped && event.preventDefault());

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
  } else if (button.dataset.move) {
    move(row, Number(button.dataset.move), button);
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

// ——— order: arrow keys on the grip, buttons, and dragging

list.addEventListener("keydown", (event) => {
  if (!event.target.closest(".grip")) return;
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  move(event.target.closest("li"), by, event.target);
});

function move(row, by, focus) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  focus.focus();
  placed(row);
}

function placed(row) {
  count();
  changed();
  const number = rows().indexOf(row) + 1;
  const title = row.querySelector("[data-title]").textContent;
  say.textContent = say.dataset.moved.replace("{title}", title).replace("{number}", number);
}

let dragged = null;
list.addEventListener("dragstart", (event) => {
  dragged = event.target.closest("li");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.stage);
  event.dataTransfer.setDragImage(dragged, 20, 20);
  dragged.classList.add("dragged");
});
list.addEventListener("dragover", (event) => {
  const over = event.target.closest("li[data-stage]");
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const box = over.getBoundingClientRect();
  if (event.clientY < box.top + box.height / 2) over.before(dragged);
  else over.after(dragged);
});
list.addEventListener("drop", (event) => dragged && event.preventDefault());
list.addEventListener("dragend", () => {
  dragged.classList.remove("dragged");
  placed(dragged);
  dragged = null;
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
