// @ts-check
// The tool that selects, moves and resizes. An edit is computed from the shape at grab time and the
// total drag, so that rounding never adds up. On empty ground it hands over to the drawing tool.
import { moved, resized, sameRect } from "./geometry.js";
import { HANDLE_REACH_SCR, hitTest } from "./hittest.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./types.js").Size} Size */
/** @typedef {import("./types.js").Hit} Hit */
/** @typedef {import("./draw.js").Bench} Bench */
/** @typedef {import("./draw.js").Tool} Tool */

/** A finger is wider than a cursor. */
export const TOUCH_REACH_SCR = 22;

/**
 * Give the rectangle that an edit makes.
 * @param {object} edit
 * @param {Rect} edit.grabbed the shape at grab time
 * @param {Hit} edit.hit what was grabbed
 * @param {Point} edit.drag total movement since then
 * @param {Size} edit.size of the image
 * @returns {Rect}
 */
export function editedRect({ grabbed, hit, drag, size }) {
  return hit.kind === "handle" ? resized(grabbed, hit.handle, drag, size) : moved(grabbed, drag, size);
}

/**
 * @param {Bench} bench
 * @param {Tool} drawTool takes over where nothing is
 * @returns {Tool}
 */
export function createEditTool(bench, drawTool) {
  /** @type {{box: Box, hit: Hit, at: Point} | null} */
  let grab = null;

  /** @param {Point} point @returns {Rect | null} */
  function edited(point) {
    if (!grab) return null;
    const drag = { x: point.x - grab.at.x, y: point.y - grab.at.y };
    return editedRect({ grabbed: grab.box, hit: grab.hit, drag, size: bench.size() });
  }

  return {
    press(point, touch) {
      const boxes = bench.boxes();
      const hit = hitTest({
        boxes,
        selected: bench.selected(),
        point,
        scale: bench.scale(),
        handleReachScr: touch ? TOUCH_REACH_SCR : HANDLE_REACH_SCR,
      });
      const box = hit.kind === "nothing" ? undefined : boxes.find(({ id }) => id === hit.id);
      if (!box) {
        drawTool.press(point, touch);
        return;
      }
      grab = { box, hit, at: point };
      bench.select(box.id);
    },
    drag(point) {
      const rect = edited(point);
      if (grab && rect) bench.setDraft({ ...grab.box, ...rect });
      else drawTool.drag(point);
    },
    release(point, dragged) {
      if (!grab) {
        drawTool.release(point, dragged);
        return;
      }
      const { box } = grab;
      const rect = dragged ? edited(point) : null;
      grab = null;
      bench.setDraft(null);
      if (rect && !sameRect(rect, box)) bench.commitEdit(box.id, rect);
    },
    cancel() {
      grab = null;
      drawTool.cancel();
      bench.setDraft(null);
    },
  };
}
