// @ts-check
// Send many files in small batches, one after the other: a bar, a count, a list of what failed and why, a stop.

const BATCH_FILES = 20;
const BATCH_BYTES = 32 * 2 ** 20;

/**
 * Cut a list of files into batches of few files and few bytes; a larger file travels alone.
 * @template {{ size: number }} F
 * @param {F[]} files
 * @returns {F[][]}
 */
export function cutIntoBatches(files, { most = BATCH_FILES, bytes = BATCH_BYTES } = {}) {
  /** @type {F[][]} */
  const batches = [];
  let held = 0;
  for (const file of files) {
    const last = batches[batches.length - 1];
    if (last && last.length < most && held + file.size <= bytes) {
      last.push(file);
      held += file.size;
    } else {
      batches.push([file]);
      held = file.size;
    }
  }
  return batches;
}

/**
 * @param {File[]} files
 * @param {{ address: string, known: Record<string, string>, place: HTMLElement, done: () => void }} options
 */
export async function startUpload(files, { address, known, place, done }) {
  const view = new UploadView(place, files.length);
  const bytes = files.reduce((sum, file) => sum + file.size, 0) || 1;
  let sent = 0;
  let finished = 0;
  // Annotations last: each needs its image, which may lie in another folder of the drop.
  const isXml = (/** @type {File} */ file) => Number(/\.xml$/i.test(file.name));
  const ordered = [...files].sort((a, b) => isXml(a) - isXml(b));
  for (const batch of cutIntoBatches(ordered)) {
    if (view.stopped) break;
    const size = batch.reduce((sum, file) => sum + file.size, 0);
    const outcome = await send(address, batch, known, {
      progress: (share) => view.show((sent + share * size) / bytes, finished),
      request: (request) => view.onStop(() => request.abort()),
    });
    sent += size;
    if (outcome.added + outcome.annotated === 0 && view.stopped) break;
    finished += batch.length;
    view.count(outcome);
    view.show(sent / bytes, finished);
  }
  view.finish(finished);
  done();
}

/**
 * @typedef {{ added: number, annotated: number, failed: { name: string, why: string }[] }} Outcome
 * @param {string} address
 * @param {File[]} batch
 * @param {Record<string, string>} known
 * @param {{ progress: (share: number) => void, request: (request: XMLHttpRequest) => void }} watch
 * @returns {Promise<Outcome>}
 */
function send(address, batch, known, watch) {
  const body = new FormData();
  for (const [name, value] of Object.entries(known)) body.append(name, value);
  for (const file of batch) body.append("files", file, file.name);
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "");
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) watch.progress(event.loaded / event.total);
  });
  watch.request(request);
  return new Promise((resolve) => {
    const failAll = (/** @type {string} */ why) =>
      resolve({ added: 0, annotated: 0, failed: batch.map((file) => ({ name: file.name, why })) });
    request.addEventListener("load", () => resolve(readAnswer(request.status, request.responseText, batch)));
    request.addEventListener("error", () => failAll("the server could not be reached; drop it again"));
    request.addEventListener("abort", () => failAll("stopped"));
    request.send(body);
  });
}

/**
 * Turn the server's answer to one batch into what was added and what failed and why.
 * @param {number} status
 * @param {string} text
 * @param {{ name: string }[]} batch
 * @returns {Outcome}
 */
export function readAnswer(status, text, batch) {
  /** @type {any} */
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // The server answered with no JSON: a proxy's page, or its own error page.
  }
  if (answer && (Array.isArray(answer.images) || Array.isArray(answer.failed))) {
    const failed = (answer.failed ?? []).map((/** @type {any} */ one) => ({
      name: String(one.name ?? "?"),
      why: String(one.detail ?? "it was refused"),
    }));
    return { added: (answer.images ?? []).length, annotated: (answer.annotations ?? []).length, failed };
  }
  const why =
    status === 401 || status === 403
      ? String(answer?.detail ?? "you are signed out, or your role does not allow it")
      : status === 413
        ? "it is larger than the server takes"
        : String(answer?.detail ?? `the server answered with error ${status}`);
  return { added: 0, annotated: 0, failed: batch.map((file) => ({ name: file.name, why })) };
}

/** The few lines on the page about one upload. */
class UploadView {
  /**
   * @param {HTMLElement} place
   * @param {number} total
   */
  constructor(place, total) {
    this.total = total;
    this.added = 0;
    this.annotated = 0;
    this.failed = 0;
    this.stopped = false;
    /** @type {() => void} */
    this.abort = () => {};
    this.box = make("div", "batch");
    const head = make("div", "row apart");
    this.words = make("span");
    this.words.setAttribute("role", "status");
    this.button = make("button", "button small", "Stop");
    this.button.setAttribute("type", "button");
    this.button.addEventListener("click", () => this.onButton());
    head.append(this.words, this.button);
    this.bar = /** @type {HTMLProgressElement} */ (make("progress", "progress"));
    this.bar.max = 1;
    this.bar.setAttribute("aria-label", "Upload");
    this.list = make("ul", "small");
    this.list.hidden = true;
    this.box.append(head, this.bar, this.list);
    place.prepend(this.box);
    this.show(0, 0);
    this.over = false;
  }

  onButton() {
    if (this.over) {
      this.box.remove();
      return;
    }
    this.stopped = true;
    this.abort();
  }

  /** @param {() => void} abort */
  onStop(abort) {
    this.abort = abort;
  }

  /**
   * @param {number} share
   * @param {number} finished
   */
  show(share, finished) {
    this.bar.value = share;
    const wait = share >= 1 && finished < this.total ? ", being checked" : "";
    this.words.textContent = `${finished} of ${this.total} files sent (${Math.round(share * 100)} %)${wait}`;
  }

  /** @param {Outcome} outcome */
  count(outcome) {
    this.added += outcome.added;
    this.annotated += outcome.annotated;
    this.failed += outcome.failed.length;
    for (const { name, why } of outcome.failed) {
      const text = why.startsWith(name) ? why : `${name}: ${why}`;
      this.list.append(make("li", "wrap", text));
    }
    this.list.hidden = !this.failed;
  }

  /** @param {number} finished */
  finish(finished) {
    this.over = true;
    const parts = [`${this.added} ${this.added === 1 ? "image" : "images"} added`];
    if (this.annotated) parts.push(`${this.annotated} VOC ${this.annotated === 1 ? "file" : "files"} read`);
    if (this.failed) parts.push(`${this.failed} not taken`);
    if (this.stopped) parts.push(`stopped before the other ${this.total - finished}`);
    this.words.textContent = `${parts.join(", ")}.`;
    this.bar.hidden = true;
    this.button.textContent = "Close";
    this.box.setAttribute("data-over", "");
  }
}

/**
 * @param {string} name
 * @param {string} [classes]
 * @param {string} [text]
 */
function make(name, classes, text) {
  const element = document.createElement(name);
  if (classes) element.className = classes;
  if (text) element.textContent = text;
  return element;
}
