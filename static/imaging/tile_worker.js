// @ts-check
// Where tiles are rendered: native levels in, screen pixels out. This module is the page's part of the work
// and, loaded as a worker, the worker itself. Each worker keeps the tiles that were given to it.
import { AREAS, PLAIN, levelTable, placeTable, toneTable } from "./tone_mapping.js";
import { renderLocally, measureRegions } from "./clahe.js";
import { nameOf, pyramidOf, tileSize } from "./pyramid.js";
import { countLevels, crop, halve, unpack } from "./raster.js";

/** @typedef {import("./tone_mapping.js").ToneMapping} ToneMapping */
/** @typedef {import("./tone_mapping.js").Window} Window */
/** @typedef {import("./pyramid.js").Tile} Tile */
/** @typedef {import("./pyramid.js").Pyramid} Pyramid */
/** @typedef {import("./raster.js").Raster} Raster */

/**
 * @typedef {object} Shape   of an image
 * @property {number} width
 * @property {number} height
 * @property {number} channels
 * @property {number} depth
 * @property {number} side    of its tiles
 */

/** @typedef {{width: number, height: number, rgba: Uint8ClampedArray}} RenderedTile */

/** A faint spot wants more than the usual clip limit of 2 to 4; noise forbids much more than this. */
const STEEPEST = 8;

/**
 * The images that one worker knows. Every method takes plain values, so that it can be called by message.
 * @returns {TileWorker}
 */
export function createTileWorker() {
  /** @type {Map<string, ReturnType<typeof createImage>>} */
  const images = new Map();
  const imageOf = (/** @type {string} */ id) => {
    const image = images.get(id);
    if (!image) throw new Error(`The image ${id} is not open.`);
    return image;
  };
  return {
    open: (id, shape) => void images.set(id, createImage(shape)),
    close: (id) => void images.delete(id),
    base: (id, buffer, tile) => imageOf(id).base(buffer, tile),
    setToneMapping: (id, toneMapping, window) => imageOf(id).setToneMapping(toneMapping, window),
    load: (id, tile, buffer) => imageOf(id).load(tile, buffer),
    loadWhole: (id, buffer, keeps) => imageOf(id).loadWhole(buffer, keeps),
    drop: (id, names) => images.get(id)?.drop(names),
    render: (id, tiles) => imageOf(id).render(tiles),
    probe: (id, tile, x, y) => imageOf(id).probe(tile, x, y),
    count: (id, tiles) => imageOf(id).count(tiles),
  };
}

/**
 * @typedef {object} TileWorker
 * @property {(id: string, shape: Shape) => void} open
 * @property {(id: string) => void} close
 * @property {(id: string, buffer: ArrayBuffer, tile: Tile) => void} base   the coarsest tile, which shows everything
 * @property {(id: string, toneMapping: ToneMapping, window: Window) => void} setToneMapping
 * @property {(id: string, tile: Tile, buffer: ArrayBuffer) => void} load
 * @property {(id: string, buffer: ArrayBuffer, keeps: {of: number, index: number}) => Uint32Array} loadWhole
 *   cut an image into all of its tiles and keep the `index`-th share of them; answers the counts of its levels
 * @property {(id: string, names: string[]) => void} drop
 * @property {(id: string, tiles: Tile[]) => (RenderedTile | null)[]} render   null for a tile that is not here
 * @property {(id: string, tile: Tile, x: number, y: number) => number[] | null} probe   the native levels of a pixel
 * @property {(id: string, tiles: Tile[]) => Uint32Array} count
 */

/** @param {Tile} tile @param {number} of @returns {number} which of the workers keeps a tile */
export function shareOf({ column, row }, of) {
  return (column + row) % of;
}

/** @param {Shape} shape */
function createImage(shape) {
  const { channels, depth } = shape;
  const levels = 2 ** depth;
  const pyramid = pyramidOf(shape, shape.side);
  /** @type {Map<string, Raster>} */
  const rasters = new Map();
  /** @type {Raster | null} */
  let whole = null;
  let toneMapping = /** @type {ToneMapping} */ (PLAIN);
  let window = { low: 0, high: levels - 1 };
  /** @type {Uint32Array | null} native level to gray RGBA */
  let table = null;
  /** @type {Omit<Parameters<typeof renderLocally>[1], "on"> | null} */
  let local = null;

  /** @param {Raster} raster */
  function setBase(raster) {
    whole = raster;
    local = null;
  }

  /** The tables of local contrast; they cost some milliseconds and are made when they are needed. */
  function localTables() {
    if (local || !whole) return local;
    const near = placeTable(narrowed(window, whole), levels);
    const strength = toneMapping.local / 100;
    local = {
      regions: measureRegions(whole, { places: near, most: AREAS[toneMapping.area], clip: 1 + (STEEPEST - 1) * strength }),
      near,
      places: placeTable(window, levels),
      tones: toneTable(toneMapping),
      share: Math.min(1, strength * 2),
    };
    return local;
  }

  return {
    /** @param {ArrayBuffer} buffer @param {Tile} tile */
    base(buffer, tile) {
      setBase(unpack(buffer, { ...tileSize(pyramid, tile), channels, depth }));
    },
    /** @param {ToneMapping} nextToneMapping @param {Window} nextWindow */
    setToneMapping(nextToneMapping, nextWindow) {
      [toneMapping, window, table, local] = [nextToneMapping, nextWindow, null, null];
    },
    /** @param {Tile} tile @param {ArrayBuffer} buffer */
    load(tile, buffer) {
      rasters.set(nameOf(tile), unpack(buffer, { ...tileSize(pyramid, tile), channels, depth }));
    },
    /** @param {ArrayBuffer} buffer @param {{of: number, index: number}} keeps */
    loadWhole(buffer, keeps) {
      let raster = unpack(buffer, shape);
      const counts = countLevels([raster], depth);
      pyramid.levels.forEach(({ columns, rows }, level) => {
        if (level > 0) raster = halve(raster);
        for (let row = 0; row < rows; row += 1) {
          for (let column = 0; column < columns; column += 1) {
            const tile = { level, column, row };
            if (shareOf(tile, keeps.of) !== keeps.index) continue;
            const [left, top] = [column * pyramid.side, row * pyramid.side];
            rasters.set(nameOf(tile), crop(raster, { left, top, ...tileSize(pyramid, tile) }));
          }
        }
      });
      setBase(raster);
      return counts;
    },
    /** @param {string[]} names */
    drop: (names) => names.forEach((name) => rasters.delete(name)),
    /** @param {Tile[]} tiles @returns {(RenderedTile | null)[]} */
    render(tiles) {
      const tables = toneMapping.local > 0 ? localTables() : null;
      return tiles.map((tile) => {
        const raster = rasters.get(nameOf(tile));
        if (!raster) return null;
        const rgba = new Uint32Array(raster.width * raster.height);
        if (tables) {
          const { width, height } = pyramid.levels[tile.level];
          const on = { left: tile.column * pyramid.side, top: tile.row * pyramid.side, width, height };
          renderLocally(raster, { ...tables, on }, rgba);
        } else {
          table ??= Uint32Array.from(levelTable(toneMapping, window, levels), (gray) => (0xff000000 | (gray * 0x010101)) >>> 0);
          renderByTable(raster, table, rgba);
        }
        return { width: raster.width, height: raster.height, rgba: new Uint8ClampedArray(rgba.buffer) };
      });
    },
    /** @param {Tile} tile @param {number} x @param {number} y */
    probe(tile, x, y) {
      const raster = rasters.get(nameOf(tile));
      if (!raster) return null;
      const at = (y * raster.width + x) * channels;
      return [...raster.levels.subarray(at, at + channels)];
    },
    /** @param {Tile[]} tiles */
    count(tiles) {
      return countLevels(tiles.flatMap((tile) => rasters.get(nameOf(tile)) ?? []), depth);
    },
  };
}

/**
 * Map every level by a table.
 * @param {Raster} raster
 * @param {Uint32Array} table   native level to gray RGBA, little-endian
 * @param {Uint32Array} rgba
 */
export function renderByTable({ levels, channels }, table, rgba) {
  if (channels === 1) {
    for (let at = 0; at < rgba.length; at += 1) rgba[at] = table[levels[at]];
    return;
  }
  for (let at = 0, from = 0; at < rgba.length; at += 1, from += 3) {
    rgba[at] = (table[levels[from]] & 0xff0000ff) | (table[levels[from + 1]] & 0xff00) | (table[levels[from + 2]] & 0xff0000);
  }
}

/**
 * Narrow a window to the levels that occur in it: a few of 65,536 levels must not share one bin.
 * @param {Window} window
 * @param {Raster} raster
 * @returns {Window}
 */
function narrowed(window, { levels }) {
  let [low, high] = [65535, 0];
  for (let index = 0; index < levels.length; index += 1) {
    const level = levels[index];
    if (level < low) low = level;
    if (level > high) high = level;
  }
  const near = { low: Math.max(window.low, low), high: Math.min(window.high, high) };
  return near.low < near.high ? near : window;
}

/** Where a page finds this module as a worker, under its hashed name too. */
export const TILE_WORKER_URL = import.meta.url;

/** @param {any} scope  a worker's global scope */
function serve(scope) {
  const tileWorker = createTileWorker();
  scope.onmessage = async (/** @type {MessageEvent} */ event) => {
    const { number, method, values } = event.data;
    try {
      let answer = /** @type {any} */ (tileWorker)[method](...values);
      /** @type {(ImageBitmap | null)[]} */
      let bitmaps = [];
      if (method === "render") answer = bitmaps = await toBitmaps(answer);
      scope.postMessage({ number, answer }, bitmaps.filter((bitmap) => bitmap !== null));
    } catch (error) {
      scope.postMessage({ number, error: error instanceof Error ? error.message : String(error) });
    }
  };
}

/**
 * @param {(RenderedTile | null)[]} rendered
 * @returns {Promise<(ImageBitmap | null)[]>}
 */
export function toBitmaps(rendered) {
  return Promise.all(
    rendered.map((pixels) => {
      if (!pixels) return null;
      const { rgba, width, height } = pixels;
      const data = new ImageData(rgba, width, height);
      return createImageBitmap(data, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
    }),
  );
}

if (typeof (/** @type {any} */ (globalThis).WorkerGlobalScope) === "function" && typeof document === "undefined") serve(globalThis);
