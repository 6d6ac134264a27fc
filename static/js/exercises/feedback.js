// A line to one or more people. Value: [{to, text}], or null.

const fields = (root) => [...root.querySelectorAll("[data-to]")];

export function read(root) {
  const lines = fields(root).map((field) => ({ to: field.dataset.to, text: field.value.trim() })).filter((line) => line.text);
  return lines.length ? lines : null;
}

export function write(root, value) {
  for (const field of fields(root)) field.value = (value ?? []).find((line) => line.to === field.dataset.to)?.text ?? "";
}

export const said = (root) => (read(root) ?? []).map((line) => line.text).join(" · ");
