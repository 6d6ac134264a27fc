// The notes of a session: saved while they are typed, met with what others stored, checked, and signed as they stand.

import { createAddenda } from "./addenda.js";
import { createDrafts } from "./drafts.js";
import { announce, morph } from "./live.js";
import { chips, found, merged, wordsOf } from "./noting.js";

const CALM = 800; // milliseconds without a key after which a note is saved
const LONGEST = 4_000; // how long typing on may put that off
const LONGEST_PAUSE = 15_000; // between two tries
const LOOK = 20_000; // how often the page asks what others have stored
const AGAIN = new Set(["retry", "internal", "slow_down", "timeout"]);

const page = document.body.dataset;
const root = document.getElementById("notes");
const words = root.dataset;
const csrf = document.querySelector('meta[name="csrf-token"]').content;
const drafts = createDrafts({ key: page.draftKey, person: page.person });
const addenda = createAddenda(drafts);

function cardOf(element) {
  const card = {
    element,
    revision: Number(element.dataset.revision),
    base: {}, // section → text as it stands on the server, or as it was drafted
    dirty: false,
    saving: null, // the save under way
    tries: 0,
    timer: null,
    since: 0,
    findings: JSON.parse(element.dataset.findings),
  };
  card.base = textsOf(card);
  return card;
}

const isSigned = (card) => "signed" in card.element.dataset;
const fieldsOf = (card) => [...card.element.querySelectorAll("textarea[data-section]")];
const textsOf = (card) => Object.fromEntries(fieldsOf(card).map((field) => [field.dataset.section, field.value]));
const sectionsOf = (card) => fieldsOf(card).map((field) => ({
  key: field.dataset.section, title: field.dataset.title, text: field.value,
}));
const isMember = (card) => card.element.dataset.of === "member";
const touched = (card) => card.revision > 0 || card.dirty || card.saving !== null;
const stopped = (card) => card.findings.some((each) => each.stops);

const cards = new Map([...root.querySelectorAll("[data-card]")].map((element) => [element.id, cardOf(element)]));

// ——— saving

function changed(card) {
  if (!card.dirty) card.since = Date.now();
  card.dirty = true;
  if (!card.tries && !card.saving) tell(card, "kept");
  keep(card);
  clearTimeout(card.timer);
  card.timer = setTimeout(save, Math.max(0, Math.min(CALM, card.since + LONGEST - Date.now())), card);
  look(card);
}

const keep = (card) => drafts.put(card.element.id, { texts: textsOf(card), base: card.base, revision: card.revision });

/** Resolves when everything typed in a note so far is stored, or with false. */
async function save(card) {
  clearTimeout(card.timer);
  if (card.saving) await card.saving;
  if (!card.dirty || isSigned(card)) return !card.dirty;
  card.saving = post(card);
  const done = await card.saving;
  card.saving = null;
  return done && card.dirty ? save(card) : done;
}

async function post(card) {
  const { of, kind, member, layout } = card.element.dataset;
  const sent = textsOf(card);
  card.dirty = false;
  card.since = Date.now();
  if (!card.tries) tell(card, "saving");
  const body = { sections: sectionsOf(card), revision: card.revision + 1 };
  const answer = of === "process"
    ? await ask("process", body)
    : await ask("save", { kind, member_id: member, layout, ...body });
  if (answer.ok) {
    card.tries = 0;
    card.revision = answer.revision;
    card.base = sent;
    card.findings = answer.findings;
    if (!card.dirty) {
      drafts.remove(card.element.id);
      tell(card, "saved", { time: answer.at });
    }
    look(card);
    return true;
  }
  card.dirty = true;
  if (answer.error.code === "superseded") {
    meet(card, answer.error);
    return !card.dirty;
  }
  if (answer.error.code === "not_now") await becomesSigned(card);
  else if (AGAIN.has(answer.error.code)) again(card);
  else tell(card, "refused", {}, answer.error.message);
  return false;
}

function again(card) {
  if (!card.tries) announce(words.failed);
  tell(card, "failed");
  card.timer = setTimeout(save, Math.min(LONGEST_PAUSE, 1_000 * 2 ** card.tries), card);
  card.tries += 1;
}

/** Somebody has stored a newer text: both stand, and what is new here is saved on top of theirs. */
function meet(card, { revision, sections, by }) {
  const theirs = Object.fromEntries(sections.map((each) => [each.key, each.text]));
  let both = false;
  for (const [field, text] of merged(fieldsOf(card), card.base, theirs)) {
    both ||= field.value !== text && field.value !== card.base[field.dataset.section];
    const { selectionStart, selectionEnd } = field;
    field.value = text;
    field.setSelectionRange(selectionStart, selectionEnd);
  }
  card.revision = revision;
  card.base = { ...card.base, ...theirs };
  card.dirty = fieldsOf(card).some((field) => field.value !== card.base[field.dataset.section]);
  if (card.dirty) changed(card);
  else drafts.remove(card.element.id);
  look(card);
  if (!both) return;
  tell(card, "met", { name: by });
  announce(words.met.replace("{name}", by));
}

/** A note that is signed now; words that did not come into it wait below it, as an addendum. */
async function becomesSigned(card) {
  const html = await fetchCard(card);
  if (!html) return;
  const unsaved = card.dirty ? fieldsOf(card).filter((field) => field.value !== card.base[field.dataset.section]) : [];
  const left = unsaved.map((field) => field.value).join("\n\n");
  card.dirty = false;
  card.findings = [];
  card.element.dataset.signed = "";
  morph(card.element, html);
  if (waits(card, left)) announce(words.left);
  offer();
}

/** Puts words that are in no signed note into the field of its addendum, and keeps them as such from now on. */
function waits(card, left) {
  const kept = left ? addenda.add(card.element, left) : null;
  if (kept) kept.then(() => drafts.remove(card.element.id));
  else drafts.remove(card.element.id);
  return kept !== null;
}

async function fetchCard(card) {
  try {
    const answer = await fetch(`${page.url}/card/${card.element.id}`);
    return answer.ok ? await answer.text() : "";
  } catch {
    return ""; // no network: it is asked for again at the next look
  }
}

async function ask(what, body) {
  try {
    const answer = await fetch(`${page.url}/${what}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify(body),
    });
    const told = await answer.json();
    return "ok" in told ? told : { ok: false, error: { code: "internal" } };
  } catch {
    return { ok: false, error: { code: "timeout" } }; // no network, or not our answer
  }
}

function tell(card, which, values = {}, sentence = "") {
  const line = card.element.querySelector("[data-state]");
  if (!line) return;
  line.textContent = sentence || wordsOf(words[which], values);
  line.classList.toggle("state-wait", ["failed", "refused", "unsigned", "met"].includes(which));
}

// ——— signing

let signing = Promise.resolve(); // one signature after another

/** Signs a note as it stands on this page; resolves with whether it is signed. */
function sign(card) {
  signing = signing.then(() => signNow(card));
  return signing;
}

async function signNow(card) {
  const shared = cards.get("shared");
  if (shared) await save(shared);
  clearTimeout(card.timer);
  while (card.saving) await card.saving; // a save may be followed by one of what was typed meanwhile
  if (isSigned(card)) return true;
  const { kind, member, layout } = card.element.dataset;
  const sent = textsOf(card);
  const answer = await ask("sign", {
    kind, member_id: member, layout, sections: sectionsOf(card), revision: card.revision,
    shared: isMember(card) && shared ? sectionsOf(shared) : [],
    shared_revision: isMember(card) && shared ? shared.revision : 0,
  });
  if (answer.ok) {
    if (isMember(card) && shared) shared.revision ||= 1; // it was stored with the first note
    card.base = sent;
    card.dirty = fieldsOf(card).some((field) => field.value !== sent[field.dataset.section]); // typed meanwhile
    if (card.dirty) keep(card);
    await becomesSigned(card);
    return true;
  }
  const { code, message } = answer.error;
  if (code === "superseded") meet(answer.error.of === "shared" ? shared : card, answer.error);
  else if (code === "names") stops(card, shared, answer.error);
  else if (code === "not_now") await becomesSigned(card);
  else if (AGAIN.has(code)) tell(card, "unsigned");
  else tell(card, "refused", {}, message);
  announce(message || words.unsigned);
  return false;
}

function stops(card, shared, { findings, message }) {
  const of = (key) => findings.filter((each) => (each.section === "shared") === key);
  card.findings = of(false);
  tell(card, "refused", {}, message);
  look(card);
  if (shared) {
    shared.findings = of(true);
    look(shared);
  }
  const first = (of(false).some((each) => each.stops) ? card : shared ?? card).element;
  first.querySelector("[data-found] button")?.focus();
}

async function signAndNext(card, button) {
  if (button.getAttribute("aria-busy") === "true") return; // a double click is one decision
  button.setAttribute("aria-busy", "true");
  const done = await sign(card);
  button.removeAttribute("aria-busy");
  if (!done) return;
  announce(words.signed);
  const order = [...cards.values()];
  const next = order.slice(order.indexOf(card) + 1).find((each) => isMember(each) && !isSigned(each));
  const head = (next ?? card).element.querySelector("h3");
  head.focus();
  head.scrollIntoView({ block: "start" });
}

const ready = () => [...cards.values()].filter((card) => isMember(card) && !isSigned(card) && touched(card));

/** The button for all of them is there while every note that was begun passes the names check. */
function offer() {
  const line = document.getElementById("all");
  if (!line) return;
  const begun = ready();
  line.hidden = begun.length < 2 || [...begun, cards.get("shared")].some(stopped);
  line.querySelector("button").textContent = words.all.replace("{count}", begun.length);
}

async function signAll(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  let signed = 0;
  for (const card of ready()) signed += (await sign(card)) ? 1 : 0; // one signature each
  button.removeAttribute("aria-busy");
  announce(words.signedAll.replace("{count}", signed));
}

// ——— what is seen of a note

function look(card) {
  chips(card.element);
  found(card.element, fieldsOf(card), card.findings, words);
  offer();
}

root.addEventListener("input", ({ target }) => {
  const card = cards.get(target.closest("[data-card]")?.id);
  if (card && target.matches("[data-add]")) addenda.keep(card.element);
  if (!card || isSigned(card)) return;
  if (target.matches("[data-line]")) intoSection(card, "line", target.value.trim(), target.dataset.was);
  if (target.matches("[data-line]")) target.dataset.was = target.value.trim();
  if (target.matches("[data-line], [data-section]")) changed(card);
});

root.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  const card = cards.get(button?.closest("[data-card]")?.id);
  if (!button || button.matches("[data-sign-all]")) return button && signAll(button);
  if (!card) return;
  if ("sign" in button.dataset) signAndNext(card, button);
  if (button.dataset.chip) chip(card, button);
});

/** A tapped chip: its sentence stands in the note instead of the one of its neighbours; again, and it goes. */
function chip(card, button) {
  const pressed = button.getAttribute("aria-pressed") === "true";
  for (const each of button.parentElement.querySelectorAll("[data-chip]")) {
    intoSection(card, button.dataset.chip, "", each.dataset.text);
  }
  if (!pressed) intoSection(card, button.dataset.chip, button.dataset.text);
  changed(card);
}

/** Puts a sentence on a line of its own into the section that it belongs to, in place of another. */
function intoSection(card, fact, sentence, instead = "") {
  const key = JSON.parse(card.element.dataset.into)[fact];
  const field = fieldsOf(card).find((each) => each.dataset.section === key);
  const lines = field.value ? field.value.split("\n") : [];
  const place = instead ? lines.indexOf(instead) : -1;
  if (place >= 0) lines.splice(place, 1, ...(sentence ? [sentence] : []));
  else if (sentence) lines.push(sentence);
  field.value = lines.join("\n");
}

// ——— coming back

/** What others stored since: into notes that are not being written; beside what is. */
async function catchUp() {
  let told;
  try {
    told = await (await fetch(`${page.url}/newest`)).json();
  } catch {
    return; // asked again at the next look
  }
  for (const [place, note] of Object.entries(told.notes ?? {})) {
    const card = cards.get(place);
    if (!card || isSigned(card) || card.saving) continue;
    if (note.signed) await becomesSigned(card);
    else if (note.revision > card.revision) meet(card, note);
  }
}

/** What was typed in this tab and not stored before a reload. */
async function restore() {
  await drafts.load();
  for (const card of cards.values()) addenda.restore(card.element);
  for (const place of drafts.names("")) {
    const [card, kept] = [cards.get(place), drafts.get(place)];
    if (!card) continue;
    if (isSigned(card)) {
      const unsigned = Object.entries(kept.texts).filter(([key, text]) => text !== kept.base[key]);
      waits(card, unsigned.map(([, text]) => text).join("\n\n"));
      continue;
    }
    const sections = sectionsOf(card);
    const { revision } = card;
    for (const field of fieldsOf(card)) field.value = kept.texts[field.dataset.section] ?? field.value;
    card.base = kept.base;
    meet(card, { revision, sections, by: "" });
  }
}

function kick() {
  for (const card of cards.values()) if (card.dirty) save(card);
}

document.addEventListener("visibilitychange", () => {
  kick();
  if (document.visibilityState === "visible") catchUp();
});
window.addEventListener("online", kick);
window.addEventListener("beforeunload", (event) => {
  if ([...cards.values()].some((card) => card.dirty)) event.preventDefault();
});
setInterval(() => document.visibilityState === "visible" && catchUp(), LOOK);
restore().then(() => cards.forEach(look));
