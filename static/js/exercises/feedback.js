// A line to one or more people. Value: [{to, text}], or null.

const fields = (root) => [...root.querySelectorAll("[data-to]")];

export function read(root) {
  const lines = fields(root).map((field) => ({ to: field.dataset.to, text: field.value.trim() })).filter((line) => line.text);
  return lines.length ? lines : null;
}

export function write(root, value) {
  for (const field of fields(root)) field.value = (value ?? []).find((line) => line.to === field.dataset.to)?.text ?? "";
}

/** Adds the boxes of those whom a newer form of this question has as well, and says whether there were any. */
export function grow(root, newer) {
  const known = new Set(fields(root).map((field) => field.dataset.to));
  const more = fields(newer).filter((field) => !known.has(field.dataset.to));
  for (const field of more) root.querySelector("fieldset > .hint").before(field.parentElement);
  return more.length > 0;
}

export const said = (root) => (read(root) ?? []).map((line) => line.text).join(" · ");
