// What is being written, kept in this tab only, sealed with a key that the server gives with the page.
// Without WebCrypto (a page not served over https) it stays in memory, and `lasting` says so.

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

export function createDrafts({ key, person }) {
  const lasting = Boolean(globalThis.crypto?.subtle && key);
  const memory = new Map();
  const prefix = `c.${person}.`;
  let queue = Promise.resolve(); // one write after the other, so that an older one never lands last
  let open = true;
  const sealing = lasting
    ? crypto.subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"])
    : null;

  const bound = (name, iv) => ({ name: "AES-GCM", iv, additionalData: new TextEncoder().encode(prefix + name) });

  async function seal(name, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt(bound(name, iv), await sealing, plain);
    return `${text(iv)}.${text(sealed)}`;
  }

  async function unseal(name, stored) {
    const [iv, sealed] = stored.split(".").map(bytes);
    const plain = await crypto.subtle.decrypt(bound(name, iv), await sealing, sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  function put(name, value) {
    memory.set(name, value);
    if (!lasting) return Promise.resolve();
    queue = queue.then(async () => {
      const sealed = await seal(name, value);
      if (open && memory.get(name) === value) sessionStorage.setItem(prefix + name, sealed);
    }).catch(() => {}); // storage full or switched off: memory still holds it
    return queue;
  }

  function remove(name) {
    memory.delete(name);
    if (lasting) sessionStorage.removeItem(prefix + name);
  }

  /** Reads what this tab kept before a reload; what cannot be opened is left alone. */
  async function load() {
    if (!lasting) return;
    for (const stored of Object.keys(sessionStorage).filter((name) => name.startsWith(prefix))) {
      const name = stored.slice(prefix.length);
      try {
        memory.set(name, await unseal(name, sessionStorage.getItem(stored)));
      } catch {
        // sealed with the key of another visit
      }
    }
  }

  /** Forgets everything; nothing is written after this. */
  function forget() {
    open = false;
    memory.clear();
    sessionStorage.clear();
  }

  return {
    lasting,
    load,
    put,
    remove,
    forget,
    get: (name) => memory.get(name),
    names: (start) => [...memory.keys()].filter((name) => name.startsWith(start)),
  };
}
