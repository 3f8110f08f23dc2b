// @ts-check
// The lines on the page about one upload and its archives: how far, what failed and why, and the buttons.

import { download, make, toCsv } from "../csv.js";

const LISTED = 100;

/**
 * @typedef {import("./upload.js").Upload} Upload
 * @typedef {{ id: number, name: string, state: string, state_text: string, entries: number, entry: number, added: number,
 *   annotated: number, known: number, refused: number, failures: { name: string, detail: string }[], error: string }} ArchiveRow
 */

/** Draws one upload; archives that a worker unpacks have lines of their own. */
export class UploadView {
  /**
   * @param {HTMLElement} place
   * @param {{ stopArchive: (id: number) => void }} options
   */
  constructor(place, { stopArchive }) {
    this.stopArchive = stopArchive;
    this.box = make("div", "batch");
    const head = make("div", "row apart");
    this.words = make("span", "grow");
    this.words.setAttribute("role", "status");
    const buttons = make("span", "row tight");
    head.append(this.words, buttons);
    this.bar = /** @type {HTMLProgressElement} */ (make("progress", "progress"));
    this.bar.max = 1;
    this.bar.setAttribute("aria-label", "Upload");
    this.unpacked = make("div", "stack tight");
    this.list = make("ul", "small");
    this.list.hidden = true;
    this.pause = this.button(buttons, "Pause", () => this.upload?.state === "paused" ? this.upload.resume() : this.upload?.pause());
    this.cancel = this.button(buttons, "Cancel", () => this.upload?.cancel());
    this.retry = this.button(buttons, "Try again", () => void this.upload?.retry());
    this.csv = this.button(buttons, "List as CSV", () => this.downloadList());
    this.close = this.button(buttons, "Close", () => this.box.remove());
    this.box.append(head, this.bar, this.unpacked, this.list);
    place.prepend(this.box);
    /** @type {Upload | null} */
    this.upload = null;
    /** @type {Map<number, ArchiveRow>} */
    this.archives = new Map();
  }

  /** @param {HTMLElement} place @param {string} label @param {() => void} run */
  button(place, label, run) {
    const element = /** @type {HTMLButtonElement} */ (make("button", "button small", label));
    element.type = "button";
    element.addEventListener("click", run);
    place.append(element);
    return element;
  }

  /** @param {Upload} upload */
  show(upload) {
    this.upload = upload;
    this.draw();
  }

  /** @param {ArchiveRow} row */
  showArchive(row) {
    this.archives.set(row.id, row);
    this.draw();
  }

  /** What failed so far, of the files and inside the archives. */
  get failures() {
    const own = (this.upload?.failed ?? []).map(({ name, why }) => ({ name, why }));
    for (const { name: archive, error, failures } of this.archives.values()) {
      if (error) own.push({ name: archive, why: error });
      own.push(...failures.map(({ name, detail }) => ({ name: `${archive}/${name}`, why: detail })));
    }
    return own;
  }

  draw() {
    const { upload } = this;
    const over = !upload || upload.state === "over";
    const unpacking = [...this.archives.values()].some(isActive);
    if (upload) {
      this.words.textContent = over ? summaryOf(upload) : progressOf(upload);
      this.bar.value = upload.share;
      this.pause.textContent = upload.state === "paused" ? "Resume" : "Pause";
    } else this.words.textContent = "Archives that were sent before";
    this.bar.hidden = over;
    this.pause.hidden = this.cancel.hidden = over;
    this.retry.hidden = !over || !upload?.failed.length;
    if (upload?.failed.length) this.retry.textContent = `Try ${upload.failed.length} again`;
    this.close.hidden = !over;
    this.unpacked.replaceChildren(...[...this.archives.values()].map((row) => this.lineOf(row)));
    const failures = this.failures;
    this.csv.hidden = !failures.length || !over;
    this.list.hidden = !failures.length;
    this.list.replaceChildren(...failures.slice(0, LISTED).map(({ name, why }) => make("li", "wrap", sentenceOf(name, why))));
    if (failures.length > LISTED) this.list.append(make("li", "soft", `… and ${failures.length - LISTED} more, in the list as CSV`));
    this.box.toggleAttribute("data-over", over && !unpacking);
  }

  /** @param {ArchiveRow} row */
  lineOf(row) {
    const line = make("div", "row apart archive");
    const text = make("span", "grow wrap", archiveWords(row));
    line.append(text);
    if (!isActive(row)) return line;
    const bar = /** @type {HTMLProgressElement} */ (make("progress", "progress"));
    bar.max = Math.max(1, row.entries);
    bar.value = row.entry;
    bar.setAttribute("aria-label", `Unpacking ${row.name}`);
    line.append(bar);
    this.button(line, "Stop", () => this.stopArchive(row.id));
    return line;
  }

  downloadList() {
    download("not-taken.csv", toCsv(["file", "why"], this.failures.map(({ name, why }) => [name, why])));
  }
}

/** @param {ArchiveRow} row */
export function isActive({ state }) {
  return state === "queued" || state === "running";
}

/** @param {Upload} upload */
function progressOf(upload) {
  const { finished, total, share, state, words } = upload;
  const far = `${finished} of ${total} files sent (${Math.round(share * 100)} %)`;
  if (words) return `${far}. ${words}`;
  if (state === "paused") return `${far}, paused`;
  return share >= 1 && finished < total ? `${far}, being checked` : far;
}

/** @param {Upload} upload */
export function summaryOf({ added, annotated, known, failed, archives, cancelled, total, finished }) {
  const parts = [];
  if (added || (!annotated && !archives.length && !known)) parts.push(`${added} ${added === 1 ? "image" : "images"} added`);
  if (annotated) parts.push(`${annotated} ${annotated === 1 ? "image" : "images"} labeled`);
  if (archives.length) parts.push(`${archives.length} ${archives.length === 1 ? "archive" : "archives"} sent`);
  if (known) parts.push(`${known} there before`);
  if (failed.length) parts.push(`${failed.length} not taken`);
  if (cancelled && total > finished) parts.push(`stopped before the other ${total - finished}`);
  return `${parts.join(", ")}.`;
}

/** @param {ArchiveRow} row */
export function archiveWords({ name, state, state_text, entries, entry, added, annotated, known, refused }) {
  const parts = [`${added} ${added === 1 ? "image" : "images"} added`];
  if (annotated) parts.push(`${annotated} ${annotated === 1 ? "image" : "images"} labeled`);
  if (known) parts.push(`${known} there before`);
  if (refused) parts.push(`${refused} not taken`);
  const far = state === "running" && entries ? ` (${entry} of ${entries})` : "";
  return `${name}: ${state_text.toLowerCase()}${far}${state === "queued" ? "" : `, ${parts.join(", ")}`}.`;
}

/** @param {string} name @param {string} why */
function sentenceOf(name, why) {
  // A server's sentence mostly begins with the name already.
  return why.includes(name.replace(/^.*\//, "")) ? why : `${name}: ${why}`;
}
