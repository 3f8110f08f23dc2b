// @ts-check
// The tool that draws a box by its extreme points: four clicks on the defect's top, left, bottom and right,
// in any order. A point can be taken back before the fourth.
import { boundsOf, cutToImage, isBox, toWholePixels } from "../boxes/geometry.js";
import { NO_AREA } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("./draw_tool.js").ToolContext} ToolContext */
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
 * @param {ToolContext} context
 * @returns {ExtremeTool}
 */
export function createExtremeTool(context) {
  /** @type {Point[]} */
  let points = [];
  /** @type {Point | null} */
  let cursor = null;

  function preview() {
    const rect = points.length > 0 ? rectOfExtremes(cursor ? [...points, cursor] : points, context.size()) : null;
    const box = rect && context.makeBox(rect);
    context.setDrafts(box ? [box] : []);
    context.setMarks(points);
  }

  function end() {
    points = [];
    context.setMarks([]);
    context.setDrafts([]);
  }

  function finish() {
    const rect = rectOfExtremes(points, context.size());
    const box = rect && context.makeBox(rect);
    end();
    if (box) context.commitNew(box);
    else if (!rect) context.say(NO_AREA);
  }

  return {
    press() {},
    drag(point) {
      cursor = point;
      preview();
    },
    release(point) {
      const { width, height } = context.size();
      const x = Math.max(0, Math.min(width, point.x));
      const y = Math.max(0, Math.min(height, point.y));
      if (points.length === 0) context.select(null);
      points = [...points, { x, y }];
      if (points.length === POINTS) finish();
      else {
        preview();
        context.say(`Point ${points.length} of ${POINTS}`);
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
      context.say(points.length ? `Point ${points.length} of ${POINTS}` : "No point yet");
      return true;
    },
    pending: () => points.length,
  };
}
