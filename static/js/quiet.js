// A person pauses, only listens, or stops: plain screens, and the button that looks innocent.

import { newId } from "./live.js";
import { AGAIN } from "./outbox.js";
import { ownId } from "./signals.js";

const AGAIN_AFTER = 3_000;
const KEPT = "stop"; // the name under which a stop that has not arrived is kept

export function createQuiet({ command, drafts }) {
  const page = document.body;

  /** What the server says of the screen is in the region of the stage; the page follows. */
  function follow(stage) {
    if (page.dataset.plain === "stopped" && drafts.get(KEPT)) return; // a stop is on its way
    const { quiet } = stage.querySelector("[data-quiet]")?.dataset ?? {};
    if (quiet) page.dataset.plain = quiet;
    else delete page.dataset.plain;
  }

  async function insist(name, payload) {
    const answer = await command(name, payload);
    if (!answer.ok && AGAIN.has(answer.error?.code)) return void setTimeout(() => insist(name, payload), AGAIN_AFTER);
    if (name === "stop_now") drafts.remove(KEPT);
  }

  const pause = (choice) => insist("pause_for_me", choice === "word" ? { choice, id: newId() } : { choice });

  /** The page is empty at once, whether or not anybody hears it; it is said until somebody's server has it. */
  function stop() {
    const id = ownId("stop");
    drafts.put(KEPT, id);
    page.dataset.plain = "stopped";
    insist("stop_now", { id });
  }

  /** After a reload: a stop that had not arrived. */
  function resume() {
    if (!drafts.get(KEPT)) return;
    page.dataset.plain = "stopped";
    insist("stop_now", { id: drafts.get(KEPT) });
  }

  return { follow, pause, stop, resume };
}
