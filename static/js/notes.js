// Private notes: saved while they are typed, kept until they are stored, and never replaced while they are in use.

import { announce, morph, parse } from "./live.js";
import { AGAIN } from "./outbox.js";

const CALM = 800; // milliseconds without a key after which a note is saved
const LONGEST = 4_000; // how long typing on may put that off
const LONGEST_PAUSE = 15_000; // between two tries

/** The regions that hold notes; live.js hands them over instead of replacing them. */
export const NOTES = ["note", "person_notes"];

/** send(payload) → promise of the acknowledgement; catchUp() asks for the screen; clock(date) → "18:42". */
export function createNotes({ send, catchUp, clock }) {
  const words = document.getElementById("note-words").dataset;
  const latest = new Map(); // region → its newest HTML
  const due = new Set(); // regions that hold something older, since it is in use
  let pressed = false;
  const unsaved = new Map(); // id of the box → {since, tries, sending, sent, timer}

  const fieldOf = (box) => box.querySelector("textarea");
  const revisionOf = (box) => Number(box.dataset.revision);
  const inUse = (box) =>
    unsaved.has(box.id) || box.contains(document.activeElement) || Boolean(box.closest("dialog[open]"));

  function changed(box) {
    const note = unsaved.get(box.id) ?? { since: Date.now(), tries: 0, sending: false, sent: null, timer: null };
    unsaved.set(box.id, note);
    if (!note.tries && !note.sending) tell(box, "kept");
    clearTimeout(note.timer);
    note.timer = setTimeout(save, Math.max(0, Math.min(CALM, note.since + LONGEST - Date.now())), box);
  }

  async function save(box) {
    const note = unsaved.get(box.id);
    if (!note || note.sending) return; // what is typed meanwhile goes out when the answer is here
    clearTimeout(note.timer);
    note.sending = true;
    note.since = Date.now();
    note.sent = fieldOf(box).value;
    if (!note.tries) tell(box, "saving");
    const place = JSON.parse(box.dataset.place);
    const answer = await send({ ...place, text: note.sent, revision: revisionOf(box) + 1 });
    note.sending = false;
    if (answer.ok) return stored(box, note, answer);
    const { code } = answer.error;
    if (code === "superseded") catchUp(); // the screen brings what stands; see meet()
    else if (!AGAIN.has(code)) return tell(box, "refused");
    else if (!note.tries) announce(words.failed);
    tell(box, "failed");
    note.timer = setTimeout(save, Math.min(LONGEST_PAUSE, 1_000 * 2 ** note.tries), box);
    note.tries += 1;
  }

  function stored(box, note, { revision, saved_at: at }) {
    box.dataset.revision = Math.max(revision, revisionOf(box));
    unsaved.delete(box.id);
    if (fieldOf(box).value !== note.sent) return changed(box);
    tell(box, "saved", clock(new Date(at)));
    apply();
  }

  function tell(box, which, time = "") {
    const line = box.querySelector("[data-state]");
    line.textContent = words[which].replace("{time}", time);
    line.classList.toggle("state-wait", which === "failed" || which === "refused");
  }

  /** A newer region of the server's. */
  function take(name, html) {
    latest.set(name, html);
    due.add(name);
    apply();
  }

  function apply() {
    if (!pressed) due.forEach(replace); // it would move what is under the pointer
  }

  function replace(name) {
    const region = document.querySelector(`[data-region="${name}"]`);
    const fresh = parse(latest.get(name));
    const boxes = [...region.querySelectorAll("[data-note]")].map((box) => ({
      box,
      next: fresh.querySelector(`#${CSS.escape(box.id)}`),
    }));
    for (const { box, next } of boxes) if (next) meet(box, next);
    // The group has moved on, or somebody was removed: what is typed there stays until it is saved and left.
    if (boxes.some(({ box, next }) => !next && inUse(box))) return;
    for (const { box, next } of boxes) {
      box.toggleAttribute("data-kept", inUse(box) || revisionOf(next ?? box) < revisionOf(box));
    }
    morph(region, latest.get(name));
    if (!region.querySelector("[data-kept]")) due.delete(name);
  }

  /** Beside unsaved words, others were stored: from another window, or by a save whose answer was lost. */
  function meet(box, next) {
    const note = unsaved.get(box.id);
    if (!note || revisionOf(next) <= revisionOf(box)) return;
    box.dataset.revision = next.dataset.revision;
    const field = fieldOf(box);
    const theirs = fieldOf(next).value.trim();
    const mine = field.value.trim();
    if (note.sent?.trim() === theirs || mine.includes(theirs)) return;
    const { selectionStart, selectionEnd } = field;
    field.value = theirs.includes(mine) ? theirs : `${mine}\n\n${theirs}`; // both stand: no word is lost
    field.setSelectionRange(selectionStart, selectionEnd);
    changed(box);
  }

  /** Everything unsaved goes out now. */
  function kick() {
    for (const id of unsaved.keys()) save(document.getElementById(id));
  }

  document.addEventListener("input", ({ target }) => {
    const box = target.closest("[data-note]");
    if (box) changed(box);
  });
  // After the event, when the focus and the sheet are where they will be.
  for (const left of ["focusout", "close"]) document.addEventListener(left, () => setTimeout(apply), true);
  document.addEventListener("pointerdown", () => { pressed = true; }, true);
  for (const up of ["pointerup", "pointercancel", "contextmenu", "dragend"]) {
    document.addEventListener(up, () => setTimeout(() => { pressed = false; apply(); }), true);
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && kick());
  window.addEventListener("beforeunload", (event) => unsaved.size && event.preventDefault());

  return { take, kick };
}
