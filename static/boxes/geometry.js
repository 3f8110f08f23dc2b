// @ts-check
// Rectangles in image pixels. Pure: takes values, returns new values.

/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./types.js").Size} Size */
/** @typedef {import("./types.js").Handle} Handle */

/** @type {Handle[]} */
export const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

/** The smallest side that a box may have, in image pixels. */
export const MIN_SIDE = 1;

/**
 * Hold a number between two bounds; low wins when they cross.
 * @param {number} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

/**
 * Make the rectangle between two corners, in whichever order they come.
 * @param {Point} a
 * @param {Point} b
 * @returns {Rect}
 */
export function fromCorners(a, b) {
  return {
    xmin: Math.min(a.x, b.x),
    ymin: Math.min(a.y, b.y),
    xmax: Math.max(a.x, b.x),
    ymax: Math.max(a.y, b.y),
  };
}

/**
 * Give the smallest rectangle that holds all points.
 * @param {readonly Point[]} points at least one
 * @returns {Rect}
 */
export function boundsOf(points) {
  const rect = { xmin: Infinity, ymin: Infinity, xmax: -Infinity, ymax: -Infinity };
  for (const { x, y } of points) {
    rect.xmin = Math.min(rect.xmin, x);
    rect.ymin = Math.min(rect.ymin, y);
    rect.xmax = Math.max(rect.xmax, x);
    rect.ymax = Math.max(rect.ymax, y);
  }
  return rect;
}

/**
 * Give the smallest rectangle that holds all rectangles.
 * @param {readonly Rect[]} rects at least one
 * @returns {Rect}
 */
export function unionOf(rects) {
  return boundsOf(rects.flatMap(({ xmin, ymin, xmax, ymax }) => [
    { x: xmin, y: ymin },
    { x: xmax, y: ymax },
  ]));
}

/** @param {Rect} rect @returns {number} */
export function widthOf(rect) {
  return rect.xmax - rect.xmin;
}

/** @param {Rect} rect @returns {number} */
export function heightOf(rect) {
  return rect.ymax - rect.ymin;
}

/** @param {Rect} rect @returns {number} */
export function areaOf(rect) {
  return Math.max(0, widthOf(rect)) * Math.max(0, heightOf(rect));
}

/**
 * Tell whether a rectangle is large enough to be a box.
 * @param {Rect} rect
 * @returns {boolean}
 */
export function isBox(rect) {
  return widthOf(rect) >= MIN_SIDE && heightOf(rect) >= MIN_SIDE;
}

/**
 * Tell whether a point lies in a rectangle (half-open).
 * @param {Rect} rect
 * @param {Point} point
 * @returns {boolean}
 */
export function contains(rect, point) {
  return point.x >= rect.xmin && point.x < rect.xmax && point.y >= rect.ymin && point.y < rect.ymax;
}

/**
 * Tell whether two rectangles share any area.
 * @param {Rect} a
 * @param {Rect} b
 * @returns {boolean}
 */
export function overlap(a, b) {
  return a.xmin < b.xmax && b.xmin < a.xmax && a.ymin < b.ymax && b.ymin < a.ymax;
}

/**
 * Tell whether two rectangles share any point, sides included.
 * @param {Rect} a
 * @param {Rect} b
 * @returns {boolean}
 */
export function touch(a, b) {
  return a.xmin <= b.xmax && b.xmin <= a.xmax && a.ymin <= b.ymax && b.ymin <= a.ymax;
}

/**
 * Cut a rectangle to the image.
 * @param {Rect} rect
 * @param {Size} size
 * @returns {Rect}
 */
export function cutToImage(rect, size) {
  return {
    xmin: clamp(rect.xmin, 0, size.width),
    ymin: clamp(rect.ymin, 0, size.height),
    xmax: clamp(rect.xmax, 0, size.width),
    ymax: clamp(rect.ymax, 0, size.height),
  };
}

/**
 * Round a rectangle's sides to whole pixels.
 * @param {Rect} rect
 * @returns {Rect}
 */
export function toWholePixels(rect) {
  return {
    xmin: Math.round(rect.xmin),
    ymin: Math.round(rect.ymin),
    xmax: Math.round(rect.xmax),
    ymax: Math.round(rect.ymax),
  };
}

/**
 * Move a rectangle by a total drag. It keeps its size and stops at the image's border; whole-pixel
 * steps keep the fraction that a proposal's corner may carry.
 * @param {Rect} rect the shape at grab time
 * @param {Point} drag total movement since then
 * @param {Size} size
 * @returns {Rect}
 */
export function moved(rect, drag, size) {
  const dx = clamp(Math.round(drag.x), -rect.xmin, size.width - rect.xmax);
  const dy = clamp(Math.round(drag.y), -rect.ymin, size.height - rect.ymax);
  return { xmin: rect.xmin + dx, ymin: rect.ymin + dy, xmax: rect.xmax + dx, ymax: rect.ymax + dy };
}

/**
 * Say by how much several rectangles can be moved together: they stop as one at the image's border, so
 * that they keep their places to each other.
 * @param {readonly Rect[]} rects at least one, at grab time
 * @param {Point} drag total movement since then
 * @param {Size} size
 * @returns {Point}
 */
export function sharedDrag(rects, drag, size) {
  const all = unionOf(rects);
  const after = moved(all, drag, size);
  return { x: after.xmin - all.xmin, y: after.ymin - all.ymin };
}

/**
 * Put a rectangle of another image into this one: shifted inside where it fits, else cut.
 * @param {Rect} rect
 * @param {Size} size
 * @returns {Rect | null} null when nothing of it is left
 */
export function placedInside(rect, size) {
  const dx = clamp(0, -rect.xmin, size.width - rect.xmax);
  const dy = clamp(0, -rect.ymin, size.height - rect.ymax);
  const placed = cutToImage(
    { xmin: rect.xmin + dx, ymin: rect.ymin + dy, xmax: rect.xmax + dx, ymax: rect.ymax + dy },
    size,
  );
  return isBox(placed) ? placed : null;
}

/**
 * Drag one side. When it passes the opposite side the two change roles; when they meet, the side
 * stops one pixel short, so that a resize never makes an empty box.
 * @param {number} fixed
 * @param {number} wanted
 * @param {number} limit the image's size along this axis
 * @returns {[number, number]}
 */
function dragSide(fixed, wanted, limit) {
  const side = clamp(Math.round(wanted), 0, limit);
  if (Math.abs(side - fixed) >= MIN_SIDE) {
    return side < fixed ? [side, fixed] : [fixed, side];
  }
  return fixed - MIN_SIDE >= 0 && (wanted < fixed || fixed + MIN_SIDE > limit)
    ? [fixed - MIN_SIDE, fixed]
    : [fixed, fixed + MIN_SIDE];
}

/**
 * Resize a rectangle by one of its eight handles.
 * @param {Rect} rect the shape at grab time
 * @param {Handle} handle
 * @param {Point} drag total movement since then
 * @param {Size} size
 * @returns {Rect}
 */
export function resized(rect, handle, drag, size) {
  let { xmin, ymin, xmax, ymax } = rect;
  if (handle.includes("w")) [xmin, xmax] = dragSide(rect.xmax, rect.xmin + drag.x, size.width);
  if (handle.includes("e")) [xmin, xmax] = dragSide(rect.xmin, rect.xmax + drag.x, size.width);
  if (handle.includes("n")) [ymin, ymax] = dragSide(rect.ymax, rect.ymin + drag.y, size.height);
  if (handle.includes("s")) [ymin, ymax] = dragSide(rect.ymin, rect.ymax + drag.y, size.height);
  return { xmin, ymin, xmax, ymax };
}

/**
 * Give the place of a handle on a rectangle.
 * @param {Rect} rect
 * @param {Handle} handle
 * @returns {Point}
 */
export function handlePoint(rect, handle) {
  const x = handle.includes("w") ? rect.xmin : handle.includes("e") ? rect.xmax : (rect.xmin + rect.xmax) / 2;
  const y = handle.includes("n") ? rect.ymin : handle.includes("s") ? rect.ymax : (rect.ymin + rect.ymax) / 2;
  return { x, y };
}

/**
 * Tell whether two rectangles are the same.
 * @param {Rect} a
 * @param {Rect} b
 * @returns {boolean}
 */
export function sameRect(a, b) {
  return a.xmin === b.xmin && a.ymin === b.ymin && a.xmax === b.xmax && a.ymax === b.ymax;
}
