// Rows that the writer names, ticked under the prompt's columns. Value: {rows, ticks}, or null.

import { readScope, writeScope } from "./rows.js";

const shape = (root) => [{ name: "line", ...Object.fromEntries(columns(root).map((_, at) => [`col-${at}`, "yes"])) }];
const columns = (root) => root.querySelector("[data-cols]").dataset.cols.split("\n");

export const read = (root) => asValue(root, "sent");
/** Ticks wait in a draft for the name of their row. */
export const kept = (root) => asValue(root, "kept");

function asValue(root, how) {
  const { people } = readScope(root, { people: shape(root) }, how);
  if (!people.length) return null;
  const cols = columns(root);
  const ticks = people.flatMap((each, row) => cols.flatMap((_, col) => (each[`col-${col}`] ? [[row, col]] : [])));
  return { rows: people.map((each) => each.name), cols, ticks };
}

export function write(root, value) {
  const people = (value?.rows ?? []).map((name, row) => ({
    name,
    ...Object.fromEntries(value.ticks.filter(([at]) => at === row).map(([, col]) => [`col-${col}`, true])),
  }));
  writeScope(root, { people: shape(root) }, { people });
}

export const said = (root) => (read(root)?.rows ?? []).join(" · ");
