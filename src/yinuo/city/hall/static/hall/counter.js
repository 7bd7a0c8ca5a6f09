// F keys at a window: the buttons say which. Without script the buttons do the same.
"use strict";

document.addEventListener("keydown", (event) => {
  const place = /^F\d$/.test(event.key) && document.querySelector(`main [data-key=${event.key}]`);
  if (!place || event.repeat) return;
  event.preventDefault();
  place.click();
});
