// What somebody would like, and a first step. Value: {text, first_step, when, who}, or null.

import { rowsOfShape } from "./rows.js";

const goal = rowsOfShape({ text: "line", first_step: "line", when: "line", who: "line" }, (value) => Object.values(value));

export const read = (root) => goal.read(root);
export const { write } = goal;
export const said = (root) => goal.said(root);
