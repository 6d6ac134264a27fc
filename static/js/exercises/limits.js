// What an answer can hold, as the server counts it: signs of a text, lines of a box, and signs and bytes of the whole.
// Whatever is more stays in its box, and the page says so before anything is sent.

import { TYPES } from "./index.js";
import { linesOf, mostOf } from "./short-texts.js";

const signs = (value) => (typeof value === "string" ? [...value.normalize("NFC")].length
  : value && typeof value === "object" ? Object.values(value).reduce((sum, each) => sum + signs(each), 0) : 0);

/** The first thing that is more than it can be: {index of the prompt or null, what, now, most}; undefined if nothing is. */
export function overlong(form, prompts, answer) {
  for (const [index, prompt] of prompts.entries()) {
    const length = TYPES[prompt.dataset.type].length?.(prompt);
    if (length?.now > length?.most) return { index, what: "too-long", now: length.now, most: length.most };
    for (const box of prompt.querySelectorAll("[data-most-lines]")) {
      const [now, most] = [linesOf(box.value, mostOf(box))?.length ?? 0, mostOf(box)];
      if (now > most) return { index, what: "too-many-lines", now, most };
    }
  }
  const now = signs(answer);
  const bytes = new TextEncoder().encode(JSON.stringify(answer)).length;
  // a sign of some scripts takes three or four bytes: then fewer of them have room
  const most = Math.min(Number(form.dataset.mostSigns), Math.floor((now * Number(form.dataset.mostBytes)) / bytes));
  return now > most ? { index: null, what: "too-long-whole", now, most } : undefined;
}
