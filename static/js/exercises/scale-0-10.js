// Eleven circles. Value: a whole number, or null; 0 is an answer.

export function read(root) {
  const chosen = root.querySelector("input:checked");
  return chosen ? Number(chosen.value) : null;
}

export function write(root, value) {
  for (const input of root.querySelectorAll("input")) input.checked = value !== null && Number(input.value) === value;
}

export const said = (root) => String(read(root) ?? "");
