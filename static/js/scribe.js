// Writing for somebody who speaks: their questions in a sheet on the console, sent like any command.

import { TYPES } from "./exercises/index.js";
import { morph, newId } from "./live.js";

/** dialog: the sheet; send(payload) → acknowledgement; url: where a person's questions are fetched from */
export function createScribe({ dialog, send, url }) {
  const body = dialog.querySelector("[data-body]");
  const state = dialog.querySelector("[data-state]");
  const words = dialog.dataset;
  let person = null;
  let opened = 0; // how often the sheet has been opened
  let sent = null; // {id, revision} of what stands on the server

  const form = () => body.querySelector("form");
  const prompts = () => [...body.querySelectorAll(".prompt")];
  const tell = (text) => { state.textContent = text; };

  async function open(participant) {
    const asked = (opened += 1);
    person = participant;
    sent = null;
    tell("");
    body.replaceChildren();
    if (!dialog.open) dialog.showModal();
    try {
      const answer = await fetch(`${url}/${participant}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const { html } = await answer.json();
      if (asked !== opened) return; // the sheet was opened for somebody else meanwhile
      morph(body, html);
    } catch {
      if (asked === opened) tell(words.failed);
      return;
    }
    form()?.reset();
    const { id, revision } = form()?.dataset ?? {};
    sent = { id: id || newId(), revision: Number(revision) || 0 };
  }

  async function keep() {
    if (!form() || state.getAttribute("aria-busy") === "true") return;
    const answer = {};
    for (const prompt of prompts()) {
      const value = TYPES[prompt.dataset.type].read(prompt);
      if (value !== null) answer[prompt.dataset.key] = value;
    }
    if (!Object.keys(answer).length) return tell(words.empty);
    const { stage, audience } = form().dataset;
    state.setAttribute("aria-busy", "true");
    const payload = { participant_id: person, ...sent, revision: sent.revision + 1, stage_id: stage, answer, audience };
    const said = await send(payload);
    state.removeAttribute("aria-busy");
    if (said.ok) sent.revision = said.revision;
    else if (said.error?.code === "superseded") sent.revision = said.error.revision; // the next press is a change of that
    tell(said.ok ? words.kept : said.error.message || words.failed);
  }

  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
  });
  return { open };
}
