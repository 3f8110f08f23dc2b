// @ts-check
// Fetches what is wanted now, the most urgent first: what is no longer wanted is cancelled, what fails is tried
// again, later each time.

/**
 * @typedef {object} Wish
 * @property {string} key
 * @property {string} url
 * @property {(buffer: ArrayBuffer) => Promise<void>} loaded   a rejection counts as a failure to fetch
 */

/** The picture cannot be had; the message says why. */
export class NoPicture extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "NoPicture";
  }
}

/** An answer that another try will not change. */
export class Gone extends Error {
  /** @param {string} reason @param {number} status @param {string} code */
  constructor(reason, status, code) {
    super(reason);
    this.name = "Gone";
    this.status = status;
    this.code = code;
  }
}

/**
 * @typedef {object} Trouble
 * @property {number} failed        how many of the wishes have failed and wait for another try
 * @property {string} reason        of the last failure
 * @property {boolean} final        whether another try is useless
 */

/**
 * @typedef {object} Loader
 * @property {(wishes: Wish[]) => void} want   everything that is wanted from now on, the most urgent first
 * @property {() => void} retry                 what failed, at once
 * @property {() => boolean} idle
 * @property {() => void} stop                  cancel everything
 */

const AT_ONCE = 6;
const AGAIN_MS = 1000;
const AGAIN_MOST_MS = 30000;
const WAIT_MOST_MS = 30000;

/**
 * Fetch native levels.
 * @param {string} url
 * @param {{signal?: AbortSignal, again?: boolean}} [options]  again: past the browser's own copy, which may be broken
 * @returns {Promise<ArrayBuffer>}
 */
export async function fetchLevels(url, options = {}) {
  const { signal, again = false } = options;
  const response = await fetch(url, { signal, credentials: "same-origin", cache: again ? "reload" : "default" });
  if (response.ok) return response.arrayBuffer();
  const body = await response.json().catch(() => ({}));
  const reason = typeof body.detail === "string" ? body.detail : `The server answered ${response.status}.`;
  const isPassing = response.status === 401 || response.status >= 500 || /_pending$|_lost$/.test(body.code ?? "");
  if (isPassing) throw new Error(reason);
  throw new Gone(reason, response.status, body.code ?? "");
}

/** @typedef {{tries: number, final: boolean, waiting: boolean, timer: any, reason: string}} Failure */

/**
 * Give what is known of a failure, and start the timer of the next try unless another try is useless.
 * @param {unknown} error
 * @param {number} before  failures before this one
 * @param {(ms: number) => any} plan  starts the timer
 * @returns {Failure}
 */
function failureOf(error, before, plan) {
  const final = error instanceof Gone;
  const timer = final ? null : plan(Math.min(AGAIN_MOST_MS, AGAIN_MS * 2 ** before));
  const isNetwork = error instanceof TypeError || error instanceof DOMException || !(error instanceof Error);
  const reason = isNetwork ? "The server cannot be reached." : error.message;
  return { tries: before + 1, final, waiting: true, timer, reason };
}

/**
 * @param {object} parts
 * @param {(trouble: Trouble | null) => void} parts.troubled   null: everything that is wanted came or is on its way
 * @param {typeof fetchLevels} [parts.fetcher]
 * @param {(call: () => void, ms: number) => any} [parts.later]
 * @param {(timer: any) => void} [parts.cancelLater]
 * @returns {Loader}
 */
export function createLoader({
  troubled,
  fetcher = fetchLevels,
  later = (call, ms) => setTimeout(call, ms),
  cancelLater = (timer) => clearTimeout(timer),
}) {
  /** @type {Wish[]} */
  let wanted = [];
  /** @type {Map<string, AbortController>} */
  const running = new Map();
  /** @type {Map<string, Failure>} */
  const failures = new Map();
  let isTroubled = false;

  function start() {
    for (const wish of wanted) {
      if (running.size >= AT_ONCE) return;
      if (!running.has(wish.key) && !failures.get(wish.key)?.waiting) void fetchOne(wish);
    }
  }

  /** @param {Wish} wish */
  async function fetchOne({ key, url, loaded }) {
    const abort = new AbortController();
    running.set(key, abort);
    const timer = later(() => abort.abort(new Error("The server did not answer in time.")), WAIT_MOST_MS);
    try {
      const buffer = await fetcher(url, { signal: abort.signal, again: failures.has(key) });
      if (running.get(key) !== abort) return;
      await loaded(buffer);
      if (running.get(key) !== abort) return;
      failures.delete(key);
      wanted = wanted.filter((wish) => wish.key !== key);
    } catch (error) {
      if (running.get(key) !== abort) return; // cancelled: nobody wants it any more
      failures.set(key, failureOf(error, failures.get(key)?.tries ?? 0, (ms) => later(() => again(key), ms)));
    } finally {
      cancelLater(timer);
      if (running.get(key) === abort) running.delete(key);
    }
    tell();
    start();
  }

  /** @param {string} key */
  function again(key) {
    const failure = failures.get(key);
    if (!failure) return;
    cancelLater(failure.timer);
    failure.waiting = false;
    start();
  }

  function tell() {
    const failed = wanted.flatMap(({ key }) => failures.get(key) ?? []);
    const last = failed.at(-1);
    if (!last && !isTroubled) return;
    isTroubled = last !== undefined;
    troubled(last ? { failed: failed.length, reason: last.reason, final: failed.some(({ final }) => final) } : null);
  }

  return {
    want(wishes) {
      wanted = wishes;
      const keys = new Set(wishes.map(({ key }) => key));
      for (const [key, abort] of running) {
        if (keys.has(key)) continue;
        running.delete(key);
        abort.abort();
      }
      for (const [key, { timer, final }] of failures) {
        if (keys.has(key) || final) continue;
        cancelLater(timer);
        failures.delete(key);
      }
      start();
      tell();
    },
    retry() {
      for (const key of failures.keys()) again(key);
    },
    idle: () => running.size === 0 && wanted.length === 0,
    stop() {
      wanted = [];
      for (const abort of running.values()) abort.abort();
      running.clear();
      for (const { timer } of failures.values()) cancelLater(timer);
      failures.clear();
    },
  };
}
