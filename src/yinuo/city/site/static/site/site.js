// What every page does by script; without it everything still works, by submitting forms.
"use strict";

// Polling: ask with the tag last seen, so that an unchanged answer is 304 and nothing on the page moves.
const tags = new WeakMap();
document.addEventListener("htmx:configRequest", (event) => {
  const tag = tags.get(event.detail.elt) ?? event.detail.elt.dataset.tag;
  if (!event.detail.elt.hasAttribute("data-poll")) return;
  event.detail.headers["X-Poll"] = "1";
  if (tag) event.detail.headers["If-None-Match"] = tag;
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.hasAttribute("data-poll") && document.hidden) event.preventDefault();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const tag = event.detail.xhr.getResponseHeader("ETag");
  if (tag && event.detail.elt.hasAttribute("data-poll")) tags.set(event.detail.elt, tag);
  const lost = document.querySelector("[data-lost]");
  if (lost && event.detail.elt.hasAttribute("data-poll")) lost.hidden = event.detail.successful || event.detail.xhr.status === 304;
});

// A filter form is sent when a choice changes; its button is for those without script.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send-on-change]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio]")) form.requestSubmit();
});

// Empty filters stay out of the address, so that links to lists are short.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "get") return;
  for (const field of form.elements) if (field.name && field.value === "" && !field.disabled) field.disabled = true;
});
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[method=get] :disabled:not([data-always])")) field.disabled = false;
});

// A form is sent once; the second press of an impatient hand changes nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Menus close by Escape and by a click elsewhere; the focus goes back to where it was.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.activeElement?.closest("details.menu[open]") ?? document.querySelector("details.menu[open]");
  if (!open) return;
  open.open = false;
  open.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
});
