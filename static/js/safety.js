// The numbers of the country that is chosen, as a start: what somebody typed stays.
const country = document.getElementById("country");
const service = document.getElementById("service");
const fields = { emergency: document.getElementById("emergency_number"), crisis: document.getElementById("crisis_line") };

const chosen = () => country.selectedOptions[0].dataset;
const told = () => { service.textContent = chosen().service ? service.dataset.words.replace("{service}", chosen().service) : ""; };

let before = { ...chosen() };
country.addEventListener("change", () => {
  for (const [name, field] of Object.entries(fields)) {
    if (!field.value || field.value === before[name]) field.value = chosen()[name] ?? "";
  }
  before = { ...chosen() };
  document.getElementById("confirmed").checked = false;
  told();
});
for (const field of Object.values(fields)) {
  field.addEventListener("input", () => { document.getElementById("confirmed").checked = false; });
}
told();
