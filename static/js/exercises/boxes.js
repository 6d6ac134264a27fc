// Boxes named by the prompt. Value: {[name]: {label: lines or text}}, or null.

import { linesOf, mostOf } from "./short-texts.js";

export function boxes(name, of) {
  const fields = (root) => [...root.querySelectorAll("[data-label]")];
  return {
    read(root) {
      const full = fields(root).map((field) => [field.dataset.label, of.read(field.value, field)]).filter(([, kept]) => kept);
      return full.length ? { [name]: Object.fromEntries(full) } : null;
    },
    write(root, value) {
      for (const field of fields(root)) field.value = of.write(value?.[name]?.[field.dataset.label]);
    },
    said: (root) => fields(root).map((field) => field.value.trim()).filter(Boolean).join(" · "),
  };
}

export const LINES = { read: (text, box) => linesOf(text, mostOf(box)), write: (lines) => (lines ?? []).join("\n") };
export const TEXT = { read: (text) => text.trim() || null, write: (text) => text ?? "" };
