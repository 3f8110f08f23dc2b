// @ts-check
// The geometry of an image in tiles: level 0 is the original, each further level is half of the one before.

/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Size} Size */

/** @typedef {{width: number, height: number, columns: number, rows: number}} Level */
/** @typedef {{level: number, column: number, row: number}} Tile */
/** @typedef {{side: number, levels: Level[]}} Pyramid  `side` is that of a tile in pixels of its level */

/**
 * One pixel of the level that is used takes at least this many device pixels, and less than twice as many. Finer
 * levels would turn a pattern of single pixels, such as a sensor's mosaic, into one that is not in the image.
 */
const FINEST = 0.7;

/**
 * Give the levels of an image, down to one single tile; odd sizes are rounded up.
 * @param {Size} size
 * @param {number} side
 * @returns {Pyramid}
 */
export function pyramidOf({ width, height }, side) {
  const levelOf = (/** @type {number} */ w, /** @type {number} */ h) => ({
    width: w,
    height: h,
    columns: Math.ceil(w / side),
    rows: Math.ceil(h / side),
  });
  const levels = [levelOf(width, height)];
  for (let last = levels[0]; Math.max(last.width, last.height) > side; last = levels[levels.length - 1]) {
    levels.push(levelOf(Math.ceil(last.width / 2), Math.ceil(last.height / 2)));
  }
  return { side, levels };
}

/**
 * Choose the level whose pixels come closest to those of the screen, rather finer than coarser.
 * @param {Pyramid} pyramid
 * @param {number} scale   device pixels per image pixel
 * @returns {number}
 */
export function levelFor({ levels }, scale) {
  const fitting = Math.ceil(Math.log2(FINEST / scale));
  return Math.max(0, Math.min(levels.length - 1, fitting));
}

/**
 * List the tiles of a level that a rectangle of the image touches, those near its middle first.
 * @param {Pyramid} pyramid
 * @param {number} level
 * @param {Rect} rect       in image pixels
 * @param {number} [ring]   tiles more on each side
 * @returns {Tile[]}
 */
export function tilesIn({ side, levels }, level, rect, ring = 0) {
  const { columns, rows } = levels[level];
  const reach = side * 2 ** level;
  const first = { column: Math.floor(rect.xmin / reach), row: Math.floor(rect.ymin / reach) };
  const last = { column: Math.ceil(rect.xmax / reach) - 1, row: Math.ceil(rect.ymax / reach) - 1 };
  const tiles = [];
  for (let row = Math.max(0, first.row - ring); row <= Math.min(rows - 1, last.row + ring); row += 1) {
    for (let column = Math.max(0, first.column - ring); column <= Math.min(columns - 1, last.column + ring); column += 1) {
      tiles.push({ level, column, row });
    }
  }
  const middle = { column: (first.column + last.column) / 2, row: (first.row + last.row) / 2 };
  const far = (/** @type {Tile} */ tile) => Math.hypot(tile.column - middle.column, tile.row - middle.row);
  return tiles.sort((a, b) => far(a) - far(b));
}

/**
 * Give the size of a tile in pixels of its level; those at the right and lower edge are smaller.
 * @param {Pyramid} pyramid
 * @param {Tile} tile
 * @returns {Size}
 */
export function tileSize({ side, levels }, { level, column, row }) {
  return {
    width: Math.min(side, levels[level].width - column * side),
    height: Math.min(side, levels[level].height - row * side),
  };
}

/**
 * Give the part of the image that a tile shows.
 * @param {Pyramid} pyramid
 * @param {Tile} tile
 * @returns {Rect}
 */
export function rectOf({ side, levels }, { level, column, row }) {
  const reach = side * 2 ** level;
  return {
    xmin: column * reach,
    ymin: row * reach,
    xmax: Math.min(levels[0].width, (column + 1) * reach),
    ymax: Math.min(levels[0].height, (row + 1) * reach),
  };
}

/** @param {Tile} tile @returns {Tile} the tile one level up that holds it */
export function parentOf({ level, column, row }) {
  return { level: level + 1, column: column >> 1, row: row >> 1 };
}

/** @param {Pyramid} pyramid @returns {Tile} the one that shows everything */
export function topOf({ levels }) {
  return { level: levels.length - 1, column: 0, row: 0 };
}

/** @param {Tile} tile @returns {string} */
export function nameOf({ level, column, row }) {
  return `${level}/${column}/${row}`;
}

/**
 * Give the level 0 tile under a pixel, and the pixel's place in it; null outside of the image.
 * @param {Pyramid} pyramid
 * @param {number} x
 * @param {number} y
 * @returns {{tile: Tile, x: number, y: number} | null}
 */
export function tileAt({ side, levels }, x, y) {
  const [column, row] = [Math.floor(x / side), Math.floor(y / side)];
  if (x < 0 || y < 0 || x >= levels[0].width || y >= levels[0].height) return null;
  return { tile: { level: 0, column, row }, x: x - column * side, y: y - row * side };
}
