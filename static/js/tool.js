// Small helpers of the facilitator's pages: copy, print, sheets, filtering the library, the time zone of this browser.

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copy(button);
  if ("print" in button.dataset) window.print();
  if (button.dataset.open) open(button);
});

function open(button) {
  button.closest("[popover]")?.hidePopover();
  button.closest("details.menu")?.removeAttribute("open");
  const dialog = document.getElementById(button.dataset.open);
  dialog.dispatchEvent(new CustomEvent("opening", { detail: button }));
  if (!dialog.open) dialog.showModal();
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyByHand(text); // where the page is not served over https
    button.focus();
  }
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 2_000);
}

function copyByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

// A click beside a sheet closes it, as with a popover.
document.addEventListener("click", (event) => {
  if (event.target.matches("dialog")) event.target.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

for (const place of document.querySelectorAll("[data-filtering]")) {
  place.addEventListener("input", () => filter(place));
  filter(place);
}

function filter(place) {
  const chosen = (name) =>
    [...place.querySelectorAll(`[data-filter="${name}"]:checked`)].map((box) => box.value);
  const words = (place.querySelector('[data-filter="words"]')?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const phases = chosen("phases");
  const areas = chosen("areas");
  let left = 0;
  for (const item of place.querySelectorAll("[data-words]")) {
    const { phases: inPhases, areas: inAreas, words: text } = item.dataset;
    const fits =
      (!phases.length || phases.some((phase) => inPhases.split(" ").includes(phase))) &&
      (!areas.length || areas.some((area) => inAreas.split(" ").includes(area))) &&
      words.every((word) => text.includes(word));
    item.hidden = !fits;
    left += fits ? 1 : 0;
  }
  const none = place.querySelector("[data-none]");
  if (none) none.hidden = left > 0;
}

const zone = document.querySelector("[data-time-zone]");
if (zone instanceof HTMLInputElement && !zone.value) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
