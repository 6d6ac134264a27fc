// The private form: sent once under an id of its own. Until it is stored, what is chosen is kept in this tab alone,
// sealed like every draft, so that a reload loses nothing; once it is sent, nothing of it stays.

import { createDrafts } from "./drafts.js";
import { setUpSheets } from "./sheets.js";

const AGAIN_AFTER = 5_000;

const form = document.getElementById("measure-form");
const state = document.getElementById("measure-state");
const drafts = createDrafts({ key: document.body.dataset.draftKey, person: document.body.dataset.person });
const name = `form.${form?.dataset.form}`;
const newId = () => (crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16)));
let id = newId();
let revision = 1;

function answers() {
  const names = new Set([...form.querySelectorAll("input[type=radio]")].map((input) => input.name));
  return Object.fromEntries([...names].map((item) => {
    const chosen = form.querySelector(`input[name="${CSS.escape(item)}"]:checked`);
    return [item, chosen ? Number(chosen.value) : null];
  }));
}

/** What this tab kept before a reload, under the id it may have been sent with already. */
async function restore() {
  await drafts.load();
  const kept = drafts.get(name);
  if (kept) ({ id, revision } = kept);
  for (const [item, value] of Object.entries(kept?.answers ?? {})) {
    const input = form.querySelector(`input[name="${CSS.escape(item)}"][value="${CSS.escape(String(value))}"]`);
    if (input && !form.querySelector(`input[name="${CSS.escape(item)}"]:checked`)) input.checked = true;
  }
  if (form.querySelector("input:checked")) keep(); // with what was chosen before this script was there
}

const keep = () => drafts.put(name, { id, revision, answers: answers() });

async function send() {
  const given = answers();
  if (Object.values(given).every((value) => value === null)) return tell("empty");
  tell("saving");
  let answer = null;
  try {
    const reply = await fetch(form.dataset.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": document.body.dataset.csrf },
      body: JSON.stringify({ id, revision, answers: given }),
    });
    answer = await reply.json();
  } catch {
    again();
    return tell("failed");
  }
  byHand.look(); // whatever becomes of the answers: what calls for a person says here how it stands
  if (answer.error?.code === "superseded" && answer.error.revision >= revision) {
    revision = answer.error.revision + 1; // an earlier try did arrive: this one is a change of it
    keep();
    return send();
  }
  if (answer.error?.code === "retry") again();
  if (answer.error?.opens) return show(answer.error.message); // it was opened before the plan was changed
  if (!answer.ok) return tell(answer.error?.code === "not_now" ? "closed" : "failed");
  if (JSON.stringify(answers()) !== JSON.stringify(given)) { // changed while it was on its way
    revision += 1;
    keep();
    return send();
  }
  drafts.remove(name);
  if (answer.stored === false) return location.reload(); // no yes stands: the page says that nothing is stored
  form.hidden = true;
  const done = document.getElementById("measure-done");
  done.hidden = false;
  done.querySelector("h2").focus();
}

/** What did not arrive is sent again by itself. */
let timer = null;
function again() {
  clearTimeout(timer);
  timer = setTimeout(send, AGAIN_AFTER);
}

function tell(word) {
  show(state.dataset[word], word !== "saving");
}

function show(sentence, waits = true) {
  state.textContent = sentence;
  state.classList.toggle("state-wait", waits);
}

setUpSheets({ forget: drafts.forget });
form?.addEventListener("change", keep);
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
if (form) await restore();
byHand.handOver({ all: false });
if (!form) byHand.look(); // nothing was stored, and yet somebody may have been called
if (document.body.dataset.ticketUrl) hear();

/** Loaded after the rest, which works without it. */
async function hear() {
  const { connect } = await import("./live.js");
  const held = [...document.querySelectorAll("[data-region]")].map(({ dataset }) => dataset.region);
  connect({ held, onNotice: ({ code }) => { if (["removed", "signed_out"].includes(code)) go(); } });
}

/** They were sent away: the room's page has what is left to them. A call that is on its way goes first. */
function go() {
  if ("sending" in document.body.dataset) return void setTimeout(go, 500);
  location.replace(document.body.dataset.ticketUrl.replace(/\/ticket$/, ""));
}
