// What somebody would like, and a first step; and how close the goals from before are, a number each.
// Value: {text, first_step, when, who}, with rating: [number] of the new goal and standing: [{goal, text, rating}]
// where goals stand; or null.

import { holdsSomething, readScope, writeScope } from "./rows.js";

const SHAPE = { text: "line", first_step: "line", when: "line", who: "line" };
const standing = (root) => [...root.querySelectorAll("[data-goal]")];
const circles = (scale) => [...scale.querySelectorAll(".scale input")];

function numberOf(scale) {
  const chosen = scale && circles(scale).find((input) => input.checked);
  return chosen ? Number(chosen.value) : null;
}

function choose(scale, number) {
  for (const input of circles(scale)) input.checked = number !== null && Number(input.value) === number;
}

/** A number of its own for the new goal is kept, and sent once the goal has words. */
export function kept(root) {
  const value = readScope(root, SHAPE);
  if (!standing(root).length) return holdsSomething(value) ? value : null;
  const rating = numberOf(root.querySelector("[data-new-goal]"));
  const rated = standing(root).map((row) => ({
    goal: row.dataset.goal,
    text: row.querySelector("[data-goal-words]").textContent.trim(),
    rating: numberOf(row),
  })).filter((each) => each.rating !== null);
  if (!holdsSomething(value) && rating === null && !rated.length) return null;
  return { ...value, rating: rating === null ? [] : [rating], standing: rated };
}

export function read(root) {
  const value = kept(root);
  if (!value || !("standing" in value)) return value;
  const words = holdsSomething(readScope(root, SHAPE));
  if (!words && !value.standing.length) return null;
  return words ? value : { ...value, rating: [] };
}

export function write(root, value) {
  writeScope(root, SHAPE, value);
  for (const row of standing(root)) {
    choose(row, value?.standing?.find((each) => each.goal === row.dataset.goal)?.rating ?? null);
  }
  const fresh = root.querySelector("[data-new-goal]");
  if (!fresh) return;
  choose(fresh, value?.rating?.[0] ?? null);
  if (holdsSomething(readScope(root, SHAPE)) || value?.rating?.length) fresh.closest("details").open = true;
}

export function said(root) {
  const value = read(root);
  if (!value) return "";
  const { text, first_step, when, who, rating = [] } = value;
  const rated = (value.standing ?? []).map((each) => `${each.text} ${each.rating}`);
  return [...rated, text, first_step, when, who, ...rating].filter((each) => each !== "").join(" · ");
}
