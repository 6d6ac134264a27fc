// Signals to the facilitators: the id is made here, and the signal is sent again until somebody's server has it.
// On the facilitator's side: what stands on a page that can be seen is confirmed, so that the sender reads the truth.

import { newId } from "./live.js";
import { AGAIN } from "./outbox.js";

const AGAIN_AFTER = 3_000;

/**
 * The id that the page's own form would send for this kind, the first time it is asked for: a press before this script
 * was there and one after it are one call.
 */
export function ownId(kind) {
  const field = document.querySelector(`#by-hand [name="${kind}"]`);
  const id = field?.value || newId();
  if (field) field.value = newId();
  return id;
}

export function createSignals({ command, drafts, onRefused }) {
  const under_way = new Map(); // id → kind
  const said = new Map(); // the name under which a command is kept → what is said until it has been answered

  function tell() {
    const some = under_way.size + said.size > 0;
    document.body.toggleAttribute("data-sending", some);
    if (!some) window.byHand?.say(false);
  }

  async function send(id) {
    if (!under_way.has(id)) return;
    const kind = under_way.get(id);
    const answer = await command("raise_signal", { id, kind });
    if (answer.ok) return settle(id);
    if (kind === "support" && (await goesWithout(answer, { kind, [kind]: id }))) return settle(id);
    if (!AGAIN.has(answer.error?.code)) onRefused?.(answer.error); // it stays, and is tried again all the same
    setTimeout(() => send(id), AGAIN_AFTER);
  }

  /** A "no" to the question whether somebody is safe is a call; the page's own button says so. */
  const isCall = ({ id, answer }) => answer === "no" && document.querySelector(`[name="question"][value="${id}"]`) !== null;

  /** No socket answers: what calls for a person is tried without one as well, under the same id. */
  async function goesWithout({ error }, fields) {
    if (error?.code !== "timeout" || !(await byHand.once(fields))) return false;
    byHand.look(); // nothing else tells this page how it stands
    return true;
  }

  /** The server has it. */
  function settle(id) {
    under_way.delete(id);
    drafts.remove(`signal.${id}`);
    tell();
  }

  function raise(kind) {
    if ([...under_way.values()].includes(kind)) return; // pressed again while it is on its way
    const id = ownId(kind);
    under_way.set(id, kind);
    drafts.put(`signal.${id}`, kind);
    tell();
    send(id);
  }

  /** A command that may be sent twice without harm, until it has been answered; resolves with the answer. */
  async function insist(name, payload) {
    const answer = await command(name, payload);
    if (answer.ok || !AGAIN.has(answer.error?.code)) return answer;
    await new Promise((go) => setTimeout(go, AGAIN_AFTER));
    return insist(name, payload);
  }

  /**
   * The same, kept through a reload; what is said anew about the same thing (an id, or a word for it) takes the place
   * of the older.
   */
  function keepSaying(name, payload, about = payload.id) {
    const kept = `said.${name}.${about}`;
    said.set(kept, payload);
    drafts.put(kept, payload);
    tell();
    say(kept, payload);
  }

  async function say(kept, payload) {
    if (said.get(kept) !== payload) return;
    const answer = await command(kept.split(".")[1], payload);
    if (said.get(kept) !== payload) return;
    if (!answer.ok && isCall(payload) && (await goesWithout(answer, { question: payload.id }))) return unsay(kept);
    if (!answer.ok && (AGAIN.has(answer.error?.code) || isCall(payload))) {
      if (!AGAIN.has(answer.error?.code)) onRefused?.(answer.error);
      return void setTimeout(() => say(kept, payload), AGAIN_AFTER);
    }
    unsay(kept);
  }

  function unsay(kept) {
    said.delete(kept);
    drafts.remove(kept);
    tell();
  }

  /**
   * The socket is closed for good: what calls for a person and had not arrived goes another way, before the page does.
   * Only what the server has taken counts; until then it stays here, and the page says so.
   */
  async function goesAnotherWay() {
    for (const [id, kind] of [...under_way].filter(([, kind]) => kind === "support")) {
      await byHand.insist({ kind, [kind]: id });
      settle(id);
    }
    for (const [kept, payload] of [...said].filter(([, payload]) => isCall(payload))) {
      await byHand.insist({ question: payload.id });
      unsay(kept);
    }
  }

  const lower = (id) => insist("lower_signal", { id });

  /** After a reload: what had not arrived is sent again. */
  function resume() {
    for (const name of drafts.names("signal.")) {
      const id = name.slice("signal.".length);
      under_way.set(id, drafts.get(name));
      send(id);
    }
    for (const kept of drafts.names("said.")) {
      said.set(kept, drafts.get(kept));
      say(kept, said.get(kept));
    }
    tell();
  }

  return { raise, lower, insist, keepSaying, resume, goesAnotherWay };
}

/**
 * Gives a function that confirms what stands unconfirmed within `place` ([data-unshown]), while the page can be seen.
 * `send(ids)` resolves with an answer; what it did not take is told again with the next call.
 */
export function confirmShown(place, send) {
  const told = new Set();

  async function tell() {
    if (document.visibilityState !== "visible") return;
    const ids = [...place.querySelectorAll("[data-unshown]")].map((row) => row.dataset.unshown).filter((id) => !told.has(id));
    if (!ids.length) return;
    for (const id of ids) told.add(id);
    const answer = await send(ids);
    if (!answer?.ok) for (const id of ids) told.delete(id);
  }

  document.addEventListener("visibilitychange", tell);
  return tell;
}
