// Runs before any module: hears what is pressed until the page's script does. A call or a tap goes out at once, and the
// page stays as it is, with what is typed in it; any other press is kept, and made when the script is there. Each counts
// once: the ids are those of the page's own form. The script sends by the same way what has no socket any more.

window.byHand = (() => {
  const PAUSES = [1_000, 2_000, 3_000, 5_000, 10_000, 15_000];
  const LOOK_EVERY = 5_000;
  const PATIENCE = 8_000; // a try that gets no answer ends after this, and the next one follows
  const STOP = "kind stop";
  const REGIONS = ["waiting", "banner", "stage", "dock_signal"];
  const under_way = new Map(); // "name value" → the button that was pressed
  const kept = new Map(); // shape → the button that waits for the script
  const spent = new Set(); // kinds whose id has been used
  let heard = false; // the page's script hears every press by itself
  let calls = false; // also those of the form of calls
  let timer = null;
  let looked = 0; // only the newest answer counts
  let hasLine = () => false; // whether a socket tells this page how calls stand
  let show = (here, nodes) => here.replaceChildren(...nodes);

  const form = () => document.getElementById("by-hand");
  const pause = (tries) => new Promise((go) => setTimeout(go, PAUSES[Math.min(tries, PAUSES.length - 1)]));

  /** A region may have been replaced since a button in it was pressed: the one that looks the same is meant. */
  function shape(element) {
    const alone = element.cloneNode(false);
    alone.removeAttribute("aria-busy");
    return alone.outerHTML;
  }
  const like = (wanted, place = document) => [...place.querySelectorAll("a, button")].find((each) => shape(each) === wanted);

  /** What calls for a person must be heard, whatever is answered; everything else may be refused. */
  const isCall = ({ kind, question }) => kind !== undefined || question !== undefined;

  /** Says that a call has not arrived, to who listens as well. */
  function say(lost) {
    const line = document.getElementById("call-lost");
    if (!line || line.hidden === !lost) return;
    line.hidden = !lost;
    const spoken = document.getElementById("say");
    if (lost && spoken) spoken.textContent = line.textContent;
  }

  /** The page may be older than this browser's sign: the same page says the one that stands. */
  async function freshToken() {
    const page = await (await fetch(location.pathname)).text();
    const [, token] = /name="csrf-token" content="([^"]+)"/.exec(page) ?? [];
    if (token) document.querySelector("meta[name=csrf-token]").content = token;
  }

  /** One try. Only what the server says it has taken has arrived: {arrived, refused}. */
  async function post(fields) {
    const body = new URLSearchParams({ ...fields, csrf_token: document.querySelector("meta[name=csrf-token]").content });
    try {
      const headers = { Accept: "application/json" };
      const signal = AbortSignal.timeout?.(PATIENCE);
      const answer = await fetch(form().action, { method: "POST", headers, body, keepalive: true, signal });
      const { ok } = await answer.json();
      if (answer.ok && ok === true) return { arrived: true };
      if (answer.status === 400) await freshToken();
      return { arrived: false, refused: [403, 404, 409].includes(answer.status) };
    } catch {
      return { arrived: false }; // no line, or something else than our server answered
    }
  }

  /** Sends until the server has it; gives up where `goesOn()` says so, or where what may be refused is. */
  async function insist(fields, goesOn = () => true) {
    for (let tries = 0; goesOn(); tries += 1) {
      const { arrived, refused } = await post(fields);
      if (arrived || (refused && !isCall(fields))) {
        say(false);
        return arrived;
      }
      say((isCall(fields) || fields.talk !== undefined) && fields.kind !== "stop"); // after a stop the page stays empty
      await pause(tries);
    }
    return false;
  }

  function fieldsOf({ name, value }) {
    const ids = Object.fromEntries([...form().querySelectorAll("input")].map((field) => [field.name, field.value]));
    if (name === "kind") return { kind: value, [value]: ids[value] };
    return name === "pause" && value === "word" ? { pause: value, word: ids.word } : { [name]: value };
  }

  const nameOf = ({ name, value }) => `${name} ${value}`;

  async function press(button) {
    const name = nameOf(button);
    button.closest("[popover]")?.hidePopover();
    if (under_way.has(name)) return;
    under_way.set(name, button);
    if (name === STOP) document.body.dataset.plain = "stopped"; // at once, whether or not anybody hears it
    document.body.toggleAttribute("data-sending", true);
    const arrived = await insist(fieldsOf(button), () => under_way.has(name));
    if (!under_way.delete(name)) return; // the page's script has it now
    document.body.toggleAttribute("data-sending", under_way.size > 0);
    if (arrived && button.name === "kind") spent.add(button.value);
    if (arrived) look();
  }

  /**
   * Shows how calls stand: without a script again and again, for it is all that the page hears; with one until the whole
   * of it is shown, or a socket does it.
   */
  function look() {
    clearTimeout(timer);
    const before = calls;
    looked += 1;
    const mine = looked;
    const ask = new XMLHttpRequest(); // unlike fetch() it reads a page by itself
    ask.open("GET", form().action);
    ask.responseType = "document";
    ask.timeout = PATIENCE;
    let whole = false;
    ask.onload = () => { whole = ask.status === 200 && mine === looked && before === calls && !hasLine() && take(ask.response); };
    ask.onloadend = () => { if (mine === looked && !(calls && whole) && !hasLine()) timer = setTimeout(look, LOOK_EVERY); };
    ask.send();
  }

  const holdTheSame = ({ childNodes: one }, { childNodes: other }) => one.length === other.length &&
    [...one].every((node, at) => node.isEqualNode(other[at]));
  const isSeen = (element) => element.getClientRects().length > 0;

  /** New ids, but for what is on its way: it is made under the same one, whoever makes it. */
  function takeIds(fresh) {
    const busy = new Set([...under_way.values()].map(({ value }) => value));
    for (const { name, value } of fresh.querySelectorAll("input")) {
      if (busy.has(name)) continue;
      form().querySelector(`[name="${name}"]`).value = value;
      spent.delete(name);
    }
  }

  /** Shows what is new; says whether all of it could be shown. */
  function take(fresh) {
    let whole = true;
    for (const name of REGIONS) {
      const [here, now] = [document, fresh].map((page) => page.querySelector(`[data-region="${name}"]`));
      if (!here || !now || holdTheSame(here, now)) continue;
      if (calls && name === "stage") continue; // the page's script holds that
      if ("callsAlone" in here.dataset && !now.querySelector("[id^=banner-call]")) continue;
      if ([...here.querySelectorAll("[popover]")].some(isSeen)) {
        whole = false; // somebody is about to press something in it
        continue;
      }
      const focused = here.contains(document.activeElement) && shape(document.activeElement);
      show(here, now.childNodes);
      if (focused && !here.contains(document.activeElement)) like(focused, here)?.focus({ preventScroll: true });
    }
    takeIds(fresh.getElementById("by-hand"));
    if (calls || under_way.has(STOP)) return whole;
    const { quiet } = document.querySelector("[data-quiet]")?.dataset ?? {};
    if (quiet) document.body.dataset.plain = quiet;
    else delete document.body.dataset.plain;
    return whole;
  }

  /** A press that the browser alone would do nothing with, or would leave the page for. */
  const waits = (button) => !button.popoverTargetElement && !("close" in button.dataset) &&
    (button.type === "button" || ["answer-form", "measure-form"].includes(button.form?.id));

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const call = button?.getAttribute("form") === "by-hand";
    if (!button || (call ? calls : heard)) return;
    if (!call && !waits(button)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (call && button.name !== "come_in") return void press(button);
    kept.set(shape(button), button);
    button.setAttribute("aria-busy", "true");
  }, true);

  /**
   * From here on the page's script hears what is pressed, and `all` of it where it has a socket. What was kept, and what
   * has not arrived, is pressed again; gives the kinds whose ids have been used. `become(place, nodes)` is how it shows
   * what is new, `line()` says whether its socket is open.
   */
  function handOver({ all, become, line }) {
    show = become ?? show;
    hasLine = line ?? hasLine;
    const again = [...kept.values(), ...(all ? under_way.values() : [])];
    heard = true;
    calls = all;
    if (all) clearTimeout(timer);
    kept.clear();
    for (const button of again) {
      const now = button.isConnected ? button : like(shape(button));
      if (!now) continue; // nothing on the page sends it any more: what is on its way goes on here
      if (all) under_way.delete(nameOf(button));
      now.removeAttribute("aria-busy");
      now.click();
    }
    return [...spent];
  }

  /** One try without a socket, for a call that has none just now; whether the server has it. */
  const once = async (fields) => (await post(fields)).arrived;

  return { handOver, insist, look, once, say };
})();
