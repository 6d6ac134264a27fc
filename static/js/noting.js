// Parts of the notes' page that know nothing of saving: chips, findings, and two texts made one.

/** A sentence of the page with its gaps filled: "Saved {time}." */
export const wordsOf = (sentence, values) =>
  Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), sentence);

/** Which chips are pressed: those whose sentence stands on a line of its own. */
export function chips(element) {
  const lines = new Set([...element.querySelectorAll("textarea[data-section]")].flatMap(({ value }) => value.split("\n")));
  for (const each of element.querySelectorAll("[data-chip]")) {
    each.setAttribute("aria-pressed", String(lines.has(each.dataset.text)));
  }
}

/** Pairs of a field and its text, after somebody else has stored theirs: no word of either is lost. */
export function merged(fields, base, theirs) {
  return fields.map((field) => {
    const key = field.dataset.section;
    const [mine, was, other] = [field.value, base[key] ?? "", theirs[key]];
    if (other === undefined || other === was || mine === other) return [field, mine];
    if (mine === was || other.includes(mine.trim())) return [field, other];
    return [field, mine.includes(other.trim()) ? mine : `${mine}\n\n${other}`];
  });
}

/** Lists what the names check has found, each with a button that shows the place. */
export function found(element, fields, findings, words) {
  const list = element.querySelector("[data-found]");
  if (!list) return;
  const items = findings.map((each) => item(fields, each, words)).filter(Boolean);
  list.replaceChildren(...items);
  list.hidden = items.length === 0;
}

function item(fields, finding, words) {
  const field = fields.find((each) => each.dataset.section === finding.section);
  const text = field && (finding.in_title ? field.dataset.title : field.value);
  const place = field && placeOf(text, finding);
  const said = place && text.slice(...place);
  finding.said ??= said;
  if (!place || finding.said !== said) return null; // it has been changed since
  const line = document.createElement("li");
  const sentence = document.createElement("span");
  const button = document.createElement("button");
  line.classList.toggle("hint", !finding.stops);
  sentence.dir = "auto";
  sentence.textContent = wordsOf(words[finding.kind], { words: said, alias: finding.alias });
  button.type = "button";
  button.className = "btn btn-tight";
  button.textContent = finding.in_title ? words.untitle : words.show;
  button.setAttribute("aria-label", `${button.textContent}: ${said}`);
  button.addEventListener("click", () => finding.in_title ? untitle(field) : show(field, place));
  line.append(sentence, button);
  return line;
}

/** Where a finding stands: its numbers count code points, those of a field units of UTF-16. */
function placeOf(text, { start, end }) {
  const signs = [...text];
  if (end > signs.length) return null;
  const before = signs.slice(0, start).join("").length;
  return [before, before + signs.slice(start, end).join("").length];
}

/** Takes a section's heading off; it comes from the layout and is no field. */
function untitle(field) {
  const [label] = field.labels;
  field.setAttribute("aria-label", field.closest("[data-card]").querySelector("h3").textContent);
  field.dataset.title = "";
  label.hidden = true;
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true })); // saved like all that is changed
}

function show(field, [start, end]) {
  field.focus();
  field.setSelectionRange(start, end);
  field.scrollIntoView({ block: "center" });
}
