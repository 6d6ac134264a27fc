// Sheets that lie above the page, the reader's text size, and leaving at once. Works without the server.

function openSheet(name) {
  const sheet = document.getElementById(name);
  if (sheet && !sheet.open) sheet.showModal();
}

function keepChoice(name, value) {
  document.documentElement.dataset[name] = value;
  try {
    sessionStorage.setItem(`reader.${name}`, value);
  } catch {
    // storage switched off: it holds until the page is left
  }
}

/** forget() empties what this tab keeps; called before leaving at once. */
export function setUpSheets({ forget = () => sessionStorage.clear() } = {}) {
  document.addEventListener("click", (event) => {
    const { target } = event;
    const opener = target.closest("[data-sheet]");
    if (opener) openSheet(opener.dataset.sheet);
    if (target.closest("[data-close]") || target.matches("dialog")) target.closest("dialog")?.close();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.name === "reader-text") keepChoice("text", target.value);
    if (target.name === "reader-letters") keepChoice("letters", target.checked ? "plain" : "own");
  });
  const { text, letters } = document.documentElement.dataset;
  const size = document.querySelector(`input[name=reader-text][value="${text ?? "normal"}"]`);
  if (size) size.checked = true;
  const plain = document.querySelector("input[name=reader-letters]");
  if (plain) plain.checked = letters === "plain";

  document.getElementById("quick-exit")?.addEventListener("click", (event) => {
    event.preventDefault();
    try {
      forget();
    } catch {
      // leaving matters more
    }
    location.replace(event.currentTarget.href);
  });
}
