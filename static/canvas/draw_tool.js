// @ts-check
// The tool that draws a box by a drag.
import { cutToImage, fromCorners, isBox, toWholePixels } from "../boxes/geometry.js";
import { NO_AREA } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").Size} Size */

/**
 * What a tool may see and do. The canvas implements it; tests pass a plain object.
 * @typedef {object} ToolContext
 * @property {() => Size} size                      of the image
 * @property {(point: Point, touch: boolean) => import("../boxes/types.js").Hit} hitAt   what a press there means
 * @property {(rect: Rect) => readonly Box[]} within
 * @property {() => readonly Box[]} selection
 * @property {(id: string | null) => void} select
 * @property {(id: string) => void} toggle
 * @property {(ids: readonly string[]) => void} addToSelection
 * @property {(boxes: readonly Box[]) => void} setDrafts    what the gesture shows before it ends
 * @property {(band: Rect | null) => void} setBand
 * @property {(points: readonly Point[]) => void} setMarks
 * @property {(rect: Rect) => Box | null} makeBox   null when no box can be made
 * @property {(box: Box) => void} commitNew
 * @property {(rects: Map<string, Rect>) => void} commitEdits
 * @property {(text: string) => void} say
 */

/** @typedef {{touch: boolean, extend: boolean}} Press  extend: with Shift or Ctrl, more is selected */

/**
 * A tool sees one gesture at a time: press, drags, then release or cancel. `drag` comes only after
 * the pointer left the place where it was pressed, so a click never moves or draws anything.
 * @typedef {object} Tool
 * @property {(point: Point, press: Press) => void} press
 * @property {(point: Point) => void} drag
 * @property {(point: Point, dragged: boolean) => void} release
 * @property {() => void} cancel
 */

/**
 * Give the box that a drag draws: whole pixels, inside the image.
 * @param {Point} from
 * @param {Point} to
 * @param {Size} size
 * @returns {Rect | null} null when it has no area
 */
export function drawnRect(from, to, size) {
  const rect = toWholePixels(cutToImage(fromCorners(from, to), size));
  return isBox(rect) ? rect : null;
}

/**
 * @param {ToolContext} context
 * @returns {Tool}
 */
export function createDrawTool(context) {
  /** @type {Point | null} */
  let from = null;
  /** @type {Box | null} */
  let draft = null;

  /** @param {Point} point */
  function follow(point) {
    if (!from) return;
    const rect = drawnRect(from, point, context.size());
    // Made anew at each step: the type may be chosen by key while the drag goes on.
    const box = rect && context.makeBox(rect);
    draft = box && { ...box, id: draft?.id ?? box.id };
    context.setDrafts(draft ? [draft] : []);
  }

  function end() {
    from = null;
    draft = null;
    context.setDrafts([]);
  }

  return {
    press(point) {
      from = point;
    },
    drag: follow,
    release(point, dragged) {
      if (dragged) follow(point);
      else if (from) context.select(null);
      const box = dragged ? draft : null;
      const isEmpty = dragged && from !== null && drawnRect(from, point, context.size()) === null;
      end();
      if (box) context.commitNew(box);
      else if (isEmpty) context.say(NO_AREA);
    },
    cancel: end,
  };
}
