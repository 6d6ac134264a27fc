// One of several. Value: the words of the choice, or null.

export const read = (root) => root.querySelector("input:checked")?.value ?? null;

export function write(root, value) {
  for (const input of root.querySelectorAll("input")) input.checked = input.value === value;
}

export const said = (root) => read(root) ?? "";
