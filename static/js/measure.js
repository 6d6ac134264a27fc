// The private form: sent once under an id of its own, kept on the page until it is stored, and nowhere else.

import { setUpSheets } from "./sheets.js";

const form = document.getElementById("measure-form");
const state = document.getElementById("measure-state");
const id = crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
  (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16));
let revision = 1;

function answers() {
  const names = new Set([...form.querySelectorAll("input[type=radio]")].map((input) => input.name));
  return Object.fromEntries([...names].map((name) => {
    const chosen = form.querySelector(`input[name="${CSS.escape(name)}"]:checked`);
    return [name, chosen ? Number(chosen.value) : null];
  }));
}

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
    return tell("failed");
  }
  if (answer.error?.code === "superseded" && answer.error.revision >= revision) {
    revision = answer.error.revision + 1; // an earlier try did arrive: this one is a change of it
    return send();
  }
  if (!answer.ok) return tell(answer.error?.code === "not_now" ? "closed" : "failed");
  form.hidden = true;
  const done = document.getElementById("measure-done");
  done.hidden = false;
  done.querySelector("h1").focus();
}

function tell(word) {
  state.textContent = state.dataset[word];
  state.classList.toggle("state-wait", word !== "saving");
}

setUpSheets();
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
