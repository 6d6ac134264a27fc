// A new group: what it is for and for how many sessions puts the programmes in order at once, what suits first.
// The server puts them in the same order (app/library/suggestions.py) where this does not run.

const list = document.querySelector("[data-programmes]");
const evidence = list.querySelector("[data-evidence]");
const sessions = document.getElementById("sessions");
const STATUSES = ["complete", "conditional", "outline"];

/** Numbers that order a programme, the first that differs deciding. */
function place({ dataset }, purpose, wanted) {
  const purposes = dataset.purposes.split(" ").filter(Boolean);
  const fit = !purpose || purposes.includes(purpose) ? 0 : purposes.length ? 2 : 1;
  const length = Number(dataset.sessions);
  const distance = wanted ? Math.abs(length - wanted) : 0;
  return [STATUSES.indexOf(dataset.status), Number(fit === 2), distance, fit, length];
}

function suggest() {
  const purpose = document.querySelector('input[name="purpose"]:checked')?.value ?? "";
  const wanted = /^[1-9]\d?$/.test(sessions.value.trim()) ? Number(sessions.value) : 0;
  const placed = [...list.querySelectorAll("[data-status]")].map((label) => [place(label, purpose, wanted), label]);
  placed.sort(([one], [other]) => {
    const at = one.findIndex((number, index) => number !== other[index]);
    return at < 0 ? 0 : one[at] - other[at];
  });
  evidence.after(...placed.map(([, label]) => label));
  const known = document.querySelector(`[data-known="${CSS.escape(purpose)}"]`);
  evidence.textContent = known?.textContent ?? "";
}

document.addEventListener("input", ({ target }) => {
  if (target === sessions || target.name === "purpose") suggest();
});
suggest(); // a reload may have kept what was chosen
