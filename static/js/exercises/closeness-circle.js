// People near and far. Value: {people: [{label, ring, angle, bond, marked}]}, or null. The list's fields are the data;
// the circle is drawn from them and writes into them, so both always say the same.

import { addRow, rowsOfShape } from "./rows.js";

const circle = rowsOfShape(
  { people: [{ label: "line", ring: "number", angle: "number", bond: "line", marked: "yes" }] },
  (value) => value.people.map((person) => person.label),
);

export const read = (root) => circle.read(root);
export const kept = (root) => circle.kept(root);
export function write(root, value) {
  // an older draft may hold people without a place
  circle.write(root, value && { people: value.people.map((each) => ({ ...each, ring: each.ring ?? 3, angle: each.angle ?? 0 })) });
  root.querySelector("closeness-circle")?.draw();
}
export const said = (root) => circle.said(root);

const SVG = "http://www.w3.org/2000/svg";
const MIDDLE = 150;
const AT = [31, 61, 95, 128]; // where people of each ring stand, from the middle; as in app/exercises/closeness_circle.py
const EDGE = 150;
const TURN = 12; // degrees of one arrow key

// Where a name may stand beside its person, and how names keep clear of each other: as in closeness_circle.py.
const BELOW = ["middle", 0, 22];
const ABOVE = ["middle", 0, -13];
const BESIDE = [["start", 11, 4.5], ["end", -11, 4.5], ["start", 8, 18], ["end", -8, 18], ["start", 8, -9], ["end", -8, -9], ["middle", 0, 36], ["middle", 0, -27]];
const [LETTER, RISE, FALL, LONGEST] = [6.8, 11, 3, 16];
const letters = (name) => [...name].length;
const short = (name) => (letters(name) <= LONGEST ? name : `${[...name].slice(0, LONGEST - 1).join("")}…`);
const dot = (x, y, size) => [x - size, y - size, x + size, y + size];
const over = (amount) => Math.max(0, amount);

function boxOf(name, anchor, x, y) {
  const wide = LETTER * letters(name);
  const left = x - { start: 0, middle: wide / 2, end: wide }[anchor];
  return [left, y - RISE, left + wide, y + FALL];
}

function cost(box, taken) {
  const shared = taken.map((other) => over(Math.min(box[2], other[2]) - Math.max(box[0], other[0])) * over(Math.min(box[3], other[3]) - Math.max(box[1], other[1])));
  const side = over(-box[0]) + over(box[2] - 2 * MIDDLE);
  return shared.reduce((sum, each) => sum + each, 0) + 14 * side + 50 * (over(-box[1]) + over(box[3] - 2 * MIDDLE));
}

/** people: [[name, x, y]]; gives [anchor, right, down] for each, seen from the person. */
function labels(people) {
  const taken = [...people.map(([, x, y]) => dot(x, y, 7)), dot(MIDDLE, MIDDLE, 10), [MIDDLE - 9, MIDDLE + 11, MIDDLE + 9, MIDDLE + 25]];
  return people.map(([name, x, y]) => {
    const spots = y > MIDDLE ? [BELOW, ABOVE, ...BESIDE] : [ABOVE, BELOW, ...BESIDE];
    const boxes = spots.map(([anchor, right, down]) => boxOf(name, anchor, x + right, y + down));
    const costs = boxes.map((box) => cost(box, taken));
    const best = costs.indexOf(Math.min(...costs));
    taken.push(boxes[best]);
    return spots[best];
  });
}

const make = (name, attributes = {}) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};
const spot = (ring, angle) => {
  const turn = (angle * Math.PI) / 180;
  return [MIDDLE + AT[ring - 1] * Math.sin(turn), MIDDLE - AT[ring - 1] * Math.cos(turn)].map((each) => Math.round(each * 10) / 10);
};
const nearest = (away) => AT.reduce((best, at, place) => (Math.abs(at - away) < Math.abs(AT[best] - away) ? place : best), 0) + 1;

class ClosenessCircle extends HTMLElement {
  static formAssociated = true;

  /** The rest of the form may come after this element: everything waits for it. */
  connectedCallback() {
    queueMicrotask(() => this.begins());
  }

  begins() {
    if (this.ready || !this.list) return this.draw();
    this.ready = true;
    this.svg = this.querySelector("svg");
    this.layer = this.svg.querySelector("[data-people]");
    this.closest(".prompt").addEventListener("input", () => this.draw());
    this.svg.addEventListener("pointerdown", (event) => this.takes(event));
    this.svg.addEventListener("touchstart", (event) => this.holdsStill(event), { passive: false });
    this.svg.addEventListener("click", (event) => this.adds(event));
    this.svg.addEventListener("keydown", (event) => this.keys(event));
    this.draw();
  }

  /** A form that is taken anew has the server's rows. */
  formResetCallback() {
    queueMicrotask(() => this.draw());
  }

  get list() {
    return this.closest(".prompt")?.querySelector('[data-list="people"]');
  }

  get rows() {
    return [...this.list.querySelectorAll(":scope > [data-row]")];
  }

  field(row, name) {
    return row.querySelector(`[data-f="${name}"]`);
  }

  draw() {
    if (!this.layer || !this.list) return;
    const focused = this.layer.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    const people = this.rows.flatMap((row, at) => {
      const label = this.field(row, "label").value.trim();
      if (!label) return [];
      const ring = Number(this.field(row, "ring").value) || 3;
      const place = spot(ring, Number(this.field(row, "angle").value) || 0);
      return [{ at, label, ring, place, bond: this.field(row, "bond"), marked: this.field(row, "marked").checked }];
    });
    const names = labels(people.map(({ label, place }) => [short(label), ...place]));
    this.layer.replaceChildren(...people.map((each, number) => this.person(each, names[number])));
    if (focused !== null) this.layer.querySelector(`[data-at="${focused}"]`)?.focus();
  }

  person({ at, label, ring, place: [x, y], bond, marked }, [anchor, right, down]) {
    const style = bond.selectedOptions[0]?.dataset.style ?? "none";
    const group = make("g", { "data-at": at, class: `person-on${marked ? " marked" : ""}`, tabindex: "0", role: "button" });
    const words = this.dataset.label.replace("{name}", label).replace("{ring}", ring).replace("{bond}", bond.value || "");
    group.setAttribute("aria-label", words.trim());
    const body = make("g", { transform: `translate(${x} ${y})` });
    const text = make("text", { x: right, y: down, "text-anchor": anchor });
    text.textContent = short(label);
    body.append(make("circle", { class: "reach-for", r: 22 }), make("circle", { class: style === "lost" || style === "died" ? "lost" : "one", r: 6 }), text);
    if (marked) body.prepend(make("circle", { class: "mark-of", r: 11 }));
    group.append(make("line", { class: `bond bond-${style}`, x1: MIDDLE, y1: MIDDLE, x2: x, y2: y }), body);
    return group;
  }

  /** From a pointer to units of the drawing; measured once: nothing else moves while one drags. */
  measure() {
    const box = this.svg.getBoundingClientRect();
    return (each) => [((each.clientX - box.left) / box.width) * 300, ((each.clientY - box.top) / box.height) * 300];
  }

  /** A finger on a person drags them and does not scroll; browsers heed touch-action only on the whole drawing. */
  holdsStill(event) {
    if (event.cancelable && event.target.closest("[data-at]")) event.preventDefault();
  }

  /** The pointer takes hold of a person; beside them a finger may scroll the page. */
  takes(event) {
    this.dragged = false;
    const group = event.target.closest("[data-at]");
    if (event.button || !group) return;
    const there = this.measure();
    event.preventDefault();
    group.focus();
    const row = this.rows[Number(group.dataset.at)];
    const [line, body] = group.children;
    const start = there(event);
    let at = null;
    const moves = (each) => {
      const [x, y] = there(each);
      if (!at && Math.hypot(x - start[0], y - start[1]) < 5) return;
      const away = Math.hypot(x - MIDDLE, y - MIDDLE);
      const short = Math.min(1, (EDGE - 12) / (away || 1));
      at = [MIDDLE + (x - MIDDLE) * short, MIDDLE + (y - MIDDLE) * short];
      body.setAttribute("transform", `translate(${at[0]} ${at[1]})`);
      line.setAttribute("x2", at[0]);
      line.setAttribute("y2", at[1]);
    };
    const ends = (each) => {
      group.removeEventListener("pointermove", moves);
      group.removeEventListener("pointerup", ends);
      group.removeEventListener("pointercancel", ends);
      this.dragged = at !== null; // the click that follows is the end of it
      if (at && each.type === "pointerup") this.places(row, at);
      else this.draw();
    };
    group.setPointerCapture(event.pointerId);
    group.addEventListener("pointermove", moves);
    group.addEventListener("pointerup", ends);
    group.addEventListener("pointercancel", ends);
  }

  places(row, [x, y]) {
    const away = Math.hypot(x - MIDDLE, y - MIDDLE);
    const angle = Math.round((Math.atan2(x - MIDDLE, MIDDLE - y) * 180) / Math.PI + 360) % 360;
    this.puts(row, nearest(away), angle);
  }

  puts(row, ring, angle) {
    this.field(row, "ring").value = String(ring);
    this.field(row, "angle").value = String((angle + 360) % 360);
    this.field(row, "ring").dispatchEvent(new Event("input", { bubbles: true }));
    const name = this.field(row, "label").value.trim();
    const status = this.querySelector("[data-said]");
    status.textContent = this.dataset.moved.replace("{name}", name).replace("{ring}", ring);
  }

  /** A tap where nobody stands adds somebody; a finger that scrolls makes no click. */
  adds(event) {
    if (this.dragged || event.target.closest("[data-at]")) return;
    const [x, y] = this.measure()(event);
    const empty = this.rows.find((row) => !this.field(row, "label").value.trim());
    const row = empty ?? addRow(this.list);
    if (!row) return;
    const away = Math.hypot(x - MIDDLE, y - MIDDLE);
    this.field(row, "ring").value = String(nearest(away));
    this.field(row, "angle").value = String(Math.round((Math.atan2(x - MIDDLE, MIDDLE - y) * 180) / Math.PI + 360) % 360);
    this.field(row, "label").focus();
  }

  keys(event) {
    const group = event.target.closest("[data-at]");
    if (!group || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = this.rows[Number(group.dataset.at)];
    const [ring, angle] = ["ring", "angle"].map((name) => Number(this.field(row, name).value));
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -TURN], ArrowRight: [0, TURN] }[event.key];
    if (step) {
      event.preventDefault();
      this.puts(row, Math.min(4, Math.max(1, ring + step[0])), angle + step[1]);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.field(row, "label").focus();
    }
  }
}

customElements.define("closeness-circle", ClosenessCircle);

// A new person finds a place of their own on the ring, whether a button or a key added them.
document.addEventListener("row-added", ({ target: row }) => {
  if (!row.closest(".prompt")?.querySelector("closeness-circle")) return;
  const angles = [...row.parentElement.children].map((each) => each.querySelector('[data-f="angle"]'));
  const taken = angles.slice(0, -1).map((field) => Number(field.value));
  let turn = angles.length * 137;
  while (taken.includes(turn % 360)) turn += 137;
  angles.at(-1).value = String(turn % 360);
});
