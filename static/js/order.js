// Lists that people put in order: dragging by the grip (SortableJS), arrow keys on it, buttons up and down.

import Sortable from "../vendor/sortablejs-1.15.7/sortable.core.esm.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Keeps `list` orderable; `placed(item)` runs after an item has found a new place. */
export function ordered(list, placed) {
  Sortable.create(list, {
    handle: ".grip",
    filter: "input, textarea, select",
    preventOnFilter: false,
    forceFallback: true, // a button as a handle starts no native drag in every browser
    fallbackTolerance: 3,
    animation: calm.matches ? 0 : 150,
    ghostClass: "dragged",
    onEnd: ({ item, oldIndex, newIndex }) => oldIndex !== newIndex && placed(item),
  });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.target.closest(".grip")) return;
    const item = itemOf(list, event.target);
    if (!item) return; // of a list inside this one
    event.preventDefault();
    move(item, by, event.target, placed);
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-move]");
    const item = button && itemOf(list, button);
    if (item) move(item, Number(button.dataset.move), button, placed);
  });
}

/** The item of this list that an element stands in, unless it stands in a list within. */
function itemOf(list, element) {
  return element.closest("[data-ordered]") === list ? [...list.children].find((each) => each.contains(element)) : null;
}

function move(item, by, focus, placed) {
  const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(item);
  else other.after(item);
  focus.focus();
  placed(item);
}
