// @ts-check
// The gallery: pictures that are still being drawn, boxes on or off, and the upload.

import { collectFiles } from "./dropped.js";
import { startUpload } from "./upload.js";

const BOXES = "blemish.gallery.boxes";
const ASK_MS = 2000;
const ASKED = 200;

// ---- pictures that a worker has not drawn yet are asked for, all in one call, until they are there

const results = /** @type {HTMLElement} */ (document.getElementById("results"));

async function askForPending() {
  const waiting = /** @type {HTMLImageElement[]} */ ([...results.querySelectorAll("img[data-pending]")]).slice(0, ASKED);
  if (waiting.length && !document.hidden) {
    const ids = waiting.map((picture) => picture.dataset.pending).join(",");
    try {
      const answer = await fetch(`${results.dataset.drawn}?ids=${ids}`, { headers: { Accept: "application/json" } });
      if (answer.ok) show(waiting, await answer.json());
    } catch {
      // The server cannot be reached now; the next turn asks again.
    }
  }
  setTimeout(askForPending, ASK_MS);
}

/**
 * @param {HTMLImageElement[]} waiting
 * @param {Record<string, { url?: string, error?: string }>} drawn
 */
function show(waiting, drawn) {
  for (const picture of waiting) {
    const { url, error } = drawn[picture.dataset.pending ?? ""] ?? {};
    if (url) {
      picture.src = url;
      picture.removeAttribute("data-pending");
    } else if (error) {
      const words = document.createElement("span");
      words.className = "no-view";
      words.textContent = `No picture: ${error}`;
      picture.replaceWith(words);
    }
  }
}

setTimeout(askForPending, ASK_MS);

document.addEventListener("error", (event) => {
  if (event.target instanceof HTMLImageElement && event.target.closest(".frame")) event.target.classList.add("broken");
}, true);

// What is not chosen stays out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { parameters } = /** @type {CustomEvent} */ (event).detail;
  for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
});

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
