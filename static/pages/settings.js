// @ts-check
// Settings: grades that are added and removed, colors of the palette, and the gray window with its preview.

import { startWindow } from "./gray_window.js";

for (const field of document.querySelectorAll("select[data-submit]")) {
  field.addEventListener("change", () => /** @type {HTMLSelectElement} */ (field).form?.requestSubmit());
}

for (const swatch of document.querySelectorAll("[data-color]")) {
  swatch.addEventListener("click", () => {
    const field = swatch.closest("form")?.querySelector('input[type="color"]');
    if (field instanceof HTMLInputElement) field.value = swatch.getAttribute("data-color") ?? field.value;
  });
}

for (const block of document.querySelectorAll("[data-grades]")) {
  const prefix = block.getAttribute("data-grades");
  const total = /** @type {HTMLInputElement} */ (block.querySelector(`[name="${prefix}-TOTAL_FORMS"]`));
  const most = Number(/** @type {HTMLInputElement} */ (block.querySelector(`[name="${prefix}-MAX_NUM_FORMS"]`)).value);
  const body = /** @type {HTMLTableSectionElement} */ (block.querySelector("tbody"));
  const template = /** @type {HTMLTemplateElement} */ (block.querySelector("template"));
  const count = () => {
    total.value = String(body.rows.length);
    block.querySelector("[data-more]")?.toggleAttribute("disabled", body.rows.length >= most);
    block.querySelector("[data-fewer]")?.toggleAttribute("disabled", !body.rows.length);
  };
  const more = () => {
    const place = body.rows.length;
    const row = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    for (const field of row.querySelectorAll("[name]")) {
      field.setAttribute("name", (field.getAttribute("name") ?? "").replace("__prefix__", String(place)));
      field.setAttribute("id", (field.id ?? "").replace("__prefix__", String(place)));
    }
    const head = row.querySelector("th");
    if (head) head.textContent = String(place + 1);
    body.append(row);
    count();
  };
  block.querySelector("[data-more]")?.addEventListener("click", () => {
    more();
    /** @type {HTMLElement | null} */ (body.lastElementChild?.querySelector("input"))?.focus();
  });
  block.querySelector("[data-fewer]")?.addEventListener("click", () => {
    body.lastElementChild?.remove();
    count();
  });
  count();
}

const picker = document.querySelector("[data-window]");
if (picker instanceof HTMLElement) startWindow(picker);

// A link to a type opens it.
if (location.hash.startsWith("#type-")) document.querySelector(location.hash)?.setAttribute("open", "");
