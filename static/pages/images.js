// @ts-check
// The gallery: pictures that are still being drawn, boxes on or off, and the upload.

import { collectFiles } from "./dropped.js";
import { startUpload } from "./upload.js";

const BOXES = "blemish.gallery.boxes";
const RETRY_MS = 2000;
const RETRIES = 60;

// ---- pictures that a worker has not drawn yet are asked for again until they are there

/** @param {HTMLImageElement} picture */
function askAgain(picture) {
  const tries = Number(picture.dataset.tries ?? 0);
  if (tries >= RETRIES || !picture.isConnected) {
    picture.removeAttribute("data-pending");
    picture.classList.add("broken");
    return;
  }
  picture.dataset.pending = "";
  picture.dataset.tries = String(tries + 1);
  setTimeout(() => {
    const address = new URL(picture.src);
    address.searchParams.set("try", String(tries + 1));
    picture.src = address.href;
  }, RETRY_MS);
}

document.addEventListener("error", (event) => {
  if (event.target instanceof HTMLImageElement && event.target.closest(".frame")) askAgain(event.target);
}, true);
document.addEventListener("load", (event) => {
  if (event.target instanceof HTMLImageElement) event.target.removeAttribute("data-pending");
}, true);
for (const picture of document.querySelectorAll(".frame img")) {
  if (!(picture instanceof HTMLImageElement) || !picture.complete) continue;
  // It came or failed before this module ran.
  if (picture.naturalWidth) picture.removeAttribute("data-pending");
  else if (picture.loading !== "lazy" || picture.currentSrc) askAgain(picture);
}

// ---- boxes on or off, remembered

function showBoxes() {
  const shown = localStorage.getItem(BOXES) !== "off";
  document.body.classList.toggle("hide-boxes", !shown);
  for (const box of document.querySelectorAll("[data-show-boxes]")) {
    /** @type {HTMLInputElement} */ (box).checked = shown;
  }
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || !("showBoxes" in box.dataset)) return;
  event.stopPropagation();
  localStorage.setItem(BOXES, box.checked ? "on" : "off");
  showBoxes();
});
document.addEventListener("htmx:afterSwap", showBoxes);
showBoxes();

// ---- upload

const section = /** @type {HTMLElement} */ (document.getElementById("upload"));

/** @param {File[]} files */
function upload(files) {
  if (!files.length) return;
  /** @type {Record<string, string>} */
  const known = {};
  for (const field of section.querySelectorAll("[data-known]")) {
    const { value } = /** @type {HTMLInputElement} */ (field);
    if (value.trim()) known[field.getAttribute("data-known") ?? ""] = value.trim();
  }
  const place = /** @type {HTMLElement} */ (section.querySelector("[data-batches]"));
  startUpload(files, { address: section.dataset.upload ?? "", known, place, done: refresh });
}

function refresh() {
  const form = document.querySelector("form.filters");
  form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

document.addEventListener("click", (event) => {
  const button = /** @type {Element} */ (event.target).closest("[data-pick]");
  if (!button) return;
  const input = section.querySelector(`[data-input="${button.getAttribute("data-pick")}"]`);
  /** @type {HTMLInputElement} */ (input).click();
});
for (const input of section.querySelectorAll("[data-input]")) {
  input.addEventListener("change", () => {
    const field = /** @type {HTMLInputElement} */ (input);
    upload([...(field.files ?? [])]);
    field.value = "";
  });
}

let depth = 0;
/** @param {DragEvent} event */
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;

window.addEventListener("dragenter", (event) => {
  if (!carriesFiles(event)) return;
  depth += 1;
  document.body.classList.add("dragging");
});
window.addEventListener("dragleave", (event) => {
  if (!carriesFiles(event)) return;
  depth = Math.max(0, depth - 1);
  if (!depth) document.body.classList.remove("dragging");
});
window.addEventListener("dragover", (event) => {
  if (carriesFiles(event)) event.preventDefault();
});
window.addEventListener("drop", async (event) => {
  if (!carriesFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  depth = 0;
  document.body.classList.remove("dragging");
  upload(await collectFiles(event.dataTransfer));
});
