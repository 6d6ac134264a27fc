// Runs before the first paint: the reader's own text size and letters, kept in this tab only.
try {
  for (const name of ["text", "letters"]) {
    const chosen = sessionStorage.getItem(`reader.${name}`);
    if (chosen) document.documentElement.dataset[name] = chosen;
  }
} catch {
  // storage switched off: the page is shown as it is
}
