// The list of a book: choose a whole page, see how many are chosen; print.
"use strict";

const all = document.querySelector("[data-all]");
const picked = document.querySelector("[data-picked]");
const boxes = [...document.querySelectorAll("input[name=chosen][form=bulk]")];

function tell() {
  const number = boxes.filter((box) => box.checked).length;
  if (picked) picked.textContent = number ? `${number} / ${boxes.length}` : "";
  if (all) all.checked = number > 0 && number === boxes.length;
}

if (all && boxes.length) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  for (const box of boxes) box.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
}

const print = document.querySelector("[data-print]");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
