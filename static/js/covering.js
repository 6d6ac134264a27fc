// Covers the console when nobody has touched it for long; the password uncovers it in place, and the room goes on.

const TELL_EVERY = 60_000; // the server hears at most this often that somebody is there
const LOOK_EVERY = 5_000;
const page = document.body.dataset;
const part = (id) => document.getElementById(id);

/** onCover() puts away what was uncovered. Only a key or a pointer counts: what the page does by itself does not. */
export function setUpCovering({ onCover }) {
  const longest = Number(page.idleMinutes) * 60_000;
  let touched = Date.now();
  let told = Date.now();
  let covers = false;

  const alone = () => Date.now() - touched >= longest;

  function cover() {
    if (covers) return;
    covers = true;
    onCover();
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    for (const sheet of document.querySelectorAll(":popover-open")) sheet.hidePopover();
    document.body.toggleAttribute("data-covered", true);
    part("covering").hidden = false;
  }

  function touch(event) {
    if (covers) return;
    if (alone()) {
      cover();
      event.stopImmediatePropagation(); // what woke the page is no decision
      return;
    }
    touched = Date.now();
    if (touched - told < TELL_EVERY) return;
    told = touched;
    const body = new URLSearchParams({ active: "yes" });
    fetch(page.ticketUrl, { method: "POST", body, headers: { "X-CSRFToken": page.csrf } }).catch(() => {});
  }

  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"]) {
    document.addEventListener(kind, touch, { capture: true, passive: true });
  }
  const look = () => { if (alone()) cover(); };
  setInterval(look, LOOK_EVERY);
  document.addEventListener("visibilitychange", look);

  part("uncover-console").addEventListener("submit", async (event) => {
    event.preventDefault();
    const line = part("password-wrong");
    let answer = { ok: false, sentence: line.dataset.failed };
    try {
      const body = new URLSearchParams({ password: part("password-again").value });
      const sent = await fetch(page.passwordUrl, { method: "POST", body, headers: { "X-CSRFToken": page.csrf } });
      if (sent.ok) answer = await sent.json();
    } catch {
      // told below, as any other failure
    }
    part("password-again").value = "";
    line.hidden = answer.ok;
    line.lastElementChild.textContent = answer.sentence;
    if (answer.ok) location.reload(); // a fresh page, with nothing of the one before
  });

  return { cover, covered: () => covers };
}
