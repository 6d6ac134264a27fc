// The strip of every page of a facilitator: asks for what is open, at once on every return, and until a person has seen it.

import { morph } from "./live.js";
import { confirmShown } from "./signals.js";

const EVERY = 5_000; // milliseconds between two looks
const SOON = 1_500; // while a call may come: it stands here within two seconds
const PATIENCE = 8_000; // a look that gets no answer ends after this

const strip = document.getElementById("alerts");
const lost = document.getElementById("alerts-lost");
const { url, shownUrl, seenUrl, csrf, but } = strip.dataset;

async function post(address, ids) {
  try {
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf };
    const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify({ ids }) });
    return { ok: answer.ok };
  } catch {
    return { ok: false }; // it is told again after the next look
  }
}

const tellShown = confirmShown(strip, (ids) => post(shownUrl, ids));

function say(which) {
  lost.hidden = !which;
  if (which) lost.textContent = lost.dataset[which];
}

let next = null;
let soon = true;

/** Asks, and asks again after a while, whatever comes of it. */
async function look() {
  clearTimeout(next);
  next = setTimeout(look, PATIENCE + SOON); // only one that is never answered gets so far
  if (document.visibilityState === "visible") await ask(); // else nobody would see it; the return asks at once
  clearTimeout(next);
  next = setTimeout(look, soon ? SOON : EVERY);
}

async function ask() {
  const options = { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) };
  let answer;
  let told;
  try {
    answer = await fetch(but ? `${url}?but=${encodeURIComponent(but)}` : url, options);
    told = answer.ok ? await answer.json() : null;
  } catch {
    return say("lost");
  }
  if (answer.status === 401) return say("signedOut");
  if (!told) return say("lost");
  say(null);
  soon = told.soon;
  morph(strip, told.html);
  tellShown();
}

strip.addEventListener("click", async ({ target }) => {
  const id = target.closest("[data-seen]")?.dataset.seen;
  if (!id) return;
  await post(seenUrl, [id]);
  look();
});
document.addEventListener("visibilitychange", look);
for (const event of ["pageshow", "online", "focus"]) window.addEventListener(event, look);
next = setTimeout(look, SOON);
tellShown();
