// Small steps in order. Value: {steps: [{text, hard, chosen}]}, or null.

import { rowsOfShape } from "./rows.js";

const steps = rowsOfShape({ steps: [{ text: "line", hard: "number", chosen: "yes" }] }, (value) => value.steps.map((step) => step.text));

export const read = (root) => steps.read(root);
export const kept = (root) => steps.kept(root);
export const { write } = steps;
export const said = (root) => steps.said(root);
