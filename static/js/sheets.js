// Sheets that lie above the page; what is chosen in them about the page's look is reader.js's. Works without the server.

function openSheet(name) {
  const sheet = document.getElementById(name);
  if (sheet?.popover) sheet.hidePopover(); // it was opened before this script was there
  if (sheet && !sheet.open) sheet.showModal();
}

/** forget() empties what this page keeps; called before it is left at once. */
export function setUpSheets({ forget = () => {} } = {}) {
  document.addEventListener("click", (event) => {
    const { target } = event;
    const opener = target.closest("[data-sheet]");
    if (opener) {
      event.preventDefault(); // the browser would open it by itself, without making the page behind it inert
      openSheet(opener.dataset.sheet);
    }
    if (target.closest("[data-close]") || target.matches("dialog")) target.closest("dialog")?.close();
  });
  const { text, letters, words } = document.documentElement.dataset;
  const size = document.querySelector(`input[name=reader-text][value="${text ?? "normal"}"]`);
  if (size) size.checked = true;
  const plain = document.querySelector("input[name=reader-letters]");
  if (plain) plain.checked = letters === "plain";
  const covered = document.querySelector("input[name=reader-words]");
  if (covered) covered.checked = words === "covered";

  document.addEventListener("leaving", forget); // reader.js leaves at once; this part only lets go of what it holds
}
