// @ts-check
// Keeps the tiles that are held rendered with the present tone mapping, one batch after the other.
import { nameOf } from "./pyramid.js";

/** @typedef {import("./pyramid.js").Tile} Tile */

/**
 * @typedef {object} TileRendering
 * @property {(tile: Tile) => boolean} isStale    it is held, and rendered with an older tone mapping or not at all
 * @property {() => Promise<void>} renderStale    until nothing is stale; all tiles of one batch change together
 * @property {() => void} outdate                 everything that is rendered: the tone mapping is another one
 * @property {() => boolean} isBusy
 */

/**
 * @param {object} parts
 * @param {import("./tile_cache.js").TileCache} parts.cache
 * @param {() => Tile[]} parts.staleTiles          the next batch
 * @param {(tiles: Tile[]) => Promise<Map<Tile, ImageBitmap>>} parts.render
 * @param {() => void} parts.changed               something else is to be painted
 * @param {() => void} parts.settled               nothing is stale any more
 * @returns {TileRendering}
 */
export function createTileRendering({ cache, staleTiles, render, changed, settled }) {
  let version = 1;
  let isBusy = false;
  let again = false;

  /** @param {Map<Tile, ImageBitmap>} bitmaps @param {number} goal  the version that they were rendered for */
  function take(bitmaps, goal) {
    for (const [tile, bitmap] of bitmaps) {
      const held = cache.peek(nameOf(tile));
      if (!held) {
        bitmap.close();
        continue;
      }
      held.bitmap?.close();
      held.bitmap = bitmap;
      held.version = goal;
    }
  }

  async function renderStale() {
    again = true;
    if (isBusy) return;
    isBusy = true;
    try {
      while (again) {
        again = false;
        const goal = version;
        const tiles = staleTiles();
        if (tiles.length === 0) break;
        take(await render(tiles), goal);
        again = true;
        changed();
      }
    } finally {
      isBusy = false;
    }
    settled();
  }

  return {
    isStale(tile) {
      const held = cache.peek(nameOf(tile));
      return held !== undefined && held.version !== version;
    },
    renderStale,
    outdate: () => void (version += 1),
    isBusy: () => isBusy,
  };
}
