// @ts-check
// The tool that selects, moves and resizes, one box or several. An edit is computed from the shapes at grab
// time and the total drag, so that rounding never adds up. With Shift or Ctrl a click adds a box to the
// selection or takes it away, and a drag selects with a band. On empty ground the drawing tool takes the gesture.
import { fromCorners, moved, resized, sameRect, sharedDrag } from "../boxes/geometry.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Hit} Hit */
/** @typedef {import("./draw_tool.js").ToolContext} ToolContext */
/** @typedef {import("./draw_tool.js").Tool} Tool */

/** @typedef {{boxes: readonly Box[], hit: Hit, at: Point, id: string}} Grab  id: the box that was pressed */
/** @typedef {{from: Point, hit: Hit}} Band */

/**
 * Give the rectangles that an edit makes.
 * @param {object} edit
 * @param {readonly Box[]} edit.grabbed the shapes at grab time
 * @param {Hit} edit.hit what was grabbed
 * @param {Point} edit.drag total movement since then
 * @param {Size} edit.size of the image
 * @returns {Rect[]} in the order of the shapes
 */
export function editedRects({ grabbed, hit, drag, size }) {
  if (hit.kind === "handle") return grabbed.map((box) => resized(box, hit.handle, drag, size));
  const shared = sharedDrag(grabbed, drag, size);
  return grabbed.map((box) => moved(box, shared, size));
}

/**
 * Give the boxes that lie wholly in a band.
 * @param {readonly Box[]} boxes
 * @param {Rect} band
 * @returns {string[]} their ids
 */
export function insideBand(boxes, band) {
  return boxes
    .filter(
      ({ xmin, ymin, xmax, ymax }) =>
        xmin >= band.xmin && ymin >= band.ymin && xmax <= band.xmax && ymax <= band.ymax,
    )
    .map(({ id }) => id);
}

/**
 * @param {ToolContext} context
 * @param {Tool} drawTool takes over where nothing is
 * @returns {Tool}
 */
export function createEditTool(context, drawTool) {
  /** @type {Grab | null} */
  let grab = null;
  /** @type {Band | null} */
  let band = null;

  /** @param {Point} point @returns {[Box, Rect][]} each grabbed box with its new place */
  function edited(point) {
    if (!grab) return [];
    const drag = { x: point.x - grab.at.x, y: point.y - grab.at.y };
    const rects = editedRects({ grabbed: grab.boxes, hit: grab.hit, drag, size: context.size() });
    return grab.boxes.map((box, index) => [box, rects[index]]);
  }

  /** @param {Point} point @param {Band} pulled @param {boolean} dragged */
  function endBand(point, { from, hit }, dragged) {
    context.setBand(null);
    const rect = fromCorners(from, point);
    if (dragged) context.addToSelection(insideBand(context.within(rect), rect));
    else if (hit.kind !== "nothing") context.toggle(hit.id);
  }

  return {
    press(point, { touch, extend }) {
      const hit = context.hitAt(point, touch);
      if (extend) {
        band = { from: point, hit };
        return;
      }
      if (hit.kind === "nothing") {
        drawTool.press(point, { touch, extend });
        return;
      }
      const together = context.selection();
      // A press on one of several takes them all along; a click without a drag then selects that one.
      const isMember = together.length > 1 && together.some(({ id }) => id === hit.id);
      if (!isMember) context.select(hit.id);
      grab = { boxes: isMember ? together : context.selection(), hit, at: point, id: hit.id };
    },
    drag(point) {
      if (band) context.setBand(fromCorners(band.from, point));
      else if (grab) context.setDrafts(edited(point).map(([box, rect]) => ({ ...box, ...rect })));
      else drawTool.drag(point);
    },
    release(point, dragged) {
      if (band) {
        const pulled = band;
        band = null;
        endBand(point, pulled, dragged);
        return;
      }
      if (!grab) {
        drawTool.release(point, dragged);
        return;
      }
      const rects = dragged ? edited(point).filter(([box, rect]) => !sameRect(box, rect)) : [];
      const { id } = grab;
      grab = null;
      context.setDrafts([]);
      if (rects.length > 0) context.commitEdits(new Map(rects.map(([box, rect]) => [box.id, rect])));
      else if (!dragged) context.select(id);
    },
    cancel() {
      grab = null;
      band = null;
      context.setBand(null);
      drawTool.cancel();
      context.setDrafts([]);
    },
  };
}
