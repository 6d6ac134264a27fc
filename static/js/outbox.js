// Keeps every answer until the server has acknowledged it: the same again after a lost answer, with pauses;
// stops after a refusal and keeps the words.

/** Codes after which the same command is sent again. */
export const AGAIN = new Set(["timeout", "retry", "internal", "slow_down"]);
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * send(message) → promise of the acknowledgement; store = drafts; onChange(item), onSaved(message, ack),
 * onRefused(item). An item is {message, status: "sending" | "waiting" | "refused", tries, error, next}.
 */
export function createOutbox({ send, store, onChange, onSaved, onRefused }) {
  const items = new Map(); // id of the answer → item

  function put(message) {
    const item = items.get(message.id);
    if (item?.status === "sending") {
      item.next = message; // goes out when the answer under way is settled, so that revisions keep their order
      keep(item);
      return;
    }
    if (item) clearTimeout(item.timer);
    const fresh = { message, status: "sending", tries: 0, error: null, next: null };
    items.set(message.id, fresh);
    keep(fresh);
    attempt(fresh);
  }

  function keep(item) {
    store.put(`out.${item.message.id}`, { message: item.message, next: item.next, error: item.error });
    onChange?.(item);
  }

  async function attempt(item) {
    item.status = "sending";
    onChange?.(item);
    const { message } = item;
    const answer = await send(message);
    if (items.get(message.id) !== item) return; // put away meanwhile
    if (answer.ok) return settle(item, message, answer);
    if (AGAIN.has(answer.error?.code)) {
      const pause = PAUSES[Math.min(item.tries, PAUSES.length - 1)];
      item.tries += 1;
      item.status = "waiting";
      item.timer = setTimeout(() => attempt(item), pause * (0.75 + Math.random() / 2));
      onChange?.(item);
      return;
    }
    item.status = "refused";
    item.error = answer.error ?? { code: "invalid" };
    keep(item);
    onRefused?.(item);
  }

  function settle(item, message, answer) {
    const { next } = item;
    drop(message.id);
    onSaved?.(message, answer);
    if (next) put(next);
  }

  function drop(id) {
    clearTimeout(items.get(id)?.timer);
    items.delete(id);
    store.remove(`out.${id}`);
  }

  /** The line is back: everything that waits goes out now. */
  function kick() {
    for (const item of items.values()) {
      if (item.status !== "waiting") continue;
      clearTimeout(item.timer);
      item.tries = 0;
      attempt(item);
    }
  }

  /** After a reload: what was on its way is sent again, what was refused is kept. */
  function resume() {
    for (const name of store.names("out.")) {
      const { message, next, error } = store.get(name);
      const item = { message, next, error, status: error ? "refused" : "waiting", tries: 0 };
      items.set(message.id, item);
      onChange?.(item);
      if (!error) attempt(item);
    }
  }

  return { put, drop, kick, resume, get: (id) => items.get(id), all: () => [...items.values()] };
}
