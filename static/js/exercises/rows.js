// Forms whose answer is more than one text: fields, and lists of rows that are added, moved and taken away. A shape
// says what stands where: {text: "line", hard: "number", chosen: "yes", pros: "lines", options: [{…}]}. Fields carry
// data-f, lists data-list with a template of one row beside them; a field belongs to the nearest row around it.

import { linesOf, mostOf } from "./short-texts.js";

const scopeOf = (element) => element.closest("[data-row]") ?? element.closest(".prompt");
const within = (scope, selector) => [...scope.querySelectorAll(selector)].filter((each) => scopeOf(each.parentElement) === scope);
const fieldOf = (scope, name) => within(scope, `[data-f="${name}"]`);
const listOf = (scope, name) => within(scope, `[data-list="${name}"]`)[0];
const rowsOf = (list) => [...list.children].filter((each) => each.matches("[data-row]"));

const READERS = {
  line: ([field]) => field.value.trim(),
  lines: ([field]) => linesOf(field.value, mostOf(field)) ?? [],
  number: ([field]) => (field.value === "" ? null : Number(field.value)),
  yes: ([field]) => field.checked,
  one: (fields) => fields.find((field) => field.checked)?.value ?? "",
};
const WRITERS = {
  line: ([field], value) => { field.value = value ?? ""; },
  lines: ([field], value) => { field.value = (value ?? []).join("\n"); },
  number: ([field], value) => { field.value = value ?? ""; },
  yes: ([field], value) => { field.checked = Boolean(value); },
  one: (fields, value) => { for (const field of fields) field.checked = field.value === (value ?? ""); },
};

/** The values of a scope. Rows that hold nothing are left out; with "kept", only those into which nothing was typed. */
export function readScope(scope, shape, how = "sent") {
  const value = {};
  for (const [name, kind] of Object.entries(shape)) {
    if (Array.isArray(kind)) {
      const list = listOf(scope, name);
      const rows = (list ? rowsOf(list) : []).map((row) => [row, readScope(row, kind[0], how)]);
      value[name] = rows.filter(([row, each]) => holdsSomething(each) || (how === "kept" && typedInto(row, list))).map(([, each]) => each);
    } else {
      const fields = fieldOf(scope, name);
      if (fields.length) value[name] = READERS[kind](fields);
    }
  }
  return value;
}

const typed = (row) => JSON.stringify([...row.querySelectorAll("input:not([type=hidden]), textarea, select")]
  .map((field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value)));
/** Whether a row differs from a new one: a tick, a number or a ring that waits for its words. */
const typedInto = (row, list) => typed(row) !== typed(newRow(list));

/** Words make a row or an answer; a tick or a number alone is nothing yet. */
export function holdsSomething(value) {
  if (typeof value === "string") return value !== "";
  if (Array.isArray(value)) return value.some(holdsSomething);
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSomething);
}

/** As holdsSomething, and a row is something whatever stands in it: for drafts. */
export const holdsAnything = (value) => Object.values(value).some((each) => (Array.isArray(each) ? each.length > 0 : holdsSomething(each)));

export function writeScope(scope, shape, value) {
  for (const [name, kind] of Object.entries(shape)) {
    if (Array.isArray(kind)) {
      const list = listOf(scope, name);
      if (!list) continue;
      const wanted = value?.[name] ?? [];
      const count = Math.max(wanted.length, Number(list.dataset.least) || 0);
      for (const row of rowsOf(list).slice(count)) row.remove();
      while (rowsOf(list).length < count) list.append(newRow(list));
      rowsOf(list).forEach((row, at) => {
        if (at < wanted.length) writeScope(row, kind[0], wanted[at]);
        else row.replaceWith(newRow(list)); // not emptied field by field: a new row has its own first values
      });
      full(list);
    } else {
      const fields = fieldOf(scope, name);
      if (fields.length) WRITERS[kind](fields, value?.[name]);
    }
  }
}

/** A type whose answer is one record of this shape. */
export function rowsOfShape(shape, tell) {
  return {
    read(root) {
      const value = readScope(root, shape);
      return holdsSomething(value) ? value : null;
    },
    /** What a draft holds: also ticks and numbers without words. */
    kept(root) {
      const value = readScope(root, shape, "kept");
      return holdsAnything(value) ? value : null;
    },
    write: (root, value) => writeScope(root, shape, value),
    said(root) {
      const value = this.read(root);
      return value ? tell(value).filter(Boolean).join(" · ") : "";
    },
  };
}

// ——— rows come, go and move

function newRow(list) {
  return list.parentElement.querySelector(`template[data-new="${list.dataset.list}"]`).content.firstElementChild.cloneNode(true);
}

/** A list that is full offers no further row. */
export function full(list) {
  const button = list.parentElement.querySelector(`[data-add="${list.dataset.list}"]`);
  if (button) button.hidden = rowsOf(list).length >= Number(list.dataset.most);
}

const changed = (element) => element.dispatchEvent(new Event("input", { bubbles: true }));
const firstField = (row) => row.querySelector("input:not([type=checkbox], [type=radio]), textarea, select");

/** A further row, by whatever way it is asked for; null where the list is full. A drawing beside the list hears of it. */
export function addRow(list) {
  if (rowsOf(list).length >= Number(list.dataset.most)) return null;
  const row = newRow(list);
  list.append(row);
  full(list);
  row.dispatchEvent(new CustomEvent("row-added", { bubbles: true }));
  return row;
}

function add(button) {
  const list = button.parentElement.querySelector(`[data-list="${button.dataset.add}"]`) ??
    button.closest(".prompt").querySelector(`[data-list="${button.dataset.add}"]`);
  const row = addRow(list);
  if (!row) return;
  firstField(row)?.focus();
  changed(row);
}

function remove(row) {
  const list = row.parentElement;
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  const least = Number(list.dataset.least) || 0;
  if (rowsOf(list).length > least) row.remove();
  else row.replaceWith(newRow(list));
  full(list);
  const next = beside?.isConnected ? beside : rowsOf(list)[0];
  (next ? firstField(next) : list.parentElement.querySelector("[data-add]"))?.focus();
  changed(list);
}

function move(row, by, button) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  button.focus();
  changed(row);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button || !button.closest(".prompt")) return;
  const row = button.closest("[data-row]");
  if (button.dataset.add) add(button);
  else if (button.dataset.drop !== undefined) remove(row);
  else if (button.dataset.shift) move(row, Number(button.dataset.shift), button);
});

// Enter in a row goes on to the next one; it never sends the answer.
document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-row]");
  if (event.key !== "Enter" || !row || !event.target.matches("input")) return;
  event.preventDefault();
  const next = row.nextElementSibling ?? addRow(row.parentElement);
  if (!next) return;
  firstField(next)?.focus();
  changed(next);
});

// Of several ticks that exclude each other only the newest stands.
document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-alone]") || !target.checked) return;
  const list = target.closest("[data-row]").parentElement;
  for (const other of list.querySelectorAll("[data-alone]")) if (other !== target) other.checked = false;
});
