// The strip of every page of a facilitator: asks for what is open, at once on every return, and until a person has seen it.

import { morph } from "./live.js";
import { confirmShown } from "./signals.js";

const EVERY = 5_000;

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

async function look() {
  if (document.visibilityState !== "visible") return; // nobody would see it; the return asks at once
  let answer;
  try {
    answer = await fetch(but ? `${url}?but=${encodeURIComponent(but)}` : url, { headers: { Accept: "application/json" } });
  } catch {
    return say("lost");
  }
  if (answer.status === 401) return say("signedOut");
  if (!answer.ok) return say("lost");
  say(null);
  morph(strip, (await answer.json()).html);
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
setInterval(look, EVERY);
tellShown();
