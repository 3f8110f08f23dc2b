// @ts-check
// Send images to be inspected with a bar for what is on its way; without this module the form sends by itself.
import { withId } from "../server/addresses.js";
import { errorSentence } from "../server/error_sentence.js";
import { collectFiles } from "./upload/dropped_files.js";

const form = document.querySelector("form[data-inspect]");
if (form instanceof HTMLFormElement) start(form);

/** @param {HTMLFormElement} form */
function start(form) {
  const input = /** @type {HTMLInputElement} */ (form.querySelector('input[type="file"]'));
  const chosen = /** @type {HTMLElement} */ (form.querySelector("[data-chosen]"));
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    chosen.textContent = files.length ? `${files.length} ${files.length === 1 ? "file" : "files"}, ${(bytes / 1e6).toFixed(1)} MB` : "";
  });
  window.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("dragging");
  });
  window.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dragging");
  });
  window.addEventListener("drop", async (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.remove("dragging");
    const list = new DataTransfer();
    for (const file of await collectFiles(event.dataTransfer)) list.items.add(file);
    input.files = list.files;
    input.dispatchEvent(new Event("change"));
  });
  form.addEventListener("submit", (event) => {
    // Without a file the server's sentence is as good.
    if (!input.files?.length) return;
    event.preventDefault();
    send(form);
  });
}

/** @param {HTMLFormElement} form */
function send(form) {
  const sending = /** @type {HTMLElement} */ (form.querySelector("[data-sending]"));
  const bar = /** @type {HTMLProgressElement} */ (sending.querySelector("progress"));
  const words = /** @type {HTMLElement} */ (sending.querySelector("p"));
  const refused = /** @type {HTMLElement} */ (form.querySelector("[data-refused]"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button[type="submit"]'));
  const body = new FormData(form);
  const token = body.get("csrfmiddlewaretoken");
  for (const name of ["csrfmiddlewaretoken", "threshold", "max_boxes"]) {
    if (name === "csrfmiddlewaretoken" || !body.get(name)) body.delete(name);
  }
  const request = new XMLHttpRequest();
  request.open("POST", form.dataset.inspect ?? "");
  request.setRequestHeader("X-CSRFToken", String(token));
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = event.loaded / event.total;
    words.textContent = bar.value < 1 ? `Sending, ${Math.round(bar.value * 100)} %` : "Sent; the server keeps them …";
  });
  const fail = (/** @type {string} */ sentence) => {
    sending.hidden = true;
    button.disabled = false;
    refused.hidden = false;
    /** @type {HTMLElement} */ (refused.firstElementChild).textContent = sentence;
  };
  request.addEventListener("load", () => {
    const answer = readJson(request.responseText);
    if (request.status === 201 && answer?.id) location.href = withId(form.dataset.result, answer.id);
    else fail(errorSentence(answer) || `The server answered with error ${request.status}; nothing was inspected.`);
  });
  request.addEventListener("error", () => fail("The server could not be reached; nothing was inspected."));
  sending.hidden = false;
  refused.hidden = true;
  button.disabled = true;
  words.textContent = "Sending …";
  request.send(body);
}

/** @param {string} text */
function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
