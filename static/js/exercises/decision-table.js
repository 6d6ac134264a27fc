// A question, the wish, and ways to weigh. Value: {question, wish, options: [{text, pros, cons, helper, chosen}]}, or null.

import { rowsOfShape } from "./rows.js";

const table = rowsOfShape(
  { question: "line", wish: "line", options: [{ text: "line", pros: "lines", cons: "lines", helper: "line", chosen: "yes" }] },
  (value) => [value.question, ...value.options.map((way) => way.text)],
);

export const read = (root) => table.read(root);
export const kept = (root) => table.kept(root);
export const { write } = table;
export const said = (root) => table.said(root);
