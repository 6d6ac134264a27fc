// Pages that are saved as they change: what is on the page goes out a moment after the last key, one save at a
// time, until it is stored. The state line #saved carries a sentence for each outcome as data-<code>.

const WAIT = 600; // milliseconds after the last change
const AGAIN = 5_000;

/** collect() gives what to send beside the version; stored(told) and refused(told) hear of the outcome. A code
 *  in `mendable` waits for the next change; every other refusal with a sentence of its own ends the saving. */
export function keepSaved({ collect, stored = () => {}, refused = () => {}, mendable = [] }) {
  const page = document.body.dataset;
  const line = document.getElementById("saved");
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  let version = Number(page.version);
  let timer = null;
  let saving = null; // the save under way
  let dirty = false;
  let stopped = false;
  let leaving = false;

  function changed() {
    dirty = true;
    tell("saving");
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  }

  /** Resolves when everything typed so far is stored, or with false. */
  async function save() {
    clearTimeout(timer);
    timer = null;
    if (saving) await saving;
    if (!dirty || stopped) return !stopped;
    dirty = false;
    saving = post();
    const done = await saving;
    saving = null;
    return done && dirty ? save() : done;
  }

  async function post() {
    try {
      const answer = await fetch(page.saveUrl, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
        body: JSON.stringify({ version, ...collect() }),
      });
      const told = await answer.json();
      if (told.ok) {
        version = told.version;
        stored(told);
        tell("saved", told.saved_at);
        return true;
      }
      const { code } = told.error;
      if (code in line.dataset) {
        stopped = !mendable.includes(code);
        dirty = dirty || !stopped; // what could not be kept is still only here
        refused(told);
        tell(code);
        return false;
      }
    } catch {
      // no network, or not our answer: tried again below
    }
    dirty = true;
    tell("failed");
    timer = setTimeout(save, AGAIN);
    return false;
  }

  function tell(which, time = "") {
    line.querySelector("span").textContent = line.dataset[which].replace("{time}", time);
    line.classList.toggle("state-wait", !["saving", "saved"].includes(which));
  }

  // What leaves the page, or changes the same thing in another way, waits until everything typed is stored.
  document.addEventListener("submit", async (event) => {
    if (leaving || event.submitter?.formMethod === "dialog") return;
    if (!event.target.closest("main") || (!dirty && !saving)) return;
    event.preventDefault();
    leaving = (await save()) || !(stopped || timer);
    if (leaving) event.target.requestSubmit(event.submitter);
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("main a[href]");
    if (!link || (!dirty && !saving)) return;
    event.preventDefault();
    await save();
    location.assign(link.href); // the browser asks first where something is not stored
  });
  window.addEventListener("beforeunload", (event) => dirty && !stopped && event.preventDefault());

  return { changed };
}
