// Any of several. Value: the chosen words in the order of the card, or null.

export function read(root) {
  const chosen = [...root.querySelectorAll("input:checked")].map((input) => input.value);
  return chosen.length ? chosen : null;
}

export function write(root, value) {
  for (const input of root.querySelectorAll("input")) input.checked = (value ?? []).includes(input.value);
}

export const said = (root) => (read(root) ?? []).join(" · ");
