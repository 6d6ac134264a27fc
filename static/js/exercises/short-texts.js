// A few words. Value: a list of lines, or null. Labelled boxes keep their places; in the one box each line stands
// alone, and a long one is broken between words, so that nothing is ever refused for its length.

const LINE = 300;
const LINES = 10;

function broken(line) {
  const parts = [];
  let rest = [...line]; // code points, as the server counts
  while (rest.length > LINE) {
    const space = rest.lastIndexOf(" ", LINE);
    const at = space > 0 ? space : LINE;
    parts.push(rest.slice(0, at).join("").trim());
    rest = rest.slice(space > 0 ? at + 1 : at);
  }
  return [...parts, rest.join("").trim()];
}

export function linesOf(text) {
  const lines = text.split("\n").flatMap(broken).filter(Boolean);
  while (lines.length > LINES) {
    const last = lines.pop();
    lines[lines.length - 1] += ` ${last}`;
  }
  return lines.length ? lines : null;
}

export function read(root) {
  const box = root.querySelector("[data-lines]");
  if (box) return linesOf(box.value);
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
