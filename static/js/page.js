// Participant pages beside the room: sheets, leaving at once, printing, and going when the person has no place any more.

import { setUpSheets } from "./sheets.js";

setUpSheets();
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) print();
});
if (document.body.dataset.ticketUrl) hear();

/** Loaded after the rest, which works without it. */
async function hear() {
  const { connect, openAgain } = await import("./live.js");
  connect({ onNotice: ({ code }) => { if (["removed", "signed_out"].includes(code)) openAgain(code); } });
}
