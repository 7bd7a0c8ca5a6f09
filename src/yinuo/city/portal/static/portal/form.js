// Fields that hang on another one are shown when it holds what they hang on. Without script all are shown with a word that says when.
"use strict";
for (const form of document.querySelectorAll("form[data-application]")) {
  const parts = [...form.querySelectorAll("[data-when]")];
  const renew = () => {
    for (const part of parts) {
      const other = form.elements.namedItem(part.dataset.when);
      const within = other instanceof Element ? other.closest("[data-when]") : null;
      part.hidden = !other || Boolean(within && within.hidden) || !part.dataset.holds.split("|").includes(other.value);
    }
  };
  for (const word of form.querySelectorAll("[data-unscripted]")) word.hidden = true;
  form.addEventListener("change", renew);
  renew();
}
