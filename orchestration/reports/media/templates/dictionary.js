// Shows only the tables, columns, joins and indicators that hold every word that is looked for.
const field = document.getElementById("look-for");
const said = document.getElementById("found");
const rows = [...document.querySelectorAll("main tbody tr")];
const texts = rows.map((row) => {
  const section = row.closest("section section");
  const about = section ? section.querySelector("h3, p").textContent : "";
  return `${about} ${row.textContent}`.toLowerCase();
});
function look() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  rows.forEach((row, place) => {
    row.hidden = !words.every((word) => texts[place].includes(word));
    shown += row.hidden ? 0 : 1;
  });
  for (const section of document.querySelectorAll("main section section")) {
    section.hidden = !section.querySelector("tbody tr:not([hidden])");
  }
  said.textContent = words.length ? `${shown} of ${rows.length} lines` : "";
}
field.addEventListener("input", look);
document.getElementById("look").hidden = false;
