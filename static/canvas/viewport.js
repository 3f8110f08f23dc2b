// @ts-check
// The map between image pixels and canvas pixels. All maths of the labeler is in image pixels;
// names of values in canvas (CSS) pixels end in `Scr`.
import { clamp } from "../boxes/geometry.js";

/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").PointScr} PointScr */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */

/** The largest magnification: one image pixel is 64 canvas pixels. */
export const MAX_SCALE = 64;
/** Pixels of the image that stay in sight however far it is panned. */
const KEEP_IN_SIGHT_SCR = 48;
const MARGIN_SCR = 24;
/** What is brought in sight is at least this large on the canvas. */
const SEEN_SCR = 32;

/**
 * @param {Viewport} view
 * @param {PointScr} point
 * @returns {Point}
 */
export function toImage(view, point) {
  return { x: (point.xScr - view.leftScr) / view.scale, y: (point.yScr - view.topScr) / view.scale };
}

/**
 * @param {Viewport} view
 * @param {Point} point
 * @returns {PointScr}
 */
export function toScreen(view, point) {
  return { xScr: point.x * view.scale + view.leftScr, yScr: point.y * view.scale + view.topScr };
}

/**
 * Show a whole rectangle in the middle of the canvas.
 * @param {Rect} rect
 * @param {Size} canvasScr
 * @returns {Viewport}
 */
export function fitRect(rect, canvasScr) {
  const margin = Math.min(MARGIN_SCR, canvasScr.width / 8, canvasScr.height / 8);
  const width = Math.max(1e-6, rect.xmax - rect.xmin);
  const height = Math.max(1e-6, rect.ymax - rect.ymin);
  const scale = Math.min(
    MAX_SCALE,
    Math.max(1, canvasScr.width - 2 * margin) / width,
    Math.max(1, canvasScr.height - 2 * margin) / height,
  );
  return {
    scale,
    leftScr: canvasScr.width / 2 - ((rect.xmin + rect.xmax) / 2) * scale,
    topScr: canvasScr.height / 2 - ((rect.ymin + rect.ymax) / 2) * scale,
  };
}

/**
 * Show the whole image.
 * @param {Size} image
 * @param {Size} canvasScr
 * @returns {Viewport}
 */
export function fitImage(image, canvasScr) {
  return fitRect({ xmin: 0, ymin: 0, xmax: image.width, ymax: image.height }, canvasScr);
}

/**
 * The smallest scale: a quarter of the one that shows the whole image.
 * @param {Size} image
 * @param {Size} canvasScr
 * @returns {number}
 */
export function minScale(image, canvasScr) {
  return Math.min(1, fitImage(image, canvasScr).scale / 4);
}

/**
 * Magnify by a factor; the image pixel under the cursor stays under it.
 * @param {Viewport} view
 * @param {object} zoom
 * @param {PointScr} zoom.at
 * @param {number} zoom.factor
 * @param {number} zoom.low
 * @param {number} [zoom.high]
 * @returns {Viewport}
 */
export function zoomAt(view, { at, factor, low, high = MAX_SCALE }) {
  const scale = clamp(view.scale * factor, low, high);
  const ratio = scale / view.scale;
  return {
    scale,
    leftScr: at.xScr - (at.xScr - view.leftScr) * ratio,
    topScr: at.yScr - (at.yScr - view.topScr) * ratio,
  };
}

/**
 * Shift the view, keeping a strip of the image in sight.
 * @param {Viewport} view
 * @param {PointScr} shift
 * @param {Size} image
 * @param {Size} canvasScr
 * @returns {Viewport}
 */
export function panBy(view, shift, image, canvasScr) {
  return keepInSight(
    { scale: view.scale, leftScr: view.leftScr + shift.xScr, topScr: view.topScr + shift.yScr },
    image,
    canvasScr,
  );
}

/**
 * Move the view as little as needed so that some of the image can be seen.
 * @param {Viewport} view
 * @param {Size} image
 * @param {Size} canvasScr
 * @returns {Viewport}
 */
export function keepInSight(view, image, canvasScr) {
  const keep = Math.min(KEEP_IN_SIGHT_SCR, canvasScr.width / 4, canvasScr.height / 4);
  return {
    scale: view.scale,
    leftScr: clamp(view.leftScr, keep - image.width * view.scale, canvasScr.width - keep),
    topScr: clamp(view.topScr, keep - image.height * view.scale, canvasScr.height - keep),
  };
}

/**
 * Keep what is in the middle in the middle when the canvas changes its size.
 * @param {Viewport} view
 * @param {Size} beforeScr
 * @param {Size} afterScr
 * @returns {Viewport}
 */
export function recenter(view, beforeScr, afterScr) {
  return {
    scale: view.scale,
    leftScr: view.leftScr + (afterScr.width - beforeScr.width) / 2,
    topScr: view.topScr + (afterScr.height - beforeScr.height) / 2,
  };
}

/**
 * Bring a rectangle into the middle. The magnification stays where the rectangle fits and can be seen;
 * else it becomes the nearest one at which it does.
 * @param {Rect} rect
 * @param {Viewport} view
 * @param {Size} canvasScr
 * @returns {Viewport}
 */
export function viewOn(rect, view, canvasScr) {
  const largest = fitRect(rect, canvasScr).scale;
  const side = Math.max(rect.xmax - rect.xmin, rect.ymax - rect.ymin);
  const scale = Math.min(Math.max(view.scale, SEEN_SCR / Math.max(1, side)), largest);
  return {
    scale,
    leftScr: canvasScr.width / 2 - ((rect.xmin + rect.xmax) / 2) * scale,
    topScr: canvasScr.height / 2 - ((rect.ymin + rect.ymax) / 2) * scale,
  };
}

/**
 * Give the part of the image that the canvas shows.
 * @param {Viewport} view
 * @param {Size} canvasScr
 * @returns {Rect}
 */
export function visibleRect(view, canvasScr) {
  const a = toImage(view, { xScr: 0, yScr: 0 });
  const b = toImage(view, { xScr: canvasScr.width, yScr: canvasScr.height });
  return { xmin: a.x, ymin: a.y, xmax: b.x, ymax: b.y };
}
