// The console: sends what the facilitator decides, keeps what is uncovered uncovered, and tells the truth about the line.

import { setUpCovering } from "./covering.js";
import { announce, connect, morph } from "./live.js";
import { leadTo, setUpMeeting } from "./meet.js";
import { createNotes, NOTES } from "./notes.js";
import { createScribe } from "./scribe.js";
import { confirmShown } from "./signals.js";
import { setUpTogether } from "./together.js";

const page = document.body.dataset;
const words = document.getElementById("words").dataset;
const byId = (id) => document.getElementById(id);
const CALM = 700; // milliseconds between two moves
const FRESH = 5_000; // milliseconds that a press is meant which came before this page could send

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: page.timeZone || undefined });

// Uncovered answers live here, in this tab alone: id → {html, revision}.
const uncovered = new Map();
let all = false;

const notes = createNotes({
  send: (payload) => live.command("save_note", payload),
  catchUp: () => live.sync(),
  clock: (at) => clock.format(at),
});
const live = connect({ held: NOTES, onState, onHeld: notes.take, onRegion, onNotice, onLine });

const scribe = createScribe({
  dialog: byId("scribe"),
  url: page.scribeUrl,
  send: (payload) => live.command("write_for", payload),
});

const covering = setUpCovering({ onCover: coverAll });

setUpMeeting({ send });
const together = setUpTogether({ send, url: page.linesUrl });

// ——— commands

// The second click of a double click would land on what the first one brought: it is not a decision.
let moved = -Infinity;
document.addEventListener("click", (event) => {
  const button = event.target.closest(".steer button");
  if (!button || !(button.matches(".next") || (button.dataset.payload ?? "").includes('"version"'))) return;
  if (performance.now() - moved < CALM) event.stopImmediatePropagation();
  else moved = performance.now();
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.command) {
    if (ready) perform(button); // before that early.js keeps it
  } else if (button.dataset.scribe) {
    button.closest("[popover]")?.hidePopover();
    scribe.open(button.dataset.scribe);
  } else if (button.dataset.uncover) toggle(button.dataset.uncover);
  else if (button.dataset.insert) insert(button.dataset.insert, Number(button.dataset.minutes));
});

let ready = false;

/** The first line, or its failure: what was pressed before is done if it is fresh and still says the same. */
function takeUpEarly() {
  if (ready) return;
  ready = true;
  document.documentElement.dataset.ready = "";
  if (!window.early) return;
  const { button, was, at } = window.early;
  button.removeAttribute("aria-busy");
  moved = -Infinity; // it is the same decision
  if (button.isConnected && button.outerHTML === was && performance.now() - at < FRESH) return button.click();
  byId("refused").textContent = words.refused;
  byId("refused").hidden = false;
}

async function perform(button) {
  if (button.getAttribute("aria-busy") === "true") return; // a double click is one decision
  const payload = JSON.parse(button.dataset.payload ?? "{}");
  if ("versioned" in button.dataset) payload.version = live.state.version || Number(page.version);
  button.setAttribute("aria-busy", "true");
  const answer = await send(button.dataset.command, payload);
  button.removeAttribute("aria-busy");
  if (answer.ok) button.closest("[popover]")?.hidePopover();
}

async function send(name, payload) {
  const answer = await live.command(name, payload);
  const line = byId("refused");
  line.hidden = answer.ok;
  if (answer.ok) return answer;
  const { code, message, by, at } = answer.error;
  if (code === "covered") covering.cover();
  line.textContent = code === "timeout" ? words.timeout : message || words.refused;
  const answered = name === "answer_signal";
  if (code === "stale" && answered && !by) line.textContent = words.otherAnswer;
  if (code === "stale" && by) {
    const told = answered ? words.answered : words.stale;
    line.textContent = told.replace("{name}", by).replace("{time}", clock.format(new Date(at)));
  }
  if (answer.error.alert) leadTo(answer.error.alert);
  if (code === "stale" || code === "timeout") live.sync();
  return answer;
}

async function insert(exercise, minutes, title = undefined) {
  byId("add-stage").close();
  const { session } = live.state;
  const after = session.stage_id ?? session.stages.at(-1)?.id;
  const payload = { exercise_id: exercise, minutes, after_stage_id: after, version: live.state.version };
  if (title) payload.title = title;
  await send("insert_stage", payload);
}

byId("add-talk").addEventListener("submit", () => {
  const title = byId("talk-title");
  const minutes = Math.min(180, Math.max(1, parseInt(byId("talk-minutes").value, 10) || 10));
  insert(null, minutes, title.value.trim());
  title.value = "";
});

byId("ask-remove").addEventListener("opening", ({ detail: button }) => {
  byId("remove-name").textContent = button.dataset.alias;
  byId("remove-go").dataset.payload = JSON.stringify({ participant_id: button.dataset.participant });
});

byId("ask-core").addEventListener("opening", ({ detail: button }) => {
  byId("core-title").textContent = button.dataset.named;
  byId("core-go").dataset.payload = JSON.stringify({ stage_id: button.dataset.stage });
});

byId("ask-small").addEventListener("opening", ({ detail: { dataset } }) => {
  const minutes = byId("small-minutes");
  minutes.textContent = minutes.dataset.words.replace("{after}", dataset.after).replace("{before}", dataset.before);
  const titles = JSON.parse(dataset.out);
  byId("small-out").hidden = !titles.length;
  byId("small-out").querySelector("ul").replaceChildren(...titles.map((title) => {
    const row = document.createElement("li");
    row.textContent = title;
    row.dir = "auto";
    return row;
  }));
});

byId("ask-end").addEventListener("opening", () => {
  byId("before-end").replaceChildren(...[...beforeTheEnd().values()].map(({ alias, points }) => {
    const [row, name, what] = ["li", "b", "span"].map((tag) => document.createElement(tag));
    name.textContent = alias;
    name.dir = "auto";
    what.textContent = points.join(" ");
    what.className = "soft";
    row.append(name, what);
    return row;
  }));
});

/** By participant, what is still open: every call that stands on this page, whoever waits, is gone or was removed. */
function beforeTheEnd() {
  const { writing, notHeard } = byId("before-end").dataset;
  const people = live.state.people ?? [];
  const hearing = people.some((person) => person.heard);
  const rows = new Map();
  const add = (id, alias, point) => {
    if (!rows.has(id)) rows.set(id, { alias, points: [] });
    rows.get(id).points.push(point);
  };
  for (const { dataset } of document.querySelectorAll("#region-signals [data-call]")) add(dataset.of, dataset.alias, dataset.call);
  for (const { id, alias, presence, ...person } of people) {
    if (presence === "waiting") continue;
    if (person.writing) add(id, alias, `${writing}.`);
    if (hearing && !person.heard) add(id, alias, `${notHeard}.`);
  }
  return rows;
}

// ——— covered and uncovered

function toggle(id) {
  if (id === "all") return all || everythingIsOpen() ? coverAll() : uncover(covered().map((row) => row.dataset.answer), true);
  return uncovered.has(id) ? cover(id) : uncover([id], false);
}

const rows = () => [...document.querySelectorAll("[data-answer]")];
const covered = () => rows().filter((row) => !uncovered.has(row.dataset.answer));
const everythingIsOpen = () => rows().length > 0 && covered().length === 0;

async function uncover(ids, everything) {
  if (everything) all = true;
  const html = await fetchAnswers(ids);
  if (!html) return;
  for (const [id, body] of Object.entries(html)) uncovered.set(id, { html: body, revision: revisionOf(id) });
  dress();
}

async function fetchAnswers(ids) {
  if (!ids.length) return {};
  const query = new URLSearchParams(ids.map((id) => ["id", id]));
  try {
    const answer = await fetch(`${page.answersUrl}?${query}`);
    if (answer.ok) return (await answer.json()).answers;
  } catch {
    // told below, as any other failure
  }
  byId("refused").textContent = words.uncoverFailed;
  byId("refused").hidden = false;
  return null;
}

function cover(id) {
  uncovered.delete(id);
  all = false;
  const body = byId(`body-${id}`);
  if (!body) return;
  body.removeAttribute("data-kept");
  const lining = document.createElement("div");
  lining.className = "cover";
  lining.setAttribute("role", "img");
  lining.setAttribute("aria-label", page.coveredWord ?? "");
  body.replaceChildren(lining);
  dress();
}

function coverAll() {
  for (const id of [...uncovered.keys()]) cover(id);
  all = false;
}

const revisionOf = (id) => (live.state.reflections ?? []).find((each) => each.id === id)?.revision;

/** Puts what is uncovered back into the region after it was replaced. */
function dress() {
  for (const row of rows()) {
    const id = row.dataset.answer;
    const known = uncovered.get(id);
    row.classList.toggle("answer-open", Boolean(known));
    label(byId(`uncover-${id}`), Boolean(known), words.uncover, words.cover);
    const body = byId(`body-${id}`);
    if (known && body.dataset.kept !== String(known.revision)) {
      morph(body, known.html);
      body.dataset.kept = String(known.revision); // live.js leaves a kept element alone
    }
  }
  label(byId("uncover-all"), everythingIsOpen(), words.uncoverAll, words.coverAll);
}

function label(button, open, uncoverWord, coverWord) {
  if (!button) return;
  button.querySelector("use").setAttribute("href", open ? "#i-cover" : "#i-eye");
  const text = [...button.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  text.textContent = open ? coverWord : uncoverWord;
}

/** Fetches anew what was changed by its writer, and what came in while everything is uncovered. */
async function refresh() {
  const changed = [...uncovered].filter(([id, known]) => revisionOf(id) !== known.revision).map(([id]) => id);
  const here = new Set(rows().map((row) => row.dataset.answer));
  const wanted = changed.filter((id) => here.has(id) && revisionOf(id) !== undefined);
  if (all) wanted.push(...covered().map((row) => row.dataset.answer));
  if (wanted.length && !covering.covered()) await uncover([...new Set(wanted)], all);
}

// ——— what the server says

let stage; // undefined until the server has said where it is
let counted = "";

function onState(state, changed) {
  if (changed.includes("session") && state.session.stage_id !== stage) {
    if (stage !== undefined) byId("refused").hidden = true;
    stage = state.session.stage_id;
    all = false;
  }
  if (changed.includes("reflections")) {
    const standing = new Set(state.reflections.filter((each) => !each.withdrawn).map((each) => each.id));
    for (const id of [...uncovered.keys()]) if (!standing.has(id)) uncovered.delete(id);
  }
  for (const element of document.querySelectorAll("[data-while]")) {
    element.hidden = !element.dataset.while.split(" ").includes(state.session?.state);
  }
}

function onRegion(name, element) {
  if (name === "stage") together.dress();
  if (name === "signals") tellShown();
  if (name === "answers") {
    dress();
    refresh();
    const count = element.querySelector("h2 + span")?.textContent ?? "";
    if (count && count !== counted) announce(count);
    counted = count;
  }
}

/** Their senders read "on your leader's screen" only once it is. */
const tellShown = confirmShown(byId("region-signals"), (ids) => live.command("signals_shown", { ids }));

function onNotice({ code }) {
  if (code === "reload") location.reload();
  if (code !== "signed_out" && code !== "removed") return;
  coverAll();
  showLine("signedOut");
}

function onLine(state) {
  showLine(state === "connected" ? null : "lost");
  if (state === "connected") {
    notes.kick();
    tellShown();
  }
  takeUpEarly();
}

function showLine(which) {
  const line = byId("line");
  line.hidden = !which;
  if (which) line.textContent = line.dataset[which];
}

// ——— keys: never while typing, never with a modifier, never behind a sheet

document.addEventListener("keydown", (event) => {
  if (covering.covered()) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  if (event.key === "m") {
    event.target.closest("[data-person]")?.querySelector("[data-heard]")?.click();
    return;
  }
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// ——— time: the facilitator alone sees it

function tick() {
  byId("now").textContent = clock.format(live.now());
}
tick();
setInterval(tick, 5_000);
