// @ts-check
// Finds the boxes at a place without looking at all of them: a loose grid. Each box lies in one cell of
// the level whose cells are at least as large as it is, by its middle; a question looks half a cell further.
import { touch } from "../boxes/geometry.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */

/**
 * @typedef {object} Grid
 * @property {(box: Box) => void} add
 * @property {(box: Box) => void} remove
 * @property {() => void} clear
 * @property {(rect: Rect) => Box[]} touching   boxes that share a point with it, sides included; no order
 */

/** Cells smaller than this would only be many. */
const SMALLEST_CELL = 16;
/** Cell numbers are kept in one number: column * SPAN + row. */
const SPAN = 2 ** 24;

/**
 * Make an empty grid.
 * @returns {Grid}
 */
export function createGrid() {
  /** @type {Map<number, Map<number, Map<string, Box>>>} by cell size, then by cell, then by id */
  let levels = new Map();

  /** @param {Box} box @param {number} size */
  const cellOf = (box, size) =>
    numberOf(Math.floor((box.xmin + box.xmax) / 2 / size), Math.floor((box.ymin + box.ymax) / 2 / size));

  return {
    add(box) {
      const size = cellSizeOf(box);
      const level = levels.get(size) ?? new Map();
      const number = cellOf(box, size);
      const cell = level.get(number) ?? new Map();
      cell.set(box.id, box);
      level.set(number, cell);
      levels.set(size, level);
    },
    remove(box) {
      const size = cellSizeOf(box);
      const level = levels.get(size);
      const number = cellOf(box, size);
      const cell = level?.get(number);
      cell?.delete(box.id);
      if (cell?.size === 0) level?.delete(number);
      if (level?.size === 0) levels.delete(size);
    },
    clear() {
      levels = new Map();
    },
    touching(rect) {
      /** @type {Box[]} */
      const found = [];
      for (const [size, level] of levels) {
        for (const cell of cellsNear(level, rect, size)) {
          for (const box of cell.values()) if (touch(box, rect)) found.push(box);
        }
      }
      return found;
    },
  };
}

/**
 * @param {Map<number, Map<string, Box>>} level
 * @param {Rect} rect
 * @param {number} size of a cell
 * @returns {Iterable<Map<string, Box>>}
 */
function cellsNear(level, rect, size) {
  const left = Math.floor((rect.xmin - size / 2) / size);
  const right = Math.floor((rect.xmax + size / 2) / size);
  const top = Math.floor((rect.ymin - size / 2) / size);
  const bottom = Math.floor((rect.ymax + size / 2) / size);
  // Where the question covers more cells than there are, all of them are fewer.
  if ((right - left + 1) * (bottom - top + 1) >= level.size) return level.values();
  const cells = [];
  for (let column = left; column <= right; column += 1) {
    for (let row = top; row <= bottom; row += 1) {
      const cell = level.get(numberOf(column, row));
      if (cell) cells.push(cell);
    }
  }
  return cells;
}

/** @param {Rect} rect @returns {number} a power of two, at least its longer side */
function cellSizeOf(rect) {
  const side = Math.max(rect.xmax - rect.xmin, rect.ymax - rect.ymin, SMALLEST_CELL);
  return 2 ** Math.ceil(Math.log2(side));
}

/** @param {number} column @param {number} row */
function numberOf(column, row) {
  return column * SPAN + row;
}
