// Runs before any module: a decision that is pressed before the console can send it is kept until it can.

(() => {
  document.addEventListener("click", ({ target }) => {
    if ("ready" in document.documentElement.dataset) return; // from here on console.js hears it
    const button = target.closest("button[data-command]");
    if (!button) return;
    window.early?.button.removeAttribute("aria-busy"); // the last press counts
    window.early = { button, was: button.outerHTML, at: performance.now() };
    button.setAttribute("aria-busy", "true");
  });
})();
