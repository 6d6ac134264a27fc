// A few words. Value: a list of lines, or null. Labelled boxes keep their places; in the one box each line stands
// alone, and a long one is broken between words.

const LINE = 300;
const LINES = 10; // of a box that does not say how many it takes

/** How many lines a box takes. */
export const mostOf = (box) => Number(box.dataset.mostLines) || LINES;

function broken(line) {
  const parts = [];
  let rest = [...line.normalize("NFC")]; // code points, as the server counts
  while (rest.length > LINE) {
    const space = rest.lastIndexOf(" ", LINE);
    const at = space > 0 ? space : LINE;
    parts.push(rest.slice(0, at).join("").trim());
    rest = rest.slice(space > 0 ? at + 1 : at);
  }
  return [...parts, rest.join("").trim()];
}

/** The lines of a text. Of more than a box takes the last are joined while they fit on one; the rest stays too many. */
export function linesOf(text, most = LINES) {
  const lines = text.split("\n").flatMap(broken).filter(Boolean);
  while (lines.length > most) {
    const joined = `${lines.at(-2)} ${lines.at(-1)}`;
    if ([...joined].length > LINE) break;
    lines.splice(-2, 2, joined);
  }
  return lines.length ? lines : null;
}

export function read(root) {
  const box = root.querySelector("[data-lines]");
  if (box) return linesOf(box.value, mostOf(box));
  const lines = [...root.querySelectorAll("[data-line]")].map((input) => input.value.trim());
  while (lines.length && !lines.at(-1)) lines.pop();
  return lines.length ? lines : null;
}

export function write(root, value) {
  const box = root.querySelector("[data-lines]");
  if (box) box.value = (value ?? []).join("\n");
  root.querySelectorAll("[data-line]").forEach((input, at) => { input.value = value?.[at] ?? ""; });
}

export const said = (root) => (read(root) ?? []).filter(Boolean).join(" · ");
