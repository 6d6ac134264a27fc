// The answer form: one prompt at a time, what stands on the server, what is only here, and the protected typist.
// The form is a held region: a newer one is taken only when nothing unsent would be lost, or when the person comes along.

import { TYPES } from "./exercises/index.js";
import { overlong } from "./exercises/limits.js";
import { morph, newId, parse } from "./live.js";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** region: the element that holds the form; deps: {drafts, outbox, onChange()} */
export function createAnswering(region, { drafts, outbox, onChange }) {
  let id = null; // of the answer being written
  let stand = null; // what the server has: {id, revision, answer, audience, passed, savedAt}
  let at = 0; // the open prompt
  let reach = 0; // the furthest prompt seen
  let newest = null; // a form that came while words here were unsent: {html, stage}
  let source = ""; // this form as it came, so that it can be opened again later
  let justSaved = null; // time of the last card of a repeating stage
  let card = null; // id of the last card sent from a repeating stage
  let begun = false;
  let meanwhile = null; // the newest form that came before this tab's drafts were read
  const gone = new Set(); // ids of answers that were taken back
  let leftBehind = {}; // what stood in the boxes when the person passed
  let rest = ""; // every field as it stood when this form came or went out

  const form = () => region.querySelector("form");
  const prompts = (root = region) => [...root.querySelectorAll(".prompt")];
  const type = (prompt) => TYPES[prompt.dataset.type];

  /** What would be sent; or, with "kept", what a draft must hold: also what is no answer yet. */
  function content(how = "read", root = region) {
    const answer = {};
    for (const prompt of prompts(root)) {
      const { read, [how]: reader = read } = type(prompt);
      const value = reader(prompt);
      if (value !== null) answer[prompt.dataset.key] = value;
    }
    const chosen = root.querySelector("input[name=audience]:checked");
    return { answer, audience: chosen?.value ?? form().dataset.audience };
  }

  const own = () => (id ? outbox.get(id) : undefined);
  const underWay = () => own()?.next ?? own()?.message;
  const pending = () => own() ?? (card && blank() ? outbox.get(card) : undefined);

  /** Its words are on their way; with a pass none go, and what was written stays in the box. */
  function goesOut(name) {
    const item = outbox.get(name);
    return item !== undefined && !(item.next ?? item.message).passed;
  }

  function dirty() {
    if (!form()) return false;
    const now = content();
    const sent = underWay() ?? stand;
    if (own()?.status === "refused") return true;
    if (!sent || sent.passed) return Object.keys(now.answer).length > 0 && !same(now.answer, leftBehind);
    return !same(now.answer, sent.answer) || now.audience !== sent.audience;
  }

  const fields = (root = region) => JSON.stringify([...root.querySelectorAll(".prompt :is(input, textarea, select)")]
    .map((field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value)));
  /** Something was typed, even if it is no answer yet: who speaks in a line that has no words so far. */
  const touched = () => form() !== null && fields() !== rest;

  const blank = () => !form() || Object.keys(content().answer).length === 0;

  /** Shows a form that came from the server, or one that was put away. */
  function take(html, draft = null) {
    const before = { stage: form()?.dataset.stage, keys: keysOf(region), stands: stand?.id, at, reach, justSaved, card };
    newest = null;
    morph(region, html, { ignoreActiveValue: false });
    form()?.reset(); // nothing typed for one question may stay in the box of another
    setUp(html, draft);
    if (form() && form().dataset.stage === before.stage && same(keysOf(region), before.keys) && stand?.id === before.stands && !draft) {
      ({ at, reach, justSaved, card } = before); // the same questions: stay where the person was
      show();
    }
    onChange();
  }

  /** The form as the server gave it, whatever has been typed since. */
  function untouched() {
    const copy = form().cloneNode(true);
    copy.reset();
    return copy;
  }

  /** The first form, once this tab's drafts are read: it was there before this script, and may hold words already. */
  function begin() {
    begun = true;
    if (setUp(form()?.outerHTML ?? "")) keep();
    if (meanwhile !== null) arrived(meanwhile);
  }

  /** Says whether there were words in the form that the server had not given. */
  function setUp(html, draft = null) {
    const reopened = draft !== null;
    source = html;
    justSaved = card = id = stand = null;
    leftBehind = {};
    at = reach = 0;
    if (!form()) return false;
    const { stage, revision, savedAt } = form().dataset;
    const came = untouched();
    const given = content("read", came);
    if (form().dataset.id) {
      const passed = "passed" in form().dataset;
      stand = { id: form().dataset.id, revision: Number(revision), savedAt, passed, ...given };
    }
    rest = fields(came);
    const typed = fields() !== rest || content().audience !== given.audience;
    if (typed) putAside(stand?.id);
    else draft ??= unsent().find((entry) => entry.stage === stage && !goesOut(entry.id) && fits(entry)) ?? null;
    const kept = typed ? null : draft ?? (stand ? outbox.get(stand.id)?.message : onItsWay(stage));
    // A change of an answer that stands no more is an answer of its own; a form that was put away may not know it.
    const alone = kept?.stood && !stand && (!reopened || gone.has(kept.stood));
    id = stand?.id ?? (alone ? null : kept?.id) ?? newId();
    if (kept && id !== kept.id && drafts.get(`draft.${kept.id}`)) {
      drafts.remove(`draft.${kept.id}`);
      drafts.put(`draft.${id}`, { ...kept, id, stood: stand?.id });
    }
    if (kept && !kept.passed) write(kept);
    const passed = stand?.passed || underWay()?.passed;
    if (passed && !typed) leftBehind = content().answer; // also what was written before the pass
    else if (passed || (!stand && !kept)) leftBehind = given.answer; // what the form came with is kept already
    const end = prompts().length - 1;
    if (kept && !kept.passed) ({ at = end, reach = end } = kept);
    else if (stand && !stand.passed) at = reach = end;
    // What a draft adds counts as typed, also where it is no answer yet; not what was sent, or left by a pass.
    if (kept && (!draft || passed || draft.sent)) rest = fields();
    show();
    return typed;
  }

  /** What was typed before this script has the place of an earlier draft: that one waits among what was not sent. */
  function putAside(name) {
    const earlier = name && !drafts.get(`out.${name}`) && drafts.get(`draft.${name}`);
    if (!earlier) return;
    const aside = newId();
    drafts.put(`draft.${aside}`, { ...earlier, id: aside });
    drafts.remove(`draft.${name}`);
  }

  function onItsWay(stage) {
    if ("repeat" in form().dataset) return null;
    return outbox.all().find(({ message }) => message.stage_id === stage && fits(message))?.message ?? null;
  }

  /** Words for other questions of the same stage, as when the turn has passed, have no place in this form. */
  const fits = ({ answer }) => Object.keys(answer).every((key) => keysOf(region).includes(key));

  function write({ answer, audience }) {
    for (const prompt of prompts()) type(prompt).write(prompt, answer[prompt.dataset.key] ?? null);
    const choice = region.querySelector(`input[name=audience][value="${CSS.escape(audience)}"]`);
    if (choice) choice.checked = true;
  }

  function show() {
    prompts().forEach((prompt, index) => {
      prompt.hidden = index > reach;
      prompt.querySelector("[data-body]").hidden = index !== at;
      prompt.querySelector("[data-fold]").hidden = index === at;
      prompt.querySelector("[data-said]").textContent = type(prompt).said(prompt) || region.dataset.leftOut;
    });
    const { audience } = content();
    for (const line of region.querySelectorAll("[data-aud]")) line.hidden = line.dataset.aud !== audience;
  }

  function open(index) {
    at = index;
    reach = Math.max(reach, at);
    show();
    const ask = prompts()[at].querySelector(".ask");
    ask.tabIndex = -1;
    ask.focus();
    onChange();
  }

  const last = () => at >= prompts().length - 1;
  const forward = () => open(at < reach ? reach : at + 1);

  /** Words have changed: keep them here. */
  function keep() {
    letGo();
    justSaved = null;
    const kept = content("kept");
    const more = dirty() || touched(); // than what is on its way
    if ((more || own()) && Object.keys(kept.answer).length > 0) {
      const { stage, title } = form().dataset;
      const sent = more ? undefined : underWay().revision;
      drafts.put(`draft.${id}`, { id, stage, title, html: source, at, reach, sent, stood: stand?.id, ...kept });
    } else {
      drafts.remove(`draft.${id}`);
    }
    show();
    onChange();
  }

  function send({ passed = false } = {}) {
    const { answer, audience } = content();
    const known = own()?.status === "refused" ? stand : (underWay() ?? stand);
    const revision = (known?.revision ?? 0) + 1;
    const stage_id = form().dataset.stage;
    if (passed) leftBehind = answer;
    rest = fields();
    const draft = drafts.get(`draft.${id}`);
    if (draft && !passed) drafts.put(`draft.${id}`, { ...draft, sent: revision }); // goes when this is stored
    outbox.put({ id, revision, stage_id, answer: passed ? {} : answer, audience, passed });
    if (newest) return comeAlong();
    if (passed) at = reach = 0;
    else if ("repeat" in form().dataset) nextCard(audience);
    show();
    onChange();
  }

  /** The box is free for another card at once; the one sent is in the outbox until it is stored. */
  function nextCard(audience) {
    card = id;
    id = newId();
    stand = justSaved = null;
    leftBehind = {};
    write({ answer: {}, audience });
    rest = fields();
    at = reach = 0;
  }

  function saved(message, acknowledgement) {
    const current = form() && message.id === id;
    if (current) stand = { ...message, revision: acknowledgement.revision, savedAt: acknowledgement.saved_at };
    const draft = drafts.get(`draft.${message.id}`);
    const held = draft?.sent === message.revision || (current && !dirty()); // nothing was written since
    if (current && "repeat" in form().dataset && !message.passed && !dirty()) nextCard(message.audience);
    if (message.id === card) justSaved = acknowledgement.saved_at;
    if (!message.passed && held) drafts.remove(`draft.${message.id}`);
    onChange();
  }

  /** An answer stands no more, taken back here or elsewhere. */
  function withdrawn(name) {
    gone.add(name);
    if (letGo()) keep();
  }

  /** What was written since is an answer of its own: a change of what is gone would be refused for ever. */
  function letGo() {
    if (!form() || !stand || !gone.has(stand.id) || (!dirty() && !touched())) return false;
    outbox.drop(stand.id);
    drafts.remove(`draft.${stand.id}`);
    stand = null;
    leftBehind = {};
    id = newId();
    const given = parse(source).querySelector("form");
    for (const one of [form(), given]) {
      for (const key of ["id", "revision", "savedAt", "passed"]) delete one.dataset[key];
    }
    source = given.outerHTML;
    if (blank()) rest = fields();
    return true;
  }

  /** A refusal that names what stands on the server: the next attempt is a change of that. */
  function refused(item, mine) {
    const { code, id: other, revision } = item.error;
    if (item.message.id === id && code === "superseded") {
      stand = { ...item.message, revision, savedAt: stand?.savedAt ?? null };
    } else if (code === "already_answered" && item.message.passed) {
      outbox.drop(item.message.id); // the form of the other answer comes, or has come
    } else if (item.message.id === id && code === "already_answered") {
      outbox.drop(id);
      drafts.remove(`draft.${id}`);
      id = other;
      stand = { id: other, revision: mine.find((answer) => answer.id === other)?.revision ?? 1, answer: {}, savedAt: null };
      keep();
    }
    onChange();
  }

  const keysOf = (shown) => [...shown.querySelectorAll(".prompt")].map((prompt) => prompt.dataset.key);

  /** A newer form has come. */
  function arrived(html) {
    if (!begun) {
      meanwhile = html;
      return;
    }
    const fresh = parse(html).querySelector("form");
    const alike = fresh?.dataset.stage === form()?.dataset.stage && same(keysOf(fresh ?? region), keysOf(region));
    // What is under way here keeps its box when another tab was first: the refusal that follows leaves the words there.
    const overtaken = alike && own() && !underWay().passed && fresh?.dataset.id && fresh.dataset.id !== id;
    if (!dirty() && !touched() && !overtaken) return take(html);
    if (alike) {
      newest = null;
      for (const line of fresh.querySelectorAll("[data-aud]")) {
        const place = region.querySelector(`#${line.parentElement.id} [data-aud="${line.dataset.aud}"]`);
        if (place) place.replaceChildren(...line.childNodes);
      }
      for (const prompt of prompts()) {
        const newer = fresh.querySelector(`.prompt[data-key="${CSS.escape(prompt.dataset.key)}"]`);
        if (type(prompt).grow?.(prompt, newer)) source = html; // what is put away now has the new boxes as well
      }
    } else {
      newest = { html, stage: fresh?.dataset.stage ?? null };
    }
    onChange();
  }

  function comeAlong() {
    if (newest) take(newest.html);
  }

  /** Opens an answer that was put away; the form that is shown now comes back with "Come along". */
  function reopen(name) {
    const draft = drafts.get(`draft.${name}`);
    if (!draft || dirty()) return;
    const back = newest ?? { html: source, stage: form()?.dataset.stage ?? null };
    take(draft.html, draft);
    newest = back;
    onChange();
  }

  const unsent = () => drafts.names("draft.").map((name) => drafts.get(name));

  return {
    form, begin, keep, send, saved, refused, withdrawn, arrived, comeAlong, reopen, open, forward, last, dirty, blank, pending,
    stand: () => stand,
    justSaved: () => justSaved,
    overlong: () => (form() ? overlong(form(), prompts(), content().answer) : undefined),
    full: () => type(prompts()[at]).length?.(prompts()[at]).full ?? false,
    moved: () => newest !== null,
    /** What is not in the form now and has not been stored: put away, on its way, or refused. */
    elsewhere: () => unsent().filter((draft) => !form() || draft.id !== id),
    late: () => newest !== null && stand !== null && stand.savedAt !== null,
  };
}
