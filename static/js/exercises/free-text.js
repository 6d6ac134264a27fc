// A text box. Value: the text, or null.

export const read = (root) => root.querySelector("textarea").value.trim() || null;

export function write(root, value) {
  root.querySelector("textarea").value = value ?? "";
}

export const said = (root) => read(root) ?? "";
