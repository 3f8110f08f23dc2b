// @ts-check
// One image in tiles: asks for those in sight, draws what is here, a coarser tile where a fine one is missing.
import { createLoader } from "../server/loader.js";
import { levelFor, nameOf, parentOf, pyramidOf, rectOf, tileAt, tileSize, tilesIn, topOf } from "./pyramid.js";
import { createTileCache } from "./tile_cache.js";
import { visibleRect } from "../canvas/viewport.js";

/** @typedef {import("../boxes/types.js").Rect} Rect */
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
/** While a zoom goes on, tiles are asked for when it rests, or now and then: most levels are only passed. */
const REST_MS = 80;
const LONGEST_MS = 240;
let lastNumber = 0;

/**
 * @param {object} parts
 * @param {Shape} parts.shape
 * @param {Source} parts.source
 * @param {Histogram | null} parts.histogram
 * @param {TileWorkers} parts.tileWorkers
 * @param {() => {toneMapping: import("./tone_mapping.js").ToneMapping, window: import("./tone_mapping.js").Window}} parts.currentToneMapping
 * @param {() => void} parts.changed      something else is to be painted
 * @param {() => void} parts.troubled     `trouble` answers something else
 * @param {Size} parts.screen             device pixels that it will first be shown on
 * @returns {TiledPicture}
 */
export function createTiledPicture({ shape, source, histogram, tileWorkers, currentToneMapping, changed, troubled, screen }) {
  const pyramid = pyramidOf(shape, shape.side);
  const top = topOf(pyramid);
  const cache = createTileCache(MOST_BYTES);
  const id = String((lastNumber += 1));
  let version = 1;
  let opened = false;
  /** How often it was left: what was asked before belongs to an image that was closed. */
  let leavings = 0;
  let rendering = false;
  let again = false;
  /** @type {Tile | null} */
  let probed = null;
  /** @type {Trouble | null} */
  let trouble = null;
  let drawnScale = 0;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  let rest = 0;
  let plannedAt = 0;
  const everything = { xmin: 0, ymin: 0, xmax: shape.width, ymax: shape.height };
  let sight = {
    level: levelFor(pyramid, Math.min(screen.width / shape.width, screen.height / shape.height)),
    rect: /** @type {Rect} */ (everything),
  };
  /** @type {() => void} */
  let tellReady = () => {};
  /** @type {(error: Error) => void} */
  let tellUnready = () => {};
  /** @type {Promise<void>} */
  const ready = new Promise((resolve, reject) => {
    tellReady = resolve;
    tellUnready = reject;
  });
  ready.catch(() => {}); // told by whoever waits for it

  const loader = createLoader({
    troubled(now) {
      trouble = now;
      if (now?.final) tellUnready(new Error(now.reason));
      troubled();
    },
  });

  /** @param {Tile} tile */
  function hold(tile) {
    const { width, height } = tileSize(pyramid, tile);
    const bytes = width * height * ((shape.channels * shape.depth) / 8 + 4);
    cache.put(nameOf(tile), { tile, bytes, bitmap: null, version: 0 });
  }

  /** @param {ArrayBuffer} buffer */
  async function takeWhole(buffer) {
    const before = leavings;
    const counts = await tileWorkers.loadWhole(id, buffer);
    if (leavings !== before) return;
    histogram ??= histogramOf(counts);
    pyramid.levels.forEach((_, level) => tilesIn(pyramid, level, everything).forEach(hold));
    void render();
    changed();
  }

  /** @param {Tile} tile @param {ArrayBuffer} buffer */
  async function takeTile(tile, buffer) {
    const before = leavings;
    if (tile.level === top.level) await tileWorkers.base(id, buffer, tile);
    if (leavings !== before) return;
    await tileWorkers.load(id, tile, buffer);
    if (leavings !== before) return;
    hold(tile);
    void render();
    changed();
  }

  /** @param {Viewport} view @returns {boolean} whether what is wanted may change with the next frame again */
  function isPassing({ scale }) {
    const isZooming = drawnScale !== 0 && scale !== drawnScale;
    drawnScale = scale;
    if (isZooming) {
      clearTimeout(rest);
      rest = setTimeout(() => {
        rest = 0;
        changed();
      }, REST_MS);
    }
    return opened && rest !== 0 && performance.now() - plannedAt < LONGEST_MS;
  }

  /** Say what is wanted, the most urgent first, and let go of the rest. */
  function plan() {
    plannedAt = performance.now();
    if (!opened) {
      opened = true;
      tileWorkers.open(id, shape);
      const { toneMapping, window } = currentToneMapping();
      tileWorkers.setToneMapping(id, toneMapping, window);
    }
    const seen = tilesIn(pyramid, sight.level, sight.rect);
    const around = () => [...tilesIn(pyramid, sight.level, sight.rect, 1), ...seen.map(parentOf).filter(({ level }) => level < top.level)];
    const near = rest === 0 ? around() : [];
    const wanted = [top, ...seen, ...(probed ? [probed] : []), ...near];
    const missing = new Map();
    for (const tile of wanted) if (!cache.peek(nameOf(tile))) missing.set(nameOf(tile), tile);
    if ("whole" in source) loader.want(missing.size > 0 ? [{ key: "whole", url: source.whole, loaded: takeWhole }] : []);
    else {
      const { urlOf } = source;
      loader.want([...missing].map(([key, tile]) => ({ key, url: urlOf(tile), loaded: (buffer) => takeTile(tile, buffer) })));
    }
    letGo(cache.trim(new Set(wanted.map(nameOf))));
  }

  /** @param {import("./tile_cache.js").Held[]} gone */
  function letGo(gone) {
    for (const { bitmap } of gone) bitmap?.close();
    if (gone.length > 0) tileWorkers.drop(id, gone.map(({ tile }) => tile));
  }

  /** Tiles that are here and not yet rendered with the present tone mapping: those in sight first, then their neighbours. */
  function staleTiles() {
    const stale = (/** @type {Tile} */ tile) => {
      const held = cache.peek(nameOf(tile));
      return held !== undefined && held.version !== version;
    };
    const seen = [top, ...tilesIn(pyramid, sight.level, sight.rect)].filter(stale);
    return seen.length > 0 ? seen : tilesIn(pyramid, sight.level, sight.rect, 1).filter(stale);
  }

  /** Render until nothing is stale; all tiles of one turn change together, and only the latest tone mapping counts. */
  async function render() {
    again = true;
    if (rendering) return;
    rendering = true;
    try {
      while (again) {
        again = false;
        const goal = version;
        const tiles = staleTiles();
        if (tiles.length === 0) break;
        for (const [tile, bitmap] of await tileWorkers.render(id, tiles)) {
          const held = cache.peek(nameOf(tile));
          if (!held) {
            bitmap.close();
            continue;
          }
          held.bitmap?.close();
          held.bitmap = bitmap;
          held.version = goal;
        }
        again = true;
        changed();
      }
    } finally {
      rendering = false;
    }
    if (cache.peek(nameOf(top))?.bitmap) tellReady();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Viewport} view
   * @param {Tile} tile        what is to be covered
   * @param {Tile} from        the tile that is drawn, or one above
   * @param {ImageBitmap} bitmap
   */
  function draw(context, view, tile, from, bitmap) {
    const rect = rectOf(pyramid, tile);
    const origin = rectOf(pyramid, from);
    const shrink = 2 ** from.level;
    const ratio = window.devicePixelRatio || 1;
    // On whole device pixels, so that neighbours meet without a seam.
    const [left, right] = [rect.xmin, rect.xmax].map((x) => Math.round((x * view.scale + view.leftScr) * ratio) / ratio);
    const [upper, lower] = [rect.ymin, rect.ymax].map((y) => Math.round((y * view.scale + view.topScr) * ratio) / ratio);
    if (right <= left || lower <= upper) return;
    context.drawImage(
      bitmap,
      (rect.xmin - origin.xmin) / shrink,
      (rect.ymin - origin.ymin) / shrink,
      (rect.xmax - rect.xmin) / shrink,
      (rect.ymax - rect.ymin) / shrink,
      left,
      upper,
      right - left,
      lower - upper,
    );
  }

  /** @param {Tile} tile @returns {import("./tile_cache.js").Held | null} the nearest tile above that can be drawn */
  function above(tile) {
    for (let parent = parentOf(tile); parent.level <= top.level; parent = parentOf(parent)) {
      const held = cache.peek(nameOf(parent));
      if (held?.bitmap) return held;
    }
    return null;
  }

  plan(); // at once: what comes next in the queue is ready before it is shown

  return {
    ready,
    histogram: () => histogram,
    trouble: () => trouble,
    retry: loader.retry,
    paint(context, { view, sizeScr, isOverview = false }) {
      if (isOverview) {
        const whole = cache.peek(nameOf(top));
        context.imageSmoothingQuality = "low";
        if (whole?.bitmap) draw(context, view, top, top, whole.bitmap);
        return;
      }
      sight = {
        level: levelFor(pyramid, view.scale * (window.devicePixelRatio || 1)),
        rect: visibleRect(view, sizeScr),
      };
      if (!isPassing(view)) plan();
      context.imageSmoothingQuality = "low";
      let isStale = false;
      for (const tile of tilesIn(pyramid, sight.level, sight.rect)) {
        const held = cache.get(nameOf(tile));
        isStale ||= held !== undefined && held.version !== version;
        const shown = held?.bitmap ? held : above(tile);
        // Magnified pixels stay squares: an inspector must see what is measured.
        context.imageSmoothingEnabled = view.scale < 2 || shown?.tile.level !== 0;
        if (shown?.bitmap) draw(context, view, tile, shown.tile, shown.bitmap);
      }
      if (isStale && !rendering) void render();
    },
    toneMappingChanged() {
      version += 1;
      if (!opened) return;
      const { toneMapping, window } = currentToneMapping();
      tileWorkers.setToneMapping(id, toneMapping, window);
      void render();
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
      clearTimeout(rest);
      rest = 0;
      loader.stop();
      for (const { bitmap } of cache.clear()) bitmap?.close();
      if (opened) tileWorkers.close(id);
      opened = false;
      leavings += 1;
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
