// A person pauses, only listens, or stops: plain screens, and the button that looks innocent.

import { ownId } from "./signals.js";

const AGAIN_AFTER = 3_000;
const KEPT = "stop"; // the name under which a stop that has not arrived is kept

export function createQuiet({ command, drafts, keepSaying }) {
  const page = document.body;

  /** What the server says of the screen is in the region of the stage; the page follows. */
  function follow(stage) {
    if (page.dataset.plain === "stopped" && drafts.get(KEPT)) return; // a stop is on its way
    const { quiet } = stage.querySelector("[data-quiet]")?.dataset ?? {};
    if (quiet) page.dataset.plain = quiet;
    else delete page.dataset.plain;
  }

  async function insist(id) {
    if (drafts.get(KEPT) !== id) return; // it went another way
    const answer = await command("stop_now", { id });
    const has = answer.ok || (await byHand.once({ kind: "stop", stop: id })); // with a socket or without
    if (!has) return void setTimeout(() => insist(id), AGAIN_AFTER);
    drafts.remove(KEPT);
  }

  /** The socket is closed for good: a stop that had not arrived goes out without it. */
  async function goesAnotherWay() {
    const id = drafts.get(KEPT);
    if (id) await byHand.insist({ kind: "stop", stop: id });
    drafts.remove(KEPT);
  }

  /** What is chosen last for the screen holds. A wish for a word is one wish, however often it is pressed. */
  function pause(choice) {
    const { id } = drafts.get("said.pause_for_me.word") ?? { id: ownId("word") };
    if (choice === "word") keepSaying("pause_for_me", { choice, id }, "word");
    else keepSaying("pause_for_me", { choice }, "screen");
  }

  /** The page is empty at once, whether or not anybody hears it; it is said until somebody's server has it. */
  function stop() {
    const id = ownId("stop");
    drafts.put(KEPT, id);
    page.dataset.plain = "stopped";
    insist(id);
  }

  /** After a reload: a stop that had not arrived. */
  function resume() {
    if (!drafts.get(KEPT)) return;
    page.dataset.plain = "stopped";
    insist(drafts.get(KEPT));
  }

  return { follow, pause, stop, resume, goesAnotherWay };
}
