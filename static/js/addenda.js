// Addenda to signed notes: kept in this tab from the first letter until they stand in the note. Sending the form
// proves nothing: only an answer with the addendum in it does.

export function createAddenda(drafts) {
  const nameOf = (card) => `add ${card.id}`;
  const fieldOf = (card) => card.querySelector("textarea[data-add]");
  const idOf = (field) => field.form.elements.id; // what the addendum will be stored under

  /** What stands in the field now; resolves when the tab has it. */
  function keep(card) {
    const field = fieldOf(card);
    if (field.value) return drafts.put(nameOf(card), { text: field.value, id: idOf(field).value });
    drafts.remove(nameOf(card));
    return Promise.resolve();
  }

  /** Puts more words into the field and keeps them; null where there is none. */
  function add(card, words) {
    const field = fieldOf(card);
    if (!field) return null;
    field.value = [field.value, words].filter(Boolean).join("\n\n");
    field.closest("details").open = true;
    return keep(card);
  }

  /** What was typed before a reload, or before a form that nobody has answered. */
  function restore(card) {
    const [kept, field] = [drafts.get(nameOf(card)), fieldOf(card)];
    if (!kept || !field) return;
    const there = [...card.querySelectorAll("[data-addendum]")].map(({ dataset }) => dataset.addendum);
    if (there.includes(kept.id)) {
      drafts.remove(nameOf(card));
    } else if (!field.value) { // else the server has given back what it refused
      field.value = kept.text;
      idOf(field).value = kept.id; // once more under its own id: it is stored once
      field.closest("details").open = true;
    }
  }

  return { keep, add, restore };
}
