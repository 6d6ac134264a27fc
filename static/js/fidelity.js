// The checklist of a session: a tap goes out at once, alone, and is kept in this tab, sealed, until it is stored.

import { createDrafts } from "./drafts.js";
import { morph } from "./live.js";
import { createOutbox } from "./outbox.js";
import { post } from "./posting.js";

const page = document.body.dataset;
const form = document.getElementById("checklist");
const line = document.getElementById("state");
const drafts = createDrafts({ key: page.draftKey, person: page.person });
let signedOut = false;

const outbox = createOutbox({
  send,
  store: drafts,
  onChange: (item) => {
    check(item.next ?? item.message);
    if (item.status === "waiting") tell(signedOut ? "signedOut" : "failed");
    else if (item.status === "sending" && !item.tries) tell("saving");
  },
  onSaved: ({ line: key }, told) => {
    const waiting = outbox.all().find(({ message }) => message.line === key);
    if (!waiting) morph(document.getElementById(`line-${key}`), told.html);
    if (!outbox.all().length) tell("saved", told.saved_at);
  },
  onRefused: (item) => {
    outbox.drop(item.message.id);
    tell("refused", "", item.error.message);
  },
});

async function send({ line: key, answer: given }) {
  const told = await post(page.url, { line: key, answer: given });
  signedOut = told.signedOut ?? false;
  return told;
}

/** What was tapped stands on the page, also after a reload. */
function check({ line: key, answer: given }) {
  const radio = form.querySelector(`input[name="${CSS.escape(key)}"][value="${CSS.escape(given)}"]`);
  if (radio) radio.checked = true;
}

function set(radio) {
  outbox.put({ id: radio.name, line: radio.name, answer: radio.value });
}

function tell(which, time = "", sentence = "") {
  line.querySelector("span").textContent = (sentence || line.dataset[which]).replace("{time}", time);
  line.classList.toggle("state-wait", !["saving", "saved"].includes(which));
}

form.addEventListener("change", ({ target }) => {
  if (target.matches('input[type="radio"]')) set(target);
});

// 1 to 4 answer the line that has the focus, and go on to the next.
form.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const row = event.target.closest("[data-line]");
  const radio = row?.querySelectorAll('input[type="radio"]')[Number(event.key) - 1];
  if (!radio || !"1234".includes(event.key)) return;
  radio.checked = true;
  set(radio);
  const own = row.nextElementSibling?.querySelectorAll('input[type="radio"]') ?? [];
  ([...own].find((each) => each.checked) ?? own[0] ?? radio).focus();
  event.preventDefault();
});

form.addEventListener("submit", (event) => event.preventDefault()); // every tap is saved already
document.querySelector("[data-without-script]").hidden = true;
window.addEventListener("online", outbox.kick);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && outbox.kick());
window.addEventListener("beforeunload", (event) => {
  if (outbox.all().length) event.preventDefault(); // a reload keeps them, a closed tab does not
});

await drafts.load();
outbox.resume();
