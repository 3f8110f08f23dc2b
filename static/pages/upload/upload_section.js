// @ts-check
// The upload section: files chosen or dropped become an upload with its lines; archives are watched until done.

import { collectFiles } from "./dropped_files.js";
import { csrfTokenOf } from "../../server/csrf.js";
import { post } from "../rest.js";
import { withId } from "../../server/addresses.js";
import { Upload } from "./upload.js";
import { isActive, UploadView } from "./upload_view.js";

const ASK_MS = 1500;
// The gallery shows what came meanwhile, but not at every turn.
const REFRESH_MS = 6000;

/**
 * @param {HTMLElement} section
 * @param {() => void} refresh  called when there are new images
 */
export function wireUpload(section, refresh) {
  const place = /** @type {HTMLElement} */ (section.querySelector("[data-batches]"));
  let running = 0;

  const stopArchive = (/** @type {number} */ id) => void post(withId(section.dataset.cancelArchive, id), {}).catch(() => {});

  /**
   * Ask for an archive until it is done with.
   * @param {number} id
   * @param {UploadView} view
   */
  async function watch(id, view) {
    let shown = Date.now();
    for (;;) {
      try {
        const answer = await fetch(withId(section.dataset.archive, id), { headers: { Accept: "application/json" } });
        if (answer.status === 404) return;
        if (answer.ok) {
          const row = await answer.json();
          view.showArchive(row);
          if (!isActive(row)) break;
          if (row.added && Date.now() - shown > REFRESH_MS) {
            shown = Date.now();
            if (!document.querySelector(".image-card.selected") && window.scrollY < 200) refresh();
          }
        }
      } catch {
        // The server cannot be reached now; the next turn asks again.
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_MS));
    }
    refresh();
  }

  /** @param {import("./upload.js").Sendable[]} files */
  async function start(files) {
    if (!files.length) return;
    /** @type {Record<string, string>} */
    const known = {};
    for (const field of section.querySelectorAll("[data-known]")) {
      const { value } = /** @type {HTMLInputElement | HTMLSelectElement} */ (field);
      if (value.trim()) known[field.getAttribute("data-known") ?? ""] = value.trim();
    }
    const view = new UploadView(place, { stopArchive });
    let watched = 0;
    let was = "";
    const upload = new Upload(files, { address: section.dataset.upload ?? "", known, token: csrfTokenOf(document) }, (now) => {
      view.show(now);
      for (; watched < now.archives.length; watched += 1) void watch(now.archives[watched].id, view);
      if (now.state === "over" && was !== "over") refresh();
      was = now.state;
    });
    running += 1;
    await upload.run();
    running -= 1;
  }

  window.addEventListener("beforeunload", (event) => {
    // What was sent is safe; the rest of the files would have to be chosen again.
    if (running) event.preventDefault();
  });

  wirePickers(section, start);
  wireDrop(start);

  /** Archives that a worker is still at when the page opens. */
  async function findArchives() {
    try {
      const answer = await fetch(section.dataset.archives ?? "", { headers: { Accept: "application/json" } });
      const rows = answer.ok ? (await answer.json()).filter(isActive) : [];
      if (!rows.length) return;
      const view = new UploadView(place, { stopArchive });
      for (const row of rows) {
        view.showArchive(row);
        void watch(row.id, view);
      }
    } catch {
      // Nothing to show: the server cannot be reached now.
    }
  }
  void findArchives();
}

/** @typedef {(files: import("./upload.js").Sendable[]) => Promise<void>} Start */

/**
 * Start an upload of the files that are chosen by a button of the section.
 * @param {HTMLElement} section
 * @param {Start} start
 */
function wirePickers(section, start) {
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-pick]");
    if (!button) return;
    const input = section.querySelector(`[data-input="${button.getAttribute("data-pick")}"]`);
    /** @type {HTMLInputElement} */ (input).click();
  });
  for (const input of section.querySelectorAll("[data-input]")) {
    input.addEventListener("change", () => {
      const field = /** @type {HTMLInputElement} */ (input);
      void start([...(field.files ?? [])].map((file) => Object.assign(file, { place: file.webkitRelativePath })));
      field.value = "";
    });
  }
}

/**
 * Start an upload of the files that are dropped anywhere on the page.
 * @param {Start} start
 */
function wireDrop(start) {
  /** How many elements the drag has entered and not left. */
  let depth = 0;
  /** @param {DragEvent} event */
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  /** @param {number} now */
  const dragging = (now) => {
    depth = Math.max(0, now);
    document.body.classList.toggle("dragging", depth > 0);
  };
  window.addEventListener("dragenter", (event) => carriesFiles(event) && dragging(depth + 1));
  window.addEventListener("dragleave", (event) => carriesFiles(event) && dragging(depth - 1));
  window.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  window.addEventListener("drop", async (event) => {
    if (!carriesFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    dragging(0);
    void start(await collectFiles(event.dataTransfer));
  });
}
