// One talk, line by line. Value: {setting, lines: [{who, said, felt, meant, turn}], retry}, or null.

import { rowsOfShape } from "./rows.js";

const talk = rowsOfShape(
  { setting: "line", lines: [{ who: "line", said: "line", felt: "line", meant: "line", turn: "yes" }], retry: "lines" },
  (value) => [value.setting, ...value.lines.map((line) => line.said)],
);

// Who speaks alone is no line of the talk, but is kept until its words come.
export const kept = (root) => talk.kept(root);
export function read(root) {
  const value = talk.read(root);
  if (!value) return null;
  value.lines = value.lines.filter((line) => line.said || line.felt || line.meant);
  return value.setting || value.lines.length || value.retry.length ? value : null;
}
export const { write } = talk;
export const said = (root) => talk.said(root);
