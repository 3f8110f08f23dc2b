// @ts-check
// Which cards of a long grid are near the window, and where an arrow key leads. All rows are of one height.

/**
 * @typedef {{ columns: number, rowHeight: number }} Grid  rowHeight includes the gap below the row, in pixels
 * @typedef {{ first: number, last: number, before: number, after: number }} Slice
 *   cards first <= n < last are shown; before and after are the pixels of the rows that are not
 */

/**
 * @param {Grid} grid
 * @param {{ count: number, topScr: number, heightScr: number }} view
 *   topScr: from the grid's upper edge to the window's, negative while the grid begins below it
 * @returns {Slice}
 */
export function sliceOf({ columns, rowHeight }, { count, topScr, heightScr }) {
  const rows = Math.ceil(count / columns);
  if (!rows || rowHeight <= 0) return { first: 0, last: count, before: 0, after: 0 };
  // A window's height more on either side, so that a turn of the wheel shows no empty place.
  const from = clamp(Math.floor((topScr - heightScr) / rowHeight), 0, rows - 1);
  const to = clamp(Math.ceil((topScr + 2 * heightScr) / rowHeight), from + 1, rows);
  return {
    first: from * columns,
    last: Math.min(count, to * columns),
    before: from * rowHeight,
    after: (rows - to) * rowHeight,
  };
}

/**
 * Whether so few rows are left below the window that the next cards should be asked for.
 * @param {Grid} grid
 * @param {{ count: number, topScr: number, heightScr: number }} view
 */
export function nearsEnd({ columns, rowHeight }, { count, topScr, heightScr }) {
  return Math.ceil(count / columns) * rowHeight - (topScr + heightScr) < 2 * heightScr;
}

/**
 * The card that a key leads to from card number `from`, or null when the key leads nowhere.
 * @param {string} key
 * @param {number} from
 * @param {{ columns: number, count: number, page: number }} grid  page: rows in a window
 * @returns {number | null}
 */
export function neighbor(key, from, { columns, count, page }) {
  /** @type {Record<string, number>} */
  const steps = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * page,
    PageDown: columns * page,
  };
  if (!count) return null;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (!(key in steps)) return null;
  const to = from + steps[key];
  if (to >= 0 && to < count) return to;
  // Up and down stay in their column; a page ends at the last row that there is.
  if (key === "PageUp") return from % columns;
  if (key === "PageDown") return count - 1;
  return key === "ArrowDown" && Math.floor(from / columns) < Math.floor((count - 1) / columns) ? count - 1 : null;
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
