// Pairs put together by hand, and lines from person to person, on the console.

import { newId } from "./live.js";

/** send(name, payload) → acknowledgement; url: where the words of lines are fetched from */
export function setUpTogether({ send, url }) {
  let tried = null; // the line that was sent last and is not stored for certain: {words, id}
  const read = new Map(); // id of a line → its words, in this tab alone

  async function toggle(button) {
    const id = button.dataset.line;
    if (read.has(id)) read.delete(id);
    else {
      const answer = await fetch(`${url}?${new URLSearchParams([["id", id]])}`).catch(() => null);
      if (!answer?.ok) return;
      read.set(id, (await answer.json()).lines[id] ?? "");
    }
    dress();
  }

  /** Puts the words that are uncovered back after the region was replaced. */
  function dress() {
    for (const place of document.querySelectorAll("[data-line-words]")) {
      const words = read.get(place.dataset.lineWords);
      place.hidden = words === undefined;
      place.textContent = words ?? "";
      document.querySelector(`[data-line="${place.dataset.lineWords}"]`)?.setAttribute("aria-expanded", String(words !== undefined));
    }
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-line]");
    if (button) toggle(button);
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.pairs) {
      event.preventDefault();
      const pairs = new Map();
      for (const [person, number] of new FormData(form)) {
        if (number) pairs.set(number, [...(pairs.get(number) ?? []), person]);
      }
      await send("assign_pairs", { stage_id: form.dataset.pairs, pairs: [...pairs.values()] });
    } else if (form.dataset.lineForm) {
      event.preventDefault();
      const { to, text } = Object.fromEntries(new FormData(form));
      const words = JSON.stringify([to, text]);
      if (tried?.words !== words) tried = { words, id: newId() }; // else the same again: its answer did not come
      const answer = await send("add_line", { stage_id: form.dataset.lineForm, id: tried.id, to, text: text.trim() });
      if (!answer.ok) return;
      tried = null;
      form.reset();
    }
  });
  return { dress };
}
