// A preview: every kind of answer can be tried, and nothing leaves the page.

import "./exercises/index.js";

for (const form of document.querySelectorAll("form[data-preview]")) {
  form.addEventListener("submit", (event) => event.preventDefault());
}
