// The wall: follows the session, shows six answers at a time and turns pages only when somebody asks.

import { connect } from "./live.js";

const MOST = 6;
const byId = (id) => document.getElementById(id);
let first = 0;

connect({ onState, onRegion: (name) => name === "shown" && turn(0), onNotice, onLine });

function onState(state) {
  if (state.session) document.body.dataset.state = state.session.state;
}

/** Further answers wait for the next page, so that nothing moves while it is read. */
function turn(by) {
  const items = [...document.querySelectorAll("#region-shown li")];
  const last = Math.max(0, Math.ceil(items.length / MOST) - 1) * MOST;
  first = Math.min(last, Math.max(0, first + by * MOST));
  items.forEach((item, place) => { item.hidden = place < first || place >= first + MOST; });
  byId("pages").hidden = items.length <= MOST;
  byId("page-number").textContent = `${first / MOST + 1} / ${last / MOST + 1}`;
  byId("page-back").disabled = first === 0;
  byId("page-on").disabled = first === last;
}

function onNotice({ code }) {
  if (code === "reload") location.reload();
  if (!["signed_out", "removed", "ended"].includes(code)) return;
  byId("region-shown").replaceChildren(); // nobody else is told any more what may stand here
  turn(0);
  const prompt = byId("region-prompt");
  if (code !== "ended") prompt.replaceChildren();
  else if (!prompt.textContent.includes(byId("line").dataset.over)) prompt.replaceChildren(goodbye()); // the notice came first
  say(code === "ended" ? "ended" : "signedOut");
}

function goodbye() {
  const words = Object.assign(document.createElement("h1"), { className: "ask", textContent: byId("line").dataset.over });
  const place = Object.assign(document.createElement("div"), { className: "wall-still" });
  place.append(words);
  return place;
}

function onLine(line) {
  say(line === "lost" ? "lost" : null);
}

function say(which) {
  const line = byId("line");
  line.textContent = which ? line.dataset[which] : "";
}

byId("page-back").addEventListener("click", () => turn(-1));
byId("page-on").addEventListener("click", () => turn(1));
document.addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight" || event.key === "PageDown") turn(1);
  if (event.key === "ArrowLeft" || event.key === "PageUp") turn(-1);
});
turn(0);
