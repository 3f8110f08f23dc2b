// @ts-check
// Send many files in small batches, one after the other. What is sent twice is recognised by the server, so that
// a batch that was cut off is simply sent again.

const BATCH_FILES = 20;
const BATCH_BYTES = 32 * 2 ** 20;
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000];
// The project has these already: nothing is lost, and nothing is wrong.
const KNOWN = new Set(["duplicate_image", "annotation_known"]);

/**
 * @typedef {File & { place?: string }} Sendable  place: the path in a dropped folder
 * @typedef {{ name: string, code: string, why: string }} Failure
 * @typedef {{ added: number, annotated: number, known: number, failed: Failure[], archives: { id: number, name: string }[] }} Outcome
 * @typedef {"sending" | "waiting" | "paused" | "over"} State
 * @typedef {{ address: string, known: Record<string, string>, token: string }} Target
 * @typedef {{ file: Sendable, name: string, code: string, why: string }} Failed
 */

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
 * Annotations last: each needs its image, which may lie in another folder or archive of the drop.
 * @template {{ name: string }} F
 * @param {F[]} files
 * @returns {F[]}
 */
export function inOrder(files) {
  const rank = (/** @type {F} */ { name }) => (/\.xml$/i.test(name) ? 2 : /\.zip$/i.test(name) ? 1 : 0);
  return [...files].sort((a, b) => rank(a) - rank(b));
}

/**
 * Turn the server's answer to one batch into what was added, what was there and what failed and why.
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
    /** @type {Failure[]} */
    const refused = (answer.failed ?? []).map((/** @type {any} */ one) => ({
      name: String(one.name ?? "?"),
      code: String(one.code ?? ""),
      why: String(one.detail ?? "it was refused"),
    }));
    const failed = refused.filter((one) => !KNOWN.has(one.code));
    return {
      added: (answer.images ?? []).length,
      annotated: (answer.annotations ?? []).length,
      known: refused.length - failed.length,
      failed,
      archives: answer.archives ?? [],
    };
  }
  const why =
    status === 401 || status === 403
      ? String(answer?.detail ?? "you are signed out, or your role does not allow it")
      : status === 413
        ? "it is larger than the server takes"
        : String(answer?.detail ?? `the server answered with error ${status}`);
  return failAll(batch, why, String(answer?.code ?? `http_${status}`));
}

/** @param {{ name: string }[]} batch @param {string} why @param {string} code @returns {Outcome} */
function failAll(batch, why, code) {
  return { added: 0, annotated: 0, known: 0, archives: [], failed: batch.map((file) => ({ name: file.name, code, why })) };
}

/**
 * Whether an answer says nothing of the files: the network or the server was away, and the same batch may go again.
 * @param {number} status
 */
export function isPassing(status) {
  return status === 0 || status === 502 || status === 503 || status === 504;
}

/** One upload: its files, how far it is, and the ways to pause, go on, cancel and try again. */
export class Upload {
  /**
   * @param {Sendable[]} files
   * @param {Target} target
   * @param {(upload: Upload) => void} changed  called whenever something is other than before
   */
  constructor(files, target, changed) {
    this.target = target;
    this.changed = changed;
    /** @type {State} */
    this.state = "sending";
    /** Why it waits or is paused, in a sentence. */
    this.words = "";
    this.total = files.length;
    this.bytes = Math.max(1, sizeOf(files));
    this.finished = 0;
    this.sent = 0;
    this.part = 0;
    this.added = this.annotated = this.known = 0;
    this.cancelled = false;
    /** @type {Failed[]} */
    this.failed = [];
    /** @type {{ id: number, name: string }[]} */
    this.archives = [];
    /** @type {Sendable[][]} */
    this.batches = cutIntoBatches(inOrder(files));
    this.tries = 0;
    /** @type {() => void} */
    this.wake = () => {};
    /** @type {XMLHttpRequest | null} */
    this.request = null;
  }

  /** The share of the bytes that is sent, 0 to 1. */
  get share() {
    return Math.min(1, (this.sent + this.part) / this.bytes);
  }

  /** @param {State} state @param {string} [words] */
  become(state, words = "") {
    this.state = state;
    this.words = words;
    this.changed(this);
  }

  pause(words = "") {
    if (this.state === "over") return;
    this.become("paused", words);
    this.request?.abort();
  }

  resume() {
    if (this.state === "over") return;
    this.tries = 0;
    this.become("sending");
    this.wake();
  }

  cancel() {
    this.cancelled = true;
    this.request?.abort();
    this.wake();
  }

  /** Send what failed once more. */
  retry() {
    const files = this.failed.map((one) => one.file);
    this.failed = [];
    this.finished -= files.length;
    this.sent -= sizeOf(files);
    this.batches = cutIntoBatches(inOrder(files));
    this.cancelled = false;
    this.tries = 0;
    return this.run();
  }

  /** Send all batches; ends when every file was answered, or the person cancelled. */
  async run() {
    this.become("sending");
    while (this.batches.length && !this.cancelled) {
      if (this.state === "paused") {
        await new Promise((resolve) => (this.wake = () => resolve(null)));
        continue;
      }
      const batch = this.batches[0];
      const { status, text } = await this.send(batch);
      this.part = 0;
      if (this.cancelled) break;
      if (/** @type {State} */ (this.state) === "paused") continue;
      if (isPassing(status) && (await this.wait())) continue;
      if (status === 401) {
        this.pause("You are signed out: sign in in another tab, then resume.");
        continue;
      }
      this.tries = 0;
      this.batches.shift();
      this.take(batch, status === 0 ? failAll(batch, "the server could not be reached", "unreachable") : readAnswer(status, text, batch));
    }
    this.become("over");
  }

  /** Wait before the same batch goes again; false when it was tried often enough. */
  async wait() {
    if (this.tries >= WAITS_MS.length) return false;
    const pause = WAITS_MS[this.tries];
    this.tries += 1;
    this.become("waiting", `The server cannot be reached; next try in ${Math.round(pause / 1000)} s.`);
    await new Promise((resolve) => {
      this.wake = () => resolve(null);
      setTimeout(resolve, pause);
    });
    if (/** @type {State} */ (this.state) === "waiting") this.become("sending");
    return true;
  }

  /**
   * @param {Sendable[]} batch
   * @param {Outcome} outcome
   */
  take(batch, outcome) {
    this.added += outcome.added;
    this.annotated += outcome.annotated;
    this.known += outcome.known;
    this.archives.push(...outcome.archives);
    const left = [...batch];
    for (const { name, code, why } of outcome.failed) {
      const at = Math.max(0, left.findIndex((file) => file.name === name));
      const [file] = left.splice(at, 1);
      this.failed.push({ file, name: file?.place || name, code, why });
    }
    this.sent += sizeOf(batch);
    this.finished += batch.length;
    this.changed(this);
  }

  /**
   * @param {Sendable[]} batch
   * @returns {Promise<{ status: number, text: string }>}
   */
  send(batch) {
    const body = new FormData();
    for (const [name, value] of Object.entries(this.target.known)) body.append(name, value);
    for (const file of batch) body.append("files", file, file.name);
    const size = sizeOf(batch);
    const request = new XMLHttpRequest();
    this.request = request;
    request.open("POST", this.target.address);
    request.setRequestHeader("X-CSRFToken", this.target.token);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      this.part = (event.loaded / event.total) * size;
      this.changed(this);
    });
    return new Promise((resolve) => {
      request.addEventListener("loadend", () => resolve({ status: request.status, text: request.responseText }));
      request.send(body);
    });
  }
}

/** @param {{ size: number }[]} files */
function sizeOf(files) {
  return files.reduce((sum, file) => sum + file.size, 0);
}
