// @ts-check
// One image in tiles: asks for those in sight, draws what is here, a coarser tile where a fine one is missing.
import { createLoader } from "../server/loader.js";
import { levelFor, nameOf, pyramidOf, tileAt, tilesIn, topOf } from "./pyramid.js";
import { createTileCache } from "./tile_cache.js";
import { createTileIntake } from "./tile_intake.js";
import { createPainter } from "./tile_painting.js";
import { createZoomRest, sightOfWhole, staleTiles, wantedTiles } from "./tile_plan.js";
import { createTileRendering } from "./tile_rendering.js";
import { visibleRect } from "../canvas/viewport.js";

/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */
/** @typedef {import("./pyramid.js").Tile} Tile */
/** @typedef {import("./tile_worker.js").Shape} Shape */
/** @typedef {import("./tile_workers.js").TileWorkers} TileWorkers */
/** @typedef {import("../server/loader.js").Trouble} Trouble */
/** @typedef {{low: number, high: number, step: number, counts: ArrayLike<number>}} Histogram */

/**
 * Where an image's levels are: all in one piece, or tile by tile.
 * @typedef {{whole: string} | {urlOf: (tile: Tile) => string}} Source
 */

/**
 * @typedef {object} TiledPicture
 * @property {(context: CanvasRenderingContext2D, place: {view: Viewport, size: Size, sizeScr: Size,
 *   isOverview?: boolean}) => void} paint   isOverview: for the small map beside the canvas; no tile is requested
 * @property {Promise<void>} ready      something of the whole image can be painted
 * @property {() => void} toneMappingChanged        the toneMapping is another one
 * @property {(x: number, y: number, means: {fetch: boolean}) => Promise<number[] | null>} probe
 *   the levels of a pixel, as in the file; null outside of the image, and while they are not here
 * @property {() => Histogram | null} histogram
 * @property {() => Promise<Uint32Array | null>} countInSight   how often each level occurs in what is seen
 * @property {() => Trouble | null} trouble
 * @property {() => void} retry
 * @property {() => void} leave         give back what it holds; painting it again begins anew
 */

/** Levels and screen pixels together; a screen of 4K with its surroundings takes about 120 MB. */
const MOST_BYTES = 256 * 2 ** 20;
let lastNumber = 0;

/**
 * @typedef {object} TiledPictureParts
 * @property {Shape} shape
 * @property {Source} source
 * @property {Histogram | null} histogram
 * @property {TileWorkers} tileWorkers
 * @property {() => {toneMapping: import("./tone_mapping.js").ToneMapping, window: import("./tone_mapping.js").Window}} currentToneMapping
 * @property {() => void} changed      something else is to be painted
 * @property {() => void} troubled     `trouble` answers something else
 * @property {Size} screen             device pixels that it will first be shown on
 */

/**
 * Make the picture of one image and ask for its first tiles.
 * @param {TiledPictureParts} parts
 * @returns {TiledPicture}
 */
export function createTiledPicture({ shape, source, histogram, tileWorkers, currentToneMapping, changed, troubled, screen }) {
  const pyramid = pyramidOf(shape, shape.side);
  const top = topOf(pyramid);
  const cache = createTileCache(MOST_BYTES);
  const id = String((lastNumber += 1));
  const readiness = createReadiness();
  const zoomRest = createZoomRest(changed);
  const session = createWorkerSession({ id, shape, tileWorkers, currentToneMapping });
  /** @type {Tile | null} */
  let probed = null;
  /** @type {Trouble | null} */
  let trouble = null;
  let sight = sightOfWhole(pyramid, screen);

  const loader = createLoader({
    troubled(now) {
      trouble = now;
      if (now?.final) readiness.reject(new Error(now.reason));
      troubled();
    },
  });
  const rendering = createTileRendering({
    cache,
    staleTiles: () => staleTiles(pyramid, sight, (tile) => rendering.isStale(tile)),
    render: (tiles) => tileWorkers.render(id, tiles),
    changed,
    settled: () => cache.peek(nameOf(top))?.bitmap && readiness.resolve(),
  });
  /** @param {Uint32Array} [counts] */
  function arrived(counts) {
    if (counts) histogram ??= histogramOf(counts);
    void rendering.renderStale();
    changed();
  }
  const intake = createTileIntake({ id, shape, pyramid, cache, tileWorkers, arrived });

  /** Request what is wanted, the most urgent first, and drop what the cache has no room for. */
  function plan() {
    zoomRest.planned();
    session.open();
    const wanted = wantedTiles(pyramid, sight, { probed, isZooming: zoomRest.isZooming() });
    const missing = wanted.filter((tile) => !cache.peek(nameOf(tile)));
    loader.want(requestsFor(source, missing, intake));
    const gone = cache.trim(new Set(wanted.map(nameOf)));
    for (const { bitmap } of gone) bitmap?.close();
    if (gone.length > 0) tileWorkers.drop(id, gone.map(({ tile }) => tile));
  }

  const painter = createPainter({ pyramid, cache, rendering });

  plan(); // at once: what comes next in the queue is ready before it is shown

  return {
    ready: readiness.promise,
    histogram: () => histogram,
    trouble: () => trouble,
    retry: loader.retry,
    paint(context, { view, sizeScr, isOverview = false }) {
      if (isOverview) {
        painter.paintWhole(context, view);
        return;
      }
      const level = levelFor(pyramid, view.scale * (globalThis.devicePixelRatio || 1));
      sight = { level, rect: visibleRect(view, sizeScr) };
      if (!zoomRest.isPassing(view.scale) || !session.isOpen()) plan();
      painter.paintSight(context, view, sight);
    },
    toneMappingChanged() {
      rendering.outdate();
      if (!session.isOpen()) return;
      session.sendToneMapping();
      void rendering.renderStale();
    },
    async probe(x, y, means) {
      const place = tileAt(pyramid, Math.floor(x), Math.floor(y));
      if (!place) return null;
      if (cache.peek(nameOf(place.tile))) return tileWorkers.probe(id, place.tile, place.x, place.y);
      if (means.fetch) {
        probed = place.tile;
        plan();
      }
      return null;
    },
    async countInSight() {
      const here = tilesIn(pyramid, sight.level, sight.rect).filter((tile) => cache.peek(nameOf(tile)));
      return here.length > 0 ? tileWorkers.count(id, here) : null;
    },
    leave() {
      zoomRest.stop();
      loader.stop();
      for (const { bitmap } of cache.clear()) bitmap?.close();
      session.close();
      intake.close();
    },
  };
}

/** A promise that is settled from outside. A failure that nobody waits for is no unhandled rejection. */
function createReadiness() {
  /** @type {() => void} */
  let resolve = () => {};
  /** @type {(error: Error) => void} */
  let reject = () => {};
  /** @type {Promise<void>} */
  const promise = new Promise((onReady, onFailure) => {
    resolve = onReady;
    reject = onFailure;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/**
 * Write the requests for tiles that are missing.
 * @param {Source} source
 * @param {readonly Tile[]} missing   a tile may stand in it twice
 * @param {import("./tile_intake.js").TileIntake} intake
 */
function requestsFor(source, missing, intake) {
  if ("whole" in source) return missing.length > 0 ? [{ key: "whole", url: source.whole, loaded: intake.takeWhole }] : [];
  const byName = new Map(missing.map((tile) => [nameOf(tile), tile]));
  return [...byName].map(([key, tile]) => ({
    key,
    url: source.urlOf(tile),
    loaded: (/** @type {ArrayBuffer} */ buffer) => intake.takeTile(tile, buffer),
  }));
}

/**
 * Open the image at the workers when it is first needed, and again after it was closed.
 * @param {Pick<TiledPictureParts, "shape" | "tileWorkers" | "currentToneMapping"> & {id: string}} parts
 */
function createWorkerSession({ id, shape, tileWorkers, currentToneMapping }) {
  let isOpen = false;
  function sendToneMapping() {
    const { toneMapping, window } = currentToneMapping();
    tileWorkers.setToneMapping(id, toneMapping, window);
  }
  return {
    isOpen: () => isOpen,
    sendToneMapping,
    open() {
      if (isOpen) return;
      isOpen = true;
      tileWorkers.open(id, shape);
      sendToneMapping();
    },
    close() {
      if (isOpen) tileWorkers.close(id);
      isOpen = false;
    },
  };
}

/** @param {Uint32Array} counts   one per level @returns {Histogram} */
export function histogramOf(counts) {
  const low = counts.findIndex((count) => count > 0);
  let high = counts.length - 1;
  while (high > low && counts[high] === 0) high -= 1;
  return { low, high, step: 1, counts: counts.subarray(low, high + 1) };
}
