// @ts-check
// Takes the native levels that arrive of one image: gives them to the workers, and notes which tiles they hold.
import { nameOf, rectOf, tileSize, tilesIn, topOf } from "./pyramid.js";

/** @typedef {import("./pyramid.js").Tile} Tile */

/**
 * @typedef {object} TileIntake
 * @property {(buffer: ArrayBuffer) => Promise<void>} takeWhole
 * @property {(tile: Tile, buffer: ArrayBuffer) => Promise<void>} takeTile
 * @property {() => void} close   what was asked before belongs to an image that was closed
 */

/**
 * Give levels that arrive to the workers, and hold their tiles.
 * @param {object} parts
 * @param {string} parts.id
 * @param {import("./tile_worker.js").Shape} parts.shape
 * @param {import("./pyramid.js").Pyramid} parts.pyramid
 * @param {import("./tile_cache.js").TileCache} parts.cache
 * @param {import("./tile_workers.js").TileWorkers} parts.tileWorkers
 * @param {(counts?: Uint32Array) => void} parts.arrived   counts: of the levels of the whole image
 * @returns {TileIntake}
 */
export function createTileIntake({ id, shape, pyramid, cache, tileWorkers, arrived }) {
  const top = topOf(pyramid);
  let closings = 0;

  /** @param {Tile} tile */
  function hold(tile) {
    const { width, height } = tileSize(pyramid, tile);
    const bytes = width * height * ((shape.channels * shape.depth) / 8 + 4);
    cache.put(nameOf(tile), { tile, bytes, bitmap: null, version: 0 });
  }

  return {
    close: () => void (closings += 1),
    async takeWhole(buffer) {
      const before = closings;
      const counts = await tileWorkers.loadWhole(id, buffer);
      if (closings !== before) return;
      pyramid.levels.forEach((_, level) => tilesIn(pyramid, level, rectOf(pyramid, top)).forEach(hold));
      arrived(counts);
    },
    async takeTile(tile, buffer) {
      const before = closings;
      if (tile.level === top.level) await tileWorkers.base(id, buffer, tile);
      if (closings !== before) return;
      await tileWorkers.load(id, tile, buffer);
      if (closings !== before) return;
      hold(tile);
      arrived();
    },
  };
}
