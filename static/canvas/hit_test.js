// @ts-check
// What lies under the cursor: a handle or a side of the selected box, which resize it, before an edge before
// a body, and the smallest box first. A pure function of shapes, point and scale.
import { HANDLES, areaOf, contains, handlePoint } from "../boxes/geometry.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").Hit} Hit */
/** @typedef {import("../boxes/types.js").Handle} Handle */

/** How near counts as "on it", in canvas pixels. */
export const HANDLE_REACH_SCR = 9;
export const EDGE_REACH_SCR = 5;
/** A finger is wider than a cursor. */
export const TOUCH_REACH_SCR = 22;

/**
 * Find the handle or side under a point. On a box too small for eight handles the corners win.
 * @param {Rect} rect
 * @param {Point} point
 * @param {number} scale
 * @param {number} [reachScr]
 * @returns {Handle | null}
 */
export function handleAt(rect, point, scale, reachScr = HANDLE_REACH_SCR) {
  const reach = reachScr / scale;
  // Inside a small box the handles shrink, so that its middle still moves it.
  const insideX = Math.min(reach, (rect.xmax - rect.xmin) / 4);
  const insideY = Math.min(reach, (rect.ymax - rect.ymin) / 4);
  let best = null;
  let bestDistance = Infinity;
  for (const handle of HANDLES) {
    const place = handlePoint(rect, handle);
    const dx = point.x - place.x;
    const dy = point.y - place.y;
    if (dx < (handle.includes("w") ? -reach : -insideX)) continue;
    if (dx > (handle.includes("e") ? reach : insideX)) continue;
    if (dy < (handle.includes("n") ? -reach : -insideY)) continue;
    if (dy > (handle.includes("s") ? reach : insideY)) continue;
    const distance = Math.hypot(dx, dy) + (handle.length === 1 ? reach / 4 : 0);
    if (distance < bestDistance) {
      best = handle;
      bestDistance = distance;
    }
  }
  return best ?? sideAt(rect, point, Math.min(reach, EDGE_REACH_SCR / scale));
}

/**
 * Find the side under a point; it is taken as its handle in the middle is. Inside the box only a quarter
 * of it counts, so that the rest still moves it.
 * @param {Rect} rect
 * @param {Point} point
 * @param {number} reach in image pixels
 * @returns {Handle | null}
 */
function sideAt(rect, { x, y }, reach) {
  const insideX = Math.min(reach, (rect.xmax - rect.xmin) / 4);
  const insideY = Math.min(reach, (rect.ymax - rect.ymin) / 4);
  const alongX = x >= rect.xmin && x <= rect.xmax;
  const alongY = y >= rect.ymin && y <= rect.ymax;
  if (alongX && y >= rect.ymin - reach && y <= rect.ymin + insideY) return "n";
  if (alongX && y >= rect.ymax - insideY && y <= rect.ymax + reach) return "s";
  if (alongY && x >= rect.xmin - reach && x <= rect.xmin + insideX) return "w";
  if (alongY && x >= rect.xmax - insideX && x <= rect.xmax + reach) return "e";
  return null;
}

/**
 * Tell whether a point is on the border of a rectangle.
 * @param {Rect} rect
 * @param {Point} point
 * @param {number} reach in image pixels
 * @returns {boolean}
 */
function onEdge(rect, point, reach) {
  const outer = {
    xmin: rect.xmin - reach,
    ymin: rect.ymin - reach,
    xmax: rect.xmax + reach,
    ymax: rect.ymax + reach,
  };
  const inner = {
    xmin: rect.xmin + reach,
    ymin: rect.ymin + reach,
    xmax: rect.xmax - reach,
    ymax: rect.ymax - reach,
  };
  return contains(outer, point) && !contains(inner, point);
}

/**
 * Find what lies under a point.
 * @param {object} question
 * @param {readonly Box[]} question.boxes
 * @param {string | null} question.selected the box that shows its handles
 * @param {Point} question.point
 * @param {number} question.scale canvas pixels per image pixel
 * @param {number} [question.handleReachScr] larger under a finger
 * @returns {Hit}
 */
export function hitTest({ boxes, selected, point, scale, handleReachScr = HANDLE_REACH_SCR }) {
  const chosen = selected === null ? undefined : boxes.find((box) => box.id === selected);
  if (chosen) {
    const handle = handleAt(chosen, point, scale, handleReachScr);
    if (handle) return { kind: "handle", id: chosen.id, handle };
  }
  const reach = EDGE_REACH_SCR / scale;
  const edge = smallest(boxes.filter((box) => onEdge(box, point, reach)));
  if (edge) return { kind: "edge", id: edge.id };
  const body = smallest(boxes.filter((box) => contains(box, point)));
  return body ? { kind: "body", id: body.id } : { kind: "nothing" };
}

/**
 * @param {Box[]} boxes
 * @returns {Box | undefined} of equal boxes the later one, which is drawn on top
 */
function smallest(boxes) {
  return boxes.reduce(
    (best, box) => (best === undefined || areaOf(box) <= areaOf(best) ? box : best),
    /** @type {Box | undefined} */ (undefined),
  );
}

/** @type {Record<Handle, string>} */
const HANDLE_CURSORS = {
  nw: "nwse-resize",
  se: "nwse-resize",
  ne: "nesw-resize",
  sw: "nesw-resize",
  n: "ns-resize",
  s: "ns-resize",
  e: "ew-resize",
  w: "ew-resize",
};

/**
 * Name the CSS cursor that fits what lies under the pointer.
 * @param {Hit} hit
 * @returns {string}
 */
export function cursorFor(hit) {
  if (hit.kind === "handle") return HANDLE_CURSORS[hit.handle];
  return hit.kind === "nothing" ? "crosshair" : "move";
}
