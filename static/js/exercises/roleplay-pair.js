// Practising with a partner. Value: {scene, role, rounds, observer_notes}, or null.

import { rowsOfShape } from "./rows.js";

const play = rowsOfShape({ scene: "line", rounds: "lines", observer_notes: "lines" }, (value) => [value.scene, ...value.rounds, ...value.observer_notes]);

export function read(root) {
  const value = play.read(root);
  if (!value) return null;
  const { role } = root.querySelector("[data-role]")?.dataset ?? {};
  return { scene: "", rounds: [], observer_notes: [], ...value, role: role ?? "" };
}
export const { write } = play;
export const said = (root) => play.said(root);
