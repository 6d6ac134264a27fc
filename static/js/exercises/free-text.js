// A text box. Value: the text, or null.

export const read = (root) => root.querySelector("textarea").value.trim() || null;

export function write(root, value) {
  root.querySelector("textarea").value = value ?? "";
}

/** What the text has more than it can have, in signs as the server counts them. */
export function length(root) {
  const { value, maxLength } = root.querySelector("textarea");
  return { now: [...value.trim().normalize("NFC")].length, most: maxLength, full: value.length >= maxLength };
}

export const said = (root) => read(root) ?? "";
