// The participant's room: joins the form, the outbox, the signals and the pushed regions into one page that tells the truth.

import { createAnswering } from "./answering.js";
import { createDrafts } from "./drafts.js";
import { announce, become, connect, newId, openAgain } from "./live.js";
import { createOutbox } from "./outbox.js";
import { createQuiet } from "./quiet.js";
import { setUpSheets } from "./sheets.js";
import { createSignals, ownId } from "./signals.js";

const part = (id) => document.getElementById(id);
const page = document.body.dataset;
const words = (name, values = {}) =>
  part("words").querySelector(`[data-word="${name}"]`).textContent.replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const clock = (time) => new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

const LOST_AFTER = 3_000; // a short drop is not worth a banner
const WRITING_EVERY = 4_000;
const IDLE_AFTER = 6_000;
const OF_THE_GROUP = ["shown", "lines", "missed", "turn"]; // what goes first when somebody has no place any more

const drafts = createDrafts({ key: page.draftKey, person: page.person });
const dismissed = new Set();
let foldOpen = false;
let place = `${page.state} ${part("answer-form")?.dataset.stage}`; // where the group is, as this page shows it

const live = connect({ held: ["form"], onState, onHeld: arrived, onRegion, onNotice, onLine });
const outbox = createOutbox({
  send: (message) => live.command("submit_reflection", message),
  store: drafts,
  onChange: () => refresh(),
  onSaved: (message, answer) => {
    answering.saved(message, answer);
    announce(words(message.passed ? "passed" : "saved", { time: clock(answer.saved_at) }));
  },
  onRefused: (item) => {
    answering.refused(item, live.state.mine ?? []);
    announce(refusal(item.error.code));
  },
});
const signals = createSignals({ command: live.command, drafts, onRefused: () => byHand.say(true) }); // it is tried again
const quiet = createQuiet({ command: live.command, drafts, keepSaying: signals.keepSaying });
const answering = createAnswering(part("region-form"), { drafts, outbox, onChange: () => refresh() });

function arrived(name, html) {
  const was = answering.moved();
  answering.arrived(html);
  backToTop();
  if (answering.moved() && !was) announce(part("region-moved").querySelector("p")?.textContent ?? "");
}

function refusal(code) {
  const known = ["superseded", "already_answered", "not_now", "not_yet", "too_large", "invalid", "not_found"];
  return words(`refused-${known.includes(code) ? code : "invalid"}`);
}

const tooLong = ({ what, now, most }) => words(what, { now: now.toLocaleString(), most: most.toLocaleString() });

/** The line under the box: [icon, words, needs patience]. */
function truth() {
  const item = answering.pending();
  const stand = answering.stand();
  const long = answering.overlong();
  if (long && (item?.status === "refused" || (!item && answering.dirty() && !answering.late()))) return ["wrong", tooLong(long), true];
  if (item?.status === "refused") return ["wrong", refusal(item.error.code), true];
  if (item && (item.status === "waiting" || item.tries > 0)) return ["unsent", words("unsent"), true];
  if (item) return ["saving", words("saving"), false];
  if (answering.dirty()) {
    if (answering.late()) return ["moved", words("too-late", { time: clock(stand.savedAt) }), true];
    if (answering.moved()) return ["moved", words("late"), false];
    if (answering.full()) return ["phone", words("full"), false];
    if (stand && !stand.passed) return ["phone", words("changed"), false];
    return ["phone", words(drafts.lasting ? "kept" : "kept-open"), false];
  }
  if (answering.justSaved()) return ["check", words("saved-card", { time: clock(answering.justSaved()) }), false];
  if (stand?.passed) return ["check", words("passed"), false];
  if (stand?.savedAt) return ["check", words("saved", { time: clock(stand.savedAt) }), false];
  return ["note", words(answering.blank() ? "empty" : "prefilled"), false];
}

function primary() {
  const item = answering.pending();
  const stand = answering.stand();
  if (answering.late() && answering.dirty()) return "come-along";
  if (answering.moved()) return "send-along";
  if (!answering.last() && !(stand && !stand.passed)) return "next";
  if (item?.status === "waiting") return "try-now";
  if (item?.status === "sending") return "sending";
  if (stand && !stand.passed && (answering.blank() || !answering.dirty())) return "withdraw";
  return stand && !stand.passed ? "send-change" : "send";
}

function refresh() {
  const form = answering.form();
  const held = live.state.session ? live.state.session.state === "held" : page.state === "held";
  part("region-moved").hidden = !answering.moved();
  part("region-stage").hidden = answering.moved() && !page.plain; // a plain screen stands before any words
  const written = form && (answering.stand() || !answering.blank());
  part("fold").hidden = !written || !held || foldOpen;
  part("region-form").hidden = !form || (held && !foldOpen);
  listUnsent();
  if (!form) return;
  const [symbol, sentence, wait] = truth();
  part("fold-state").textContent = sentence;
  const state = part("answer-state");
  state.classList.toggle("state-wait", wait);
  state.querySelector("use").setAttribute("href", `#i-${symbol}`);
  state.querySelector(".icon").classList.toggle("turning", symbol === "saving");
  if (state.lastElementChild.textContent !== sentence) state.lastElementChild.textContent = sentence;
  const send = part("answer-send");
  const action = primary();
  const empty = action.startsWith("send") && answering.blank();
  send.dataset.action = action;
  send.textContent = words(`do-${action}`);
  send.classList.toggle("btn-first", !empty && action !== "withdraw" && action !== "sending");
  send.setAttribute("aria-disabled", String(empty || action === "sending"));
  const other = part("answer-pass");
  const more = action === "send-along" && !answering.last();
  other.dataset.action = more ? "next" : "pass";
  other.textContent = words(more ? "do-next" : "do-pass");
  other.hidden = !more && Boolean(answering.stand() || answering.pending() || answering.moved());
}

/** What was put away, is on its way from an earlier stage, or was refused. */
function listUnsent() {
  const list = part("unsent-list");
  const justSent = (draft) => outbox.get(draft.id)?.status === "sending" && outbox.get(draft.id).tries === 0;
  const entries = answering.elsewhere().filter((draft) => !justSent(draft)).map((draft) => {
    const entry = part("unsent-entry").content.firstElementChild.cloneNode(true);
    const item = outbox.get(draft.id);
    entry.querySelector("[data-title]").textContent = draft.title;
    entry.querySelector("[data-status]").textContent =
      item?.status === "refused" ? refusal(item.error.code) : words(item ? "unsent" : "not-sent");
    const button = entry.querySelector("button");
    button.dataset.reopen = draft.id;
    button.hidden = Boolean(item && item.status !== "refused");
    button.setAttribute("aria-disabled", String(answering.dirty()));
    return entry;
  });
  list.replaceChildren(...entries);
  part("unsent").hidden = entries.length === 0;
}

function onState(state, changed) {
  if (changed.includes("session") && state.session.state !== "held") foldOpen = false;
  if (changed.includes("mine")) state.mine.filter((each) => each.withdrawn).forEach(({ id }) => answering.withdrawn(id));
  refresh();
  backToTop();
}

/** Something new begins at its beginning, unless the person is still at something else. */
function backToTop() {
  const now = `${live.state.session?.state ?? page.state} ${answering.form()?.dataset.stage}`;
  if (now === place || answering.moved()) return;
  place = now;
  document.querySelector(".room-main").scrollTop = 0;
  const title = answering.form() && part("stage-name").textContent;
  if (title) announce(words("now-at", { title }));
}

/** Own answers among what the group sees get a way back, on this page alone. */
function dressShown() {
  const own = new Set(document.querySelector("[data-own-shown]")?.dataset.ownShown.split(" ") ?? []);
  for (const entry of part("region-shown").querySelectorAll("li[id^='shown-']")) {
    const id = entry.id.slice("shown-".length);
    const button = entry.querySelector("[data-take-back]");
    if (!own.has(id)) button?.remove();
    else if (!button) {
      entry.append(part("take-back-own").content.cloneNode(true));
      entry.lastElementChild.dataset.takeBack = id;
    }
  }
}

async function takeBack(id) {
  const answer = await signals.insist("take_back", { id }); // also pressed while there is no line
  announce(words(answer.ok ? "taken-back" : "refused"));
}

function onRegion(name, element) {
  if (name === "shown" || name === "mine") dressShown();
  if (["banner", "late"].includes(name)) hideDismissed(element);
  if (name === "stage") {
    quiet.follow(element);
    refresh();
    part("region-waiting").replaceChildren(); // only people inside get a stage
    const sentence = element.querySelector("h1")?.textContent;
    if (sentence) announce(sentence);
  }
}

/** What is looked at without a socket: a banner that was dismissed hides none that comes after it. */
function showAlso(place, nodes) {
  become(place, nodes);
  if (place.dataset.region === "banner") hideDismissed(place);
}

function hideDismissed(element) {
  const banner = element.firstElementChild;
  element.hidden = Boolean(banner && dismissed.has(banner.id));
}

async function onNotice({ code }) {
  if (!["removed", "signed_out", "reload"].includes(code)) return;
  if (code !== "reload") for (const name of OF_THE_GROUP) part(`region-${name}`).replaceChildren();
  if (code !== "reload") for (const calls of [signals, quiet]) await calls.goesAnotherWay();
  if (!drafts.lasting && answering.dirty()) return; // the words would be gone with the page
  openAgain(code);
}

let lostFor = null;
function onLine(line) {
  clearTimeout(lostFor);
  if (line === "connected") {
    part("line-lost").hidden = true;
    outbox.kick();
  } else {
    lostFor = setTimeout(() => { part("line-lost").hidden = false; announce(words("line-lost")); }, LOST_AFTER);
  }
  refresh();
}

let toldWriting = 0;
let idle = null;
function tellWriting(writing) {
  const stage_id = answering.form()?.dataset.stage;
  clearTimeout(idle);
  if (writing) idle = setTimeout(() => tellWriting(false), IDLE_AFTER);
  if (!stage_id || (writing && Date.now() - toldWriting < WRITING_EVERY)) return;
  toldWriting = writing ? Date.now() : 0;
  live.command("set_writing", { stage_id, writing });
}

function submit() {
  const action = part("answer-send").dataset.action;
  if (action === "next") return answering.forward();
  if (action === "withdraw") return askToWithdraw(answering.stand().id);
  if (action === "come-along") return answering.comeAlong();
  if (action === "try-now") return outbox.kick();
  if (action === "sending" || answering.blank()) return;
  const long = answering.overlong();
  if (long) {
    if (long.index !== null) answering.open(long.index);
    return announce(tooLong(long));
  }
  tellWriting(false);
  answering.send();
}

function passOrNext(action) {
  if (action === "next") return answering.forward();
  tellWriting(false);
  answering.send({ passed: true });
}

function askToWithdraw(id) {
  part("withdraw-yes").dataset.id = id;
  part("withdraw-state").hidden = true;
  part("withdraw-sheet").showModal();
}

async function withdraw(id) {
  const answer = await live.command("withdraw_reflection", { id });
  part("withdraw-state").hidden = answer.ok;
  if (!answer.ok) return;
  part("withdraw-sheet").close();
  answering.withdrawn(id);
  announce(words("withdrawn"));
}

/** From the door into the room; where that is refused, the sentence says why. */
async function comeIn() {
  part("come-in-refused").hidden = true;
  const answer = await signals.insist("come_in", {});
  const line = part("come-in-refused"); // the door may look otherwise by now
  if (answer.ok || !line) return;
  line.textContent = words(answer.error.code === "not_agreed" ? "refused-not_agreed" : "refused");
  line.hidden = false;
  announce(line.textContent);
}

/** The number of somebody who came late: one tap, for the facilitators alone. */
function lateMood({ dataset: { stage, key, mood } }) {
  const answer = { [key]: Number(mood) };
  signals.insist("submit_reflection", { id: newId(), stage_id: stage, answer, audience: "facilitators" });
}

function addTap(button) {
  const box = part(button.dataset.tap);
  box.value = box.value.trim() ? `${box.value.trimEnd()}\n${button.textContent}` : button.textContent;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "answer-form") return;
  event.preventDefault();
  submit();
});
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    if (!target.closest("#answer-form")) return;
    answering.keep();
    if (kind === "input") tellWriting(true);
    if (kind === "change" && target.name === "audience") announce(words("audience"));
  });
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.getAttribute("form") === "by-hand") event.preventDefault(); // this script sends it from here on
  const { pause, stop, unfold, share, confirm, lower, safe, talk, tapped, raise, reopen, dismiss, tap } = button.dataset;
  if (unfold !== undefined) answering.open([...document.querySelectorAll("[data-unfold]")].indexOf(button));
  else if (pause) quiet.pause(pause);
  else if (stop !== undefined) quiet.stop();
  else if (button.dataset.mood) lateMood(button);
  else if (button.id === "come-in") comeIn();
  else if (tap) addTap(button);
  else if (share) signals.insist("answer_share_request", { id: button.dataset.id, accept: share === "yes" });
  else if (confirm) signals.insist("confirm_reflection", { id: button.dataset.id, accept: confirm === "yes" });
  else if (lower) signals.lower(lower);
  else if (tapped) signals.keepSaying("answer_question", { id: button.dataset.id, answer: tapped });
  else if (safe) signals.keepSaying("say_safe_for_now", { id: safe });
  else if (talk) signals.keepSaying("ask_to_talk", { id: talk });
  else if (raise) signals.raise(raise);
  else if (reopen) answering.reopen(reopen);
  else if (dismiss !== undefined) {
    dismissed.add(button.closest("[data-dismissible]").id);
    hideDismissed(button.closest("[data-region]"));
  } else if (button.dataset.takeBack) takeBack(button.dataset.takeBack);
  else if (button.dataset.withdraw) askToWithdraw(button.dataset.withdraw);
  else if (button.id === "withdraw-yes") withdraw(button.dataset.id);
  else if (button.id === "answer-pass") passOrNext(button.dataset.action);
  else if (button.id === "come-along") { answering.comeAlong(); backToTop(); }
  else if (button.id === "fold-open") { foldOpen = true; refresh(); }
});

setUpSheets({ forget: drafts.forget });
await drafts.load();
answering.begin();
outbox.resume();
signals.resume();
dressShown();
quiet.resume();
refresh();
for (const kind of byHand.handOver({ all: true, become: showAlso, line: () => live.line() === "connected" })) ownId(kind); // what comes after is another call
