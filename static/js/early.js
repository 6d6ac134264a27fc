// Runs before any module: what a facilitator presses, by hand or by key, before the page can do it is kept until it can.

(() => {
  const { dataset } = document.documentElement;
  const DECISION = "button[data-command]"; // needs the line; console.js takes the last one up
  const OTHER = ["open", "seen", "copy", "print", "uncover", "scribe", "insert"].map((name) => `button[data-${name}]`).join();
  let waits = null; // the last other press; the modules are all there once the page is loaded

  function keep(button) {
    if (button.matches(DECISION)) {
      window.early?.button.removeAttribute("aria-busy"); // the last press counts
      window.early = { button, was: button.outerHTML, at: performance.now() };
    } else {
      waits?.removeAttribute("aria-busy");
      waits = button;
    }
    button.setAttribute("aria-busy", "true");
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(`${DECISION}, ${OTHER}`);
    if (!button || (button.matches(DECISION) ? "ready" : "heard") in dataset) return; // from here on the modules hear it
    if (!button.matches(DECISION)) event.stopImmediatePropagation();
    keep(button);
  }, true);

  document.addEventListener("keydown", (event) => {
    if ("heard" in dataset || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!button?.matches(`${DECISION}, ${OTHER}`)) return; // a key of something else on the page
    event.preventDefault();
    event.stopImmediatePropagation();
    keep(button);
  }, true);

  document.addEventListener("DOMContentLoaded", () => {
    dataset.heard = "";
    waits?.removeAttribute("aria-busy");
    if (waits?.isConnected) waits.click();
  });
})();
