// Participant pages without a live connection: sheets, leaving at once, printing.

import { setUpSheets } from "./sheets.js";

setUpSheets();
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) print();
});
