// The line to the server: one socket, regions that are replaced without jumping, and the truth about the connection.
// Knows nothing of participants or facilitators; room.js, console.js and display.js use it.

import { io } from "../vendor/socket.io-client-4.8.4/socket.io.esm.min.js";
import { Idiomorph } from "../vendor/idiomorph-0.8.0/idiomorph.esm.js";

const SYNC_EVERY = 20_000; // a lost push costs at most this
const PATIENCE = 8_000; // how long a command waits for its answer
const LISTS = ["people", "reflections", "mine", "shown"];

// Pushed HTML comes from our own templates, which escape; this policy is the one place that says so.
const policy = window.trustedTypes?.createPolicy("regions", { createHTML: (html) => html }) ?? {
  createHTML: (html) => html,
};

export function parse(html) {
  return new DOMParser().parseFromString(policy.createHTML(html), "text/html").body;
}

const morphing = {
  morphStyle: "innerHTML",
  restoreFocus: true,
  callbacks: {
    // What the page itself owns stays as it is: open details and dialogs, and elements marked as kept.
    beforeNodeMorphed: (old) => !(old instanceof Element && old.hasAttribute("data-kept")),
    beforeNodeRemoved: (old) => !(old instanceof Element && old.hasAttribute("data-kept")),
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.matches("details, dialog")),
  },
};

/** Makes `element` hold `html`, keeping focus, selection, scroll and what is open; `more` are options of the morph. */
export function morph(element, html, more = {}) {
  become(element, parse(html).childNodes, more);
}

/** The same with nodes of another page. */
export function become(element, nodes, more = {}) {
  const fresh = document.createElement("div");
  fresh.append(...nodes);
  // Only what is typed is left alone: a button that has the focus must say what it does now.
  const ignoreActiveValue = document.activeElement?.matches("input, textarea, select") ?? false;
  Idiomorph.morph(element, [...fresh.childNodes], { ...morphing, ignoreActiveValue, ...more });
}

/**
 * Opens the one connection of this page.
 * options: held (names of regions that are handed over instead of replaced), and the listeners
 *   onState(state, changed)        plain state, and which of its parts came
 *   onHeld(name, html, version)    a newer held region
 *   onRegion(name, element)        a live region has been replaced
 *   onNotice(notice)               removed, ended, reload, signed_out
 *   onLine("connecting" | "connected" | "lost")
 */
export function connect({ held = [], onState, onHeld, onRegion, onNotice, onLine } = {}) {
  const page = document.body.dataset;
  const shown = new Map(); // region name → version
  const waiting = new Map(); // regions that arrived while a pointer was down
  const state = { version: 0 };
  const first = Number(page.version) || 0;
  let complete = first; // everything up to here has certainly been seen
  let latest = first;
  let stateVersion = first;
  let offset = 0;
  let line = "connecting";
  let closed = false;
  let pressed = false;
  let again = null;

  const socket = io(page.namespace, {
    transports: ["websocket", "polling"],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: 3_000,
    randomizationFactor: 0.5,
    auth: (give) => ticket().then((value) => give({ ticket: value, seen: complete })),
  });

  async function ticket() {
    try {
      const answer = await fetch(page.ticketUrl, { method: "POST", headers: { "X-CSRFToken": page.csrf } });
      if (answer.ok) return (await answer.json()).ticket;
      if ([400, 401, 403, 404, 410].includes(answer.status)) notice({ code: "signed_out" });
    } catch {
      // no network: the refused connection is tried again below
    }
    return "";
  }

  function say(next) {
    if (next === line) return;
    line = next;
    onLine?.(line);
  }

  function notice(message) {
    if (["removed", "signed_out", "ended"].includes(message.code)) close();
    onNotice?.(message);
  }

  function take(name, html, version) {
    if (version < (shown.get(name) ?? first)) return;
    shown.set(name, version);
    if (pressed) return waiting.set(name, html); // also what stands elsewhere: it would move what is under the pointer
    waiting.delete(name);
    if (held.includes(name)) return onHeld?.(name, html, version);
    const element = document.querySelector(`[data-region="${name}"]`);
    if (!element) return;
    morph(element, html);
    onRegion?.(name, element);
  }

  function release() {
    pressed = false;
    for (const [name, html] of [...waiting]) take(name, html, shown.get(name));
  }

  function merge(message, whole) {
    if (message.version < stateVersion) return;
    stateVersion = message.version;
    const changed = [];
    for (const key of ["session", "stage"]) {
      if (key in message) { state[key] = message[key]; changed.push(key); }
    }
    for (const key of LISTS) {
      if (!(key in message)) continue;
      const entries = whole ? new Map() : new Map((state[key] ?? []).map((entry) => [entry.id, entry]));
      for (const entry of message[key]) entry.gone ? entries.delete(entry.id) : entries.set(entry.id, entry);
      state[key] = [...entries.values()];
      changed.push(key);
    }
    state.version = Math.max(latest, message.version);
    if (changed.length) onState?.(state, changed);
  }

  // State first, so that a listener of a region finds the state that belongs to it.
  socket.on("screen", (message) => {
    latest = Math.max(latest, message.version);
    if (message.server_now) offset = Date.parse(message.server_now) - Date.now();
    merge(message, true);
    for (const [name, html] of Object.entries(message.regions ?? {})) take(name, html, message.version);
    complete = Math.max(complete, message.version);
  });
  socket.on("region", (message) => {
    latest = Math.max(latest, message.version);
    merge(message, false);
    if (message.name) take(message.name, message.html, message.version);
  });
  socket.on("notice", notice);
  socket.on("connect", async () => {
    say("connected");
    const answer = await command("sync", { seen: complete });
    if (answer.ok) complete = Math.max(complete, answer.version ?? 0);
  });
  socket.on("disconnect", (reason) => {
    say("lost");
    if (reason === "io server disconnect") later(); // the client does not come back by itself from this one
  });
  socket.on("connect_error", () => {
    say("lost");
    if (!socket.active) later();
  });

  function later() {
    clearTimeout(again);
    if (!closed) again = setTimeout(() => socket.connect(), 1_000 + Math.random() * 2_000);
  }

  /** Sends a command and resolves with its answer; never rejects. */
  function command(name, payload = {}, { timeout = PATIENCE } = {}) {
    const lost = { ok: false, error: { code: "timeout" } };
    if (!socket.connected) return Promise.resolve(lost);
    return new Promise((resolve) => {
      socket.timeout(timeout).emit(name, payload, (error, answer) => resolve(error ? lost : (answer ?? lost)));
    });
  }

  async function sync() {
    if (!socket.connected) return;
    const answer = await command("sync", { seen: latest });
    if (!answer.ok && answer.error.code === "timeout" && socket.connected) socket.io.engine.close();
  }

  function nudge() {
    if (document.visibilityState !== "visible" || closed) return;
    if (socket.connected) sync();
    else socket.connect();
  }

  function close() {
    closed = true;
    clearTimeout(again);
    clearInterval(timer);
    socket.disconnect();
  }

  const timer = setInterval(sync, SYNC_EVERY);
  document.addEventListener("visibilitychange", nudge);
  window.addEventListener("online", nudge);
  window.addEventListener("pageshow", (event) => event.persisted && nudge());
  document.addEventListener("pointerdown", (event) => { pressed = event.button === 0; }, true);
  // The click comes after pointerup: let it find the element it was meant for, where it was.
  for (const end of ["pointerup", "pointercancel", "contextmenu", "dragend"]) {
    document.addEventListener(end, () => setTimeout(release), true);
  }
  window.addEventListener("blur", release); // the pointer may go up where this page does not hear it

  return {
    command,
    sync,
    close,
    state,
    line: () => line,
    now: () => new Date(Date.now() + offset),
  };
}

/** A uuid4, also where the page is not served over https. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}

/**
 * Opens the page at this address anew after a notice, and not what was sent to it. Whoever was sent away gets another
 * page for certain; for anything else once in a while is enough.
 */
export function openAgain(code) {
  if (code !== "removed" && lately()) return;
  location.replace(location.pathname);
}

function lately() {
  try {
    const before = Number(sessionStorage.getItem("reader.reloaded")) || 0;
    sessionStorage.setItem("reader.reloaded", String(Date.now()));
    return Date.now() - before < 30_000;
  } catch {
    return true; // a browser that keeps nothing could open it over and over
  }
}

let said = 0;
let unsaid = null;

/** Puts a sentence into the one polite status line, at most one in five seconds; the newest wins. */
export function announce(words, line = document.getElementById("say")) {
  clearTimeout(unsaid);
  unsaid = setTimeout(() => {
    said = Date.now();
    line.textContent = words;
  }, Math.max(50, said + 5_000 - Date.now()));
}
