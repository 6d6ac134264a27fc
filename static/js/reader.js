// Runs before the first paint and before any module: leaving at once, and the reader's own text size, letters and covered words.

(() => {
  const { away } = document.currentScript.dataset; // the neutral page
  const SHIFTS = 3;
  const FORGOTTEN_AFTER = 5_000; // a press of Shift counts for this long

  /** `hidden` needs no style sheet: one may not have come. */
  function cover() {
    document.documentElement.classList.add("gone");
    document.documentElement.hidden = true;
  }

  // the same browser's other tabs of ours go with this one
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("leaving") : null;
  tabs?.addEventListener("message", () => goAway());

  function leave() {
    cover();
    tabs?.postMessage("");
    goAway();
  }

  /** Takes the page out of sight, then out of the history. What fails on the way must not keep it here. */
  function goAway() {
    cover();
    document.dispatchEvent(new Event("leaving")); // modules let go of what they hold
    for (const step of [empty, freeSeat, remember]) {
      try {
        step();
      } catch {
        // storage, network or cookies are switched off: leaving matters more
      }
    }
    location.replace(away);
  }

  function empty() {
    sessionStorage.clear();
    localStorage.clear();
  }

  function freeSeat() {
    const token = document.querySelector("meta[name=csrf-token]").content;
    navigator.sendBeacon("/exit", new URLSearchParams({ csrf_token: token }));
  }

  /** So that this browser has no place any more when it cannot reach the server, and Back shows nothing. */
  function remember() {
    document.cookie = `gone=1; path=/; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  }

  /** Back to a page of ours after leaving leads away again, whatever the page is. */
  function cameBack() {
    if (!/(^|; )gone=1/.test(document.cookie)) return;
    cover();
    location.replace(away);
  }
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") cameBack();
  addEventListener("pageshow", (event) => event.persisted && cameBack());

  /** A sheet makes the page behind it inert; a tap where the button still shows is meant for the button. */
  function throughASheet({ target, clientX, clientY }) {
    if (!target.matches("dialog")) return false;
    const button = document.getElementById("quick-exit").getBoundingClientRect();
    return clientX >= button.left && clientX <= button.right && clientY >= button.top && clientY <= button.bottom;
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-exit]") && !throughASheet(event)) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  }, true);

  // Shift alone counts, pressed and let go; a capital letter or a selection with Shift begins anew.
  let presses = 0;
  let alone = false;
  let timer = null;
  function startAgain() {
    presses = 0;
    alone = false;
    sayWhatIsLeft();
  }

  /** For who cannot see whether a press counted: spoken, not shown, for somebody may look on. */
  function sayWhatIsLeft() {
    const line = document.getElementById("shifts");
    if (!line) return;
    const words = presses ? line.dataset[presses === SHIFTS - 1 ? "once" : "more"] : "";
    if (line.textContent !== words) line.textContent = words;
  }
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") startAgain();
    else if (!event.repeat) alone = !event.ctrlKey && !event.altKey && !event.metaKey;
  }, true);
  addEventListener("pointerdown", startAgain, true);
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    presses += 1;
    clearTimeout(timer);
    timer = setTimeout(startAgain, FORGOTTEN_AFTER);
    if (presses >= SHIFTS) leave();
    else sayWhatIsLeft();
  }, true);

  try {
    for (const name of ["text", "letters", "words"]) {
      const chosen = sessionStorage.getItem(`reader.${name}`);
      if (chosen) document.documentElement.dataset[name] = chosen;
    }
  } catch {
    // storage switched off: the page is shown as it is
  }

  function keepChoice(name, value) {
    document.documentElement.dataset[name] = value;
    try {
      sessionStorage.setItem(`reader.${name}`, value);
    } catch {
      // storage switched off: it holds until the page is left
    }
  }
  document.addEventListener("change", ({ target }) => {
    if (target.name === "reader-text") keepChoice("text", target.value);
    if (target.name === "reader-letters") keepChoice("letters", target.checked ? "plain" : "own");
    if (target.name === "reader-words") keepChoice("words", target.checked ? "covered" : "open");
  });
})();
