// The summary: stages are folded until somebody reads them. On paper stands what is open.

const stages = () => [...document.querySelectorAll(".stage-answers")];
const all = document.querySelector("[data-all]");

all?.addEventListener("click", () => {
  const open = all.getAttribute("aria-pressed") !== "true";
  for (const stage of stages()) stage.open = open;
});

document.addEventListener("toggle", ({ target }) => {
  if (!all || !target.matches(".stage-answers")) return;
  const open = stages().every((stage) => stage.open);
  all.setAttribute("aria-pressed", String(open));
  all.textContent = open ? all.dataset.less : all.dataset.more;
}, true);

// What lies folded under an address opens when somebody goes there.
function unfold() {
  const place = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const folded = place && (place.querySelector(":scope > details") ?? place.closest("details"));
  if (folded) folded.open = true;
}
window.addEventListener("hashchange", unfold);
document.addEventListener("click", ({ target }) => target.closest('a[href^="#"]') && setTimeout(unfold));
unfold();
