// Events, mood and a beginning along time. Value: {span, events, mood, onset}, or null. The chart is drawn from the rows.

import { holdsAnything, holdsSomething, readScope, writeScope } from "./rows.js";

const SHAPE = {
  from: "line",
  to: "line",
  onset: "line",
  events: [{ when: "line", label: "line", kind: "line" }],
  mood: [{ when: "line", value: "number" }],
};
const SVG = "http://www.w3.org/2000/svg";
const [LEFT, RIGHT, TOP, BOTTOM, APART] = [26, 346, 84, 204, 22]; // as in app/exercises/timeline.py
const LEVELS = [60, 38, 16];
const MONTH = /^(19|20)\d\d-(0[1-9]|1[0-2])$/;

export function read(root) {
  const { from, to, onset, events, mood } = readScope(root, SHAPE);
  const moods = mood.filter((each) => each.when && each.value !== null);
  if (!holdsSomething([onset, events, moods])) return null;
  return { span: { from, to }, events, mood: moods, onset };
}

/** The span alone, or a month that has no mood yet, is no answer, but is kept. */
export function kept(root) {
  const all = readScope(root, SHAPE, "kept");
  const { from, to, ...rest } = all;
  return holdsAnything(all) ? { span: { from, to }, ...rest } : null;
}

export function write(root, value) {
  const { span, ...rest } = value ?? {};
  writeScope(root, SHAPE, { ...rest, from: span?.from, to: span?.to });
  root.querySelector("mood-line")?.draw();
}

export function said(root) {
  const value = read(root);
  return value ? [...value.events.map((each) => each.label), value.onset].filter(Boolean).join(" · ") : "";
}

const make = (name, attributes, words) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (words !== undefined) element.textContent = words;
  return element;
};
const count = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5));

class MoodLine extends HTMLElement {
  static formAssociated = true;

  connectedCallback() {
    queueMicrotask(() => {
      const prompt = this.closest(".prompt");
      if (!this.ready) prompt?.addEventListener("input", () => this.draw());
      this.ready = Boolean(prompt);
      this.draw();
    });
  }

  formResetCallback() {
    queueMicrotask(() => this.draw());
  }

  draw() {
    const layer = this.querySelector("[data-chart]");
    if (!layer || !this.isConnected) return;
    const value = read(this.closest(".prompt")) ?? { span: {}, events: [], mood: [], onset: "" };
    const good = (month) => MONTH.test(month ?? "");
    const byTime = (a, b) => (a.when < b.when ? -1 : 1);
    const moods = value.mood.filter((each) => good(each.when)).sort(byTime);
    const events = this.numbered().filter((each) => good(each.when)).sort(byTime);
    const months = [...moods, ...events].map((each) => each.when).concat([value.onset, value.span.from, value.span.to].filter(good)).sort();
    this.hidden = months.length === 0;
    if (!months.length) return;
    const [first, last] = [months[0], months.at(-1)];
    const wide = count(last) - count(first);
    const x = (month) => LEFT + (RIGHT - LEFT) * (wide ? (count(month) - count(first)) / wide : 0.5);
    const y = (mood) => BOTTOM - ((BOTTOM - TOP) * mood) / 10;
    const parts = [];
    if (good(value.onset)) {
      const at = x(value.onset);
      parts.push(make("line", { class: "onset", x1: at, x2: at, y1: TOP - 6, y2: BOTTOM + 4 }));
      parts.push(make("text", { class: "strong", x: at, y: BOTTOM + 17, "text-anchor": at < 90 ? "start" : at > 270 ? "end" : "middle" }, this.dataset.onset));
    }
    parts.push(make("polyline", { class: "line", points: moods.map((each) => `${x(each.when)},${y(each.value)}`).join(" ") }));
    for (const each of moods) parts.push(make("circle", { class: "point", cx: x(each.when), cy: y(each.value), r: 5 }));
    const taken = LEVELS.map(() => -APART); // the last number on each level
    const marks = events.flatMap((each) => {
      const at = x(each.when);
      const free = taken.findIndex((before) => at - before >= APART);
      const level = free < 0 ? LEVELS.length - 1 : free;
      taken[level] = at;
      parts.push(make("line", { class: "stem", x1: at, x2: at, y1: LEVELS[level] + 10, y2: BOTTOM }));
      return [
        make("circle", { class: `event event-${each.kind || "plain"}`, cx: at, cy: LEVELS[level], r: 10 }),
        make("text", { class: "event-n", x: at, y: LEVELS[level] + 4.2, "text-anchor": "middle" }, each.n),
      ];
    });
    parts.push(...marks, make("text", { x: LEFT, y: BOTTOM + 36, "text-anchor": "start" }, first));
    if (wide) parts.push(make("text", { x: RIGHT, y: BOTTOM + 36, "text-anchor": "end" }, last));
    layer.replaceChildren(...parts);
  }

  /** The events as their rows are numbered on the page. */
  numbered() {
    const rows = [...this.closest(".prompt").querySelectorAll('[data-list="events"] > [data-row]')];
    return rows.map((row, at) => ({ n: at + 1, ...readScope(row, SHAPE.events[0]) }));
  }
}

customElements.define("mood-line", MoodLine);
