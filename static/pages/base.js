// @ts-check
// On every page: the theme switch, menus that close, local times, and questions before what cannot be undone.

import { makeSortable } from "./sort.js";
import { chooseTheme } from "./theme.js";
import { localizeTimes } from "./times.js";

for (const button of document.querySelectorAll("[data-theme-choice]")) {
  button.addEventListener("click", () => chooseTheme(button.getAttribute("data-theme-choice") ?? ""));
}

/** @param {Node | null} inside */
function closeMenus(inside) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!inside || !menu.contains(inside)) menu.removeAttribute("open");
  }
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  closeMenus(target);
  if (target.closest("[data-dismiss]")) target.closest("li")?.remove();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary")?.focus();
});

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const question = form.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A number typed into a table is easily changed by a passing wheel; it must not be.
document.addEventListener("wheel", () => {
  const field = document.activeElement;
  if (field instanceof HTMLInputElement && field.type === "number") field.blur();
}, { passive: true });

document.querySelector('.tabs [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "center" });

localizeTimes(document);
makeSortable(document);
document.addEventListener("htmx:load", (event) => localizeTimes(/** @type {CustomEvent} */ (event).detail.elt));
