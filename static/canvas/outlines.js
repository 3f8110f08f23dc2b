// @ts-check
// Draws the boxes: outlines, handles and tags. Where many are in sight it draws less of each, so that a frame
// stays short: no dark halo, and tags only where they fit over their box.
import { HANDLES, handlePoint } from "../boxes/geometry.js";
import { paintTag, tagWidth } from "./tags.js";
import { toScreen } from "./viewport.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */
/** @typedef {import("./tags.js").RectScr} RectScr */
/** @typedef {import("./paint.js").BoxStyle} BoxStyle */

/**
 * @typedef {object} Scene
 * @property {Viewport} view
 * @property {readonly Box[]} boxes   those in sight, in drawing order
 * @property {import("./toolbox.js").Gesture} gesture
 * @property {(id: string) => Box | undefined} get
 * @property {import("../boxes/selection.js").Selection} selection
 * @property {string | null} hovered
 * @property {(box: Box) => BoxStyle} styleOf
 * @property {boolean} tags
 */

const HANDLE_SCR = 8;
/** A tag on a box smaller than this hides more than it shows; hovering or selecting shows it. */
const TAG_FROM_SCR = 14;
/** More boxes in sight than this are drawn plainly. */
const MANY = 300;
const DASH = [8, 5];
/** @type {number[]} */
const NO_DASH = [];

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Size} sizeScr
 * @param {Scene} scene
 */
export function paintBoxes(context, sizeScr, scene) {
  const { selection, gesture, hovered } = scene;
  const changing = new Set(gesture.drafts.map(({ id }) => id));
  const isRaised = (/** @type {Box} */ { id }) => id === hovered || selection.has(id) || changing.has(id);
  const raised = hovered === null && selection.lead() === null && changing.size === 0 ? [] : scene.boxes.filter(isRaised);
  const above = new Set(raised);
  paintPlain(context, sizeScr, scene, above.size === 0 ? scene.boxes : scene.boxes.filter((box) => !above.has(box)));
  const still = raised.filter(({ id }) => !changing.has(id));
  // What was selected last lies on top, what is being changed on top of that.
  still.sort((a, b) => rankOf(scene, a) - rankOf(scene, b));
  for (const box of [...still, ...gesture.drafts]) paintMarked(context, sizeScr, scene, box);
  const only = selection.only();
  const chosen = gesture.drafts.length === 1 ? gesture.drafts[0] : only && scene.get(only);
  if (chosen && gesture.marks.length === 0) paintHandles(context, scene.view, chosen);
}

/** @param {Scene} scene @param {Box} box */
function rankOf({ selection }, { id }) {
  return selection.has(id) ? (selection.lead() === id ? 2 : 1) : 0;
}

/**
 * Draw the boxes that nobody points at, in one style after the other.
 * @param {CanvasRenderingContext2D} context
 * @param {Size} sizeScr
 * @param {Scene} scene
 * @param {readonly Box[]} boxes
 */
function paintPlain(context, sizeScr, scene, boxes) {
  const isMany = boxes.length > MANY;
  let dashed = false;
  let color = "";
  context.lineWidth = 2;
  for (const box of boxes) {
    const style = scene.styleOf(box);
    const rectScr = toScreenRect(scene.view, box);
    if (!isMany) {
      paintHalo(context, rectScr, style);
      context.lineWidth = 2;
      color = "";
    }
    if (style.dashed !== dashed) context.setLineDash(style.dashed ? DASH : NO_DASH);
    if (style.color !== color) context.strokeStyle = style.color;
    dashed = style.dashed;
    color = style.color;
    context.strokeRect(rectScr.left, rectScr.top, rectScr.width, rectScr.height);
    if (!isMany && dashed) {
      context.setLineDash(NO_DASH);
      dashed = false;
    }
  }
  context.setLineDash(NO_DASH);
  if (!scene.tags) return;
  for (const box of boxes) {
    const rectScr = toScreenRect(scene.view, box);
    if (Math.max(rectScr.width, rectScr.height) < TAG_FROM_SCR) continue;
    const { tag } = scene.styleOf(box);
    if (!isMany || rectScr.width >= tagWidth(tag)) paintTag(context, sizeScr, rectScr, tag);
  }
}

/**
 * The dark halo keeps every color visible on light metal; the color stands out on dark metal.
 * @param {CanvasRenderingContext2D} context
 * @param {RectScr} rectScr
 * @param {BoxStyle} style
 * @param {number} [line]
 */
function paintHalo(context, { left, top, width, height }, style, line = 2) {
  context.lineWidth = line + 2;
  context.strokeStyle = style.dashed ? "rgba(0, 0, 0, 0.4)" : "rgba(0, 0, 0, 0.6)";
  context.strokeRect(left, top, width, height);
}

/**
 * Draw a box that is selected, pointed at or in progress.
 * @param {CanvasRenderingContext2D} context
 * @param {Size} sizeScr
 * @param {Scene} scene
 * @param {Box} box
 */
function paintMarked(context, sizeScr, scene, box) {
  const style = scene.styleOf(box);
  const isSelected = scene.selection.has(box.id) || scene.gesture.drafts.includes(box);
  const rectScr = toScreenRect(scene.view, box);
  const { left, top, width, height } = rectScr;
  context.fillStyle = style.color;
  context.globalAlpha = isSelected ? 0.12 : 0.08;
  context.fillRect(left, top, width, height);
  context.globalAlpha = 1;
  paintHalo(context, rectScr, style, 2.5);
  context.setLineDash(style.dashed ? DASH : NO_DASH);
  context.lineWidth = 2.5;
  context.strokeStyle = style.color;
  context.strokeRect(left, top, width, height);
  context.setLineDash(NO_DASH);
  // Several selected boxes differ from those around them by a second, white line, not by color alone.
  if (isSelected && scene.selection.ids().length > 1) {
    context.lineWidth = 1;
    context.strokeStyle = "#ffffff";
    context.strokeRect(left, top, width, height);
  }
  paintTag(context, sizeScr, rectScr, style.tag);
}

/** @param {Viewport} view @param {Rect} rect @returns {RectScr} on whole pixels, where a line is sharp */
function toScreenRect({ scale, leftScr, topScr }, rect) {
  const left = Math.round(rect.xmin * scale + leftScr);
  const top = Math.round(rect.ymin * scale + topScr);
  return {
    left,
    top,
    width: Math.round(rect.xmax * scale + leftScr) - left,
    height: Math.round(rect.ymax * scale + topScr) - top,
  };
}

/** @param {CanvasRenderingContext2D} context @param {Viewport} view @param {Rect} rect */
function paintHandles(context, view, rect) {
  for (const handle of HANDLES) {
    const { xScr, yScr } = toScreen(view, handlePoint(rect, handle));
    context.fillStyle = "#ffffff";
    context.strokeStyle = "#1c1c1c";
    context.lineWidth = 1.5;
    context.beginPath();
    context.rect(xScr - HANDLE_SCR / 2, yScr - HANDLE_SCR / 2, HANDLE_SCR, HANDLE_SCR);
    context.fill();
    context.stroke();
  }
}
