// Keys for the window's screen. Without script the same form works by its buttons.
"use strict";

const form = document.querySelector("[data-window]");
const typed = form.elements.typed;
const chosen = form.querySelector("input[type=hidden][name=item]");
const list = document.getElementById("choices");
const papers = document.getElementById("papers");
document.documentElement.classList.add("has-script");
typed.setAttribute("role", "combobox");
typed.setAttribute("aria-autocomplete", "list");
typed.setAttribute("aria-controls", "choices");
typed.setAttribute("aria-expanded", "false");
let asked = 0;
let picked = false;

const options = () => [...list.querySelectorAll("[data-item]")];
const marked = () => list.querySelector("[aria-selected=true]");

function show(isShown) {
  list.hidden = !isShown;
  typed.setAttribute("aria-expanded", String(isShown));
  if (!isShown) typed.removeAttribute("aria-activedescendant");
}

function mark(option) {
  marked()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) typed.setAttribute("aria-activedescendant", option.id);
}

async function offer() {
  const mine = ++asked;
  chosen.value = "";
  picked = false;
  if (!typed.value.trim()) return show(false);
  const answer = await fetch(`${typed.dataset.choices}?typed=${encodeURIComponent(typed.value)}`);
  if (mine !== asked || picked || !answer.ok) return;
  list.innerHTML = await answer.text();
  mark(options()[0]);
  show(document.activeElement === typed);
}

async function choose(option) {
  picked = true;
  asked += 1;
  chosen.value = option.dataset.item;
  typed.value = option.dataset.name;
  show(false);
  form.querySelectorAll("input[type=radio][name=item]").forEach((one) => one.closest("ul").remove());
  form.elements.name.focus();
  const answer = await fetch(`${typed.dataset.papers}?item=${encodeURIComponent(chosen.value)}`);
  if (answer.ok && chosen.value === option.dataset.item) papers.innerHTML = await answer.text();
}

typed.addEventListener("input", (event) => { if (!event.isComposing) offer(); });
typed.addEventListener("compositionend", offer);
typed.addEventListener("blur", () => show(false));
typed.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const all = options();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const step = event.key === "ArrowDown" ? 1 : -1;
    if (!list.hidden && all.length) mark(all[(all.indexOf(marked()) + step + all.length) % all.length]);
    event.preventDefault();
  } else if (event.key === "Enter" && !list.hidden) {
    event.preventDefault();
    if (marked()) choose(marked());
  } else if (event.key === "Escape") show(false);
});
list.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-item]");
  event.preventDefault();
  if (option) choose(option);
});

// In the other fields Enter goes on to the next; nothing is sent by accident. The check begins at its first paper.
function next(from) {
  const stops = [...form.querySelectorAll("input:not([type=hidden]), textarea, select, button")].filter((one) => one.offsetParent);
  stops[stops.indexOf(from) + 1]?.focus();
}
form.addEventListener("keydown", (event) => {
  if (event.isComposing || event.key !== "Enter" || event.target === typed || !event.target.matches("input")) return;
  event.preventDefault();
  if (event.target.name === "identity") (papers.querySelector("input") ?? form.querySelector("[value=accept]")).focus();
  else next(event.target);
});

// A number ticks its paper, 0 all of them, wherever no text is being typed.
document.addEventListener("keydown", (event) => {
  if (!/^\d$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const all = [...papers.querySelectorAll("input[name=given]")];
  if (event.key === "0") all.forEach((one) => { one.checked = true; });
  else if (all[event.key - 1]) all[event.key - 1].checked = !all[event.key - 1].checked;
});

// F keys: a button is pressed; what asks for more opens first and is sent by the second press.
document.addEventListener("keydown", (event) => {
  const place = /^F\d$/.test(event.key) && form.querySelector(`[data-key=${event.key}]`);
  if (!place) return;
  event.preventDefault();
  if (event.repeat) return;
  if (place.tagName !== "DETAILS") return place.click();
  const complete = event.key === "F7" && papers.querySelector("input[name=given]:not(:checked)");
  const button = place.querySelector("button");
  if (button && (place.open || complete)) return button.click();
  place.open = true;
  place.querySelector("input, textarea, select").focus();
});

// Whether a lane would be given is said while it is chosen.
const lane = form.querySelector("[data-lane]");
lane?.addEventListener("change", async () => {
  const asked = new URLSearchParams({ item: chosen.value, typed: typed.value });
  lane.querySelectorAll("select, input").forEach((one) => asked.set(one.name, one.value));
  const answer = await fetch(`${lane.dataset.lane}?${asked}`);
  if (answer.ok) document.getElementById("lane").innerHTML = await answer.text();
});

const wrong = form.querySelector("[aria-invalid]");
const printed = document.querySelector("[data-print]");
(wrong ?? printed ?? (chosen.value ? form.elements.name : typed)).focus();
// What was printed is done: the next person's matter is typed at once.
printed?.addEventListener("click", () => setTimeout(() => typed.focus()));
