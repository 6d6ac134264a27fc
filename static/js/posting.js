// One request that stores one thing: what the server says, or what kept it from saying anything.

const PATIENCE = 8_000; // milliseconds that one answer waits for the server
const csrf = document.querySelector('meta[name="csrf-token"]').content;

/** Resolves with the server's {ok, …}. Without one: {ok: false, signedOut, error}, and `error.code` says whether to
 *  try again ("timeout", "internal"). */
export async function post(url, value) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify(value),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const told = await answer.json();
    if (typeof told.ok === "boolean") return told;
  } catch {
    // no line, or a page instead of an answer: told below
  }
  const signedOut = answer?.status === 401 || answer?.status === 400; // 400: the page is older than this sign-in
  return { ok: false, signedOut, error: { code: answer && !signedOut ? "internal" : "timeout" } };
}
