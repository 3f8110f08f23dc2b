// @ts-check
// The page's side of the workers: shares an image's tiles between workers, and asks all of them as one.
import { TILE_WORKER_URL, createTileWorker, shareOf, toBitmaps } from "./tile_worker.js";

/** @typedef {import("./tile_worker.js").TileWorker} TileWorker */
/** @typedef {import("./tile_worker.js").Shape} Shape */
/** @typedef {import("./tone_mapping.js").ToneMapping} ToneMapping */
/** @typedef {import("./tone_mapping.js").Window} Window */
/** @typedef {import("./pyramid.js").Tile} Tile */

/** @typedef {(method: keyof TileWorker, values: any[]) => Promise<any>} Call */

/**
 * @typedef {object} TileWorkers
 * @property {(id: string, shape: Shape) => void} open
 * @property {(id: string) => void} close
 * @property {(id: string, buffer: ArrayBuffer, tile: Tile) => Promise<void>} base
 * @property {(id: string, toneMapping: ToneMapping, window: Window) => void} setToneMapping
 * @property {(id: string, tile: Tile, buffer: ArrayBuffer) => Promise<void>} load
 * @property {(id: string, buffer: ArrayBuffer) => Promise<Uint32Array>} loadWhole   the counts of its levels
 * @property {(id: string, tiles: Tile[]) => void} drop
 * @property {(id: string, tiles: Tile[]) => Promise<Map<Tile, ImageBitmap>>} render   without tiles that are not here
 * @property {(id: string, tile: Tile, x: number, y: number) => Promise<number[] | null>} probe
 * @property {(id: string, tiles: Tile[]) => Promise<Uint32Array>} count
 */

/** Two are enough: a tile takes some milliseconds, and the page needs a processor too. */
const WORKERS = 2;

/**
 * @param {Call[]} [calls]   the workers, by message
 * @returns {TileWorkers}
 */
export function createTileWorkers(calls = startWorkers()) {
  const of = calls.length;
  const all = (/** @type {keyof TileWorker} */ method, /** @type {any[]} */ ...values) =>
    Promise.all(calls.map((call) => call(method, values)));
  const nameOf = (/** @type {Tile} */ tile) => `${tile.level}/${tile.column}/${tile.row}`;
  /** @param {readonly Tile[]} tiles */
  const shared = (tiles) => calls.map((call, index) => ({ call, own: tiles.filter((tile) => shareOf(tile, of) === index) }));

  return {
    open: (id, shape) => void all("open", id, shape),
    close: (id) => void all("close", id),
    base: async (id, buffer, tile) => void (await all("base", id, buffer, tile)),
    setToneMapping: (id, toneMapping, window) => void all("setToneMapping", id, toneMapping, window),
    load: (id, tile, buffer) => calls[shareOf(tile, of)]("load", [id, tile, buffer]),
    loadWhole: async (id, buffer) =>
      (await Promise.all(calls.map((call, index) => call("loadWhole", [id, buffer, { of, index }]))))[0],
    drop(id, tiles) {
      for (const { call, own } of shared(tiles)) if (own.length > 0) void call("drop", [id, own.map(nameOf)]);
    },
    async render(id, tiles) {
      /** @type {Map<Tile, ImageBitmap>} */
      const done = new Map();
      await Promise.all(
        shared(tiles).map(async ({ call, own }) => {
          if (own.length === 0) return;
          const bitmaps = await call("render", [id, own]);
          own.forEach((tile, index) => bitmaps[index] && done.set(tile, bitmaps[index]));
        }),
      );
      return done;
    },
    probe: (id, tile, x, y) => calls[shareOf(tile, of)]("probe", [id, tile, x, y]),
    async count(id, tiles) {
      const parts = await Promise.all(
        shared(tiles)
          .filter(({ own }) => own.length > 0)
          .map(({ call, own }) => call("count", [id, own])),
      );
      return parts.reduce((sum, part) => sum.map((/** @type {number} */ count, /** @type {number} */ level) => count + part[level]));
    },
  };
}

/** @returns {Call[]} */
function startWorkers() {
  if (typeof Worker !== "function") return [callHere()];
  return Array.from({ length: Math.max(1, Math.min(WORKERS, navigator.hardwareConcurrency || 1)) }, callWorker);
}

/** @returns {Call} to a worker; to this thread when the browser cannot start one */
function callWorker() {
  /** @type {Map<number, {resolve: (answer: any) => void, reject: (error: Error) => void, method: keyof TileWorker, values: any[]}>} */
  const waiting = new Map();
  let number = 0;
  /** @type {Call | null} */
  let here = null;
  const worker = new Worker(TILE_WORKER_URL, { type: "module" });
  worker.onmessage = ({ data }) => {
    const asked = waiting.get(data.number);
    waiting.delete(data.number);
    if (data.error === undefined) asked?.resolve(data.answer);
    else asked?.reject(new Error(data.error));
  };
  worker.onerror = (event) => {
    // A browser without module workers says so here, before it has answered anything.
    event.preventDefault();
    const instead = (here ??= callHere());
    for (const { method, values, resolve, reject } of waiting.values()) instead(method, values).then(resolve, reject);
    waiting.clear();
  };
  return (method, values) => {
    if (here) return here(method, values);
    return new Promise((resolve, reject) => {
      waiting.set((number += 1), { resolve, reject, method, values });
      worker.postMessage({ number, method, values });
    });
  };
}

/** @returns {Call} */
export function callHere() {
  const tileWorker = createTileWorker();
  return async (method, values) => {
    const answer = /** @type {any} */ (tileWorker[method])(...values);
    return method === "render" ? toBitmaps(answer) : answer;
  };
}
