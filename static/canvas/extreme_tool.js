// @ts-check
// The tool that draws a box by its extreme points: four clicks on the defect's top, left, bottom and right,
// in any order. A point can be taken back before the fourth.
import { boundsOf, cutToImage, isBox, toWholePixels } from "../boxes/geometry.js";
import { NO_AREA } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("./draw_tool.js").Bench} Bench */
/** @typedef {import("./draw_tool.js").Tool} Tool */

export const POINTS = 4;

/**
 * Give the box that holds extreme points: whole pixels, inside the image.
 * @param {readonly Point[]} points
 * @param {Size} size
 * @returns {Rect | null} null when it has no area
 */
export function rectOfExtremes(points, size) {
  if (points.length < 2) return null;
  const rect = toWholePixels(cutToImage(boundsOf(points), size));
  return isBox(rect) ? rect : null;
}

/**
 * @typedef {Tool & {hover: (point: Point | null) => void, back: () => boolean, pending: () => number}} ExtremeTool
 *   back takes the last point away; false when there is none
 */

/**
 * @param {Bench} bench
 * @returns {ExtremeTool}
 */
export function createExtremeTool(bench) {
  /** @type {Point[]} */
  let points = [];
  /** @type {Point | null} */
  let cursor = null;

  function preview() {
    const rect = points.length > 0 ? rectOfExtremes(cursor ? [...points, cursor] : points, bench.size()) : null;
    const box = rect && bench.makeBox(rect);
    bench.setDrafts(box ? [box] : []);
    bench.setMarks(points);
  }

  function end() {
    points = [];
    bench.setMarks([]);
    bench.setDrafts([]);
  }

  function finish() {
    const rect = rectOfExtremes(points, bench.size());
    const box = rect && bench.makeBox(rect);
    end();
    if (box) bench.commitNew(box);
    else if (!rect) bench.say(NO_AREA);
  }

  return {
    press() {},
    drag(point) {
      cursor = point;
      preview();
    },
    release(point) {
      const { width, height } = bench.size();
      const x = Math.max(0, Math.min(width, point.x));
      const y = Math.max(0, Math.min(height, point.y));
      if (points.length === 0) bench.select(null);
      points = [...points, { x, y }];
      if (points.length === POINTS) finish();
      else {
        preview();
        bench.say(`Point ${points.length} of ${POINTS}`);
      }
    },
    cancel: end,
    hover(point) {
      cursor = point;
      if (points.length > 0) preview();
    },
    back() {
      if (points.length === 0) return false;
      points = points.slice(0, -1);
      preview();
      bench.say(points.length ? `Point ${points.length} of ${POINTS}` : "No point yet");
      return true;
    },
    pending: () => points.length,
  };
}
