// The sheet in which a facilitator says how an alert of a private form is met; outside of all regions, since it holds fields.

const byId = (id) => document.getElementById(id);

export function setUpMeeting({ send }) {
  const dialog = byId("meet-alert");
  const form = byId("meet-form");
  let signal = "";

  function needsWords() {
    byId("meet-words").required = ["later", "handed"].includes(form.elements.how.value);
  }

  dialog.addEventListener("opening", ({ detail: button }) => {
    form.reset();
    signal = button.dataset.signal;
    byId("meet-name").textContent = button.dataset.alias;
    needsWords();
  });
  form.addEventListener("change", needsWords);
  form.addEventListener("submit", () => {
    send("meet_alert", { id: signal, how: form.elements.how.value, words: byId("meet-words").value });
  });
  form.querySelector("[data-close-dialog]").addEventListener("click", () => dialog.close());
}

/** What keeps a session from starting gets the focus. */
export function leadTo(signal) {
  byId(`signal-${signal}`)?.querySelector("button")?.focus();
}
