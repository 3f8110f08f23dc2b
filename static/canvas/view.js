// @ts-check
// Which part of the image the canvas shows: the size of the image, the present viewport, and every way to change it.
import { overlap } from "../boxes/geometry.js";
import { fitImage, keepInSight, minScale, panBy, recenter, toImage, viewOn, visibleRect, zoomAt } from "./viewport.js";

/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").PointScr} PointScr */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */

/**
 * @typedef {object} View
 * @property {() => Viewport} viewport
 * @property {() => Size} size                        of the image, in image pixels
 * @property {(size: Size) => void} setSize           of another image; the same size keeps the viewport
 * @property {(beforeScr: Size, afterScr: Size) => void} resized   the canvas has another size
 * @property {(at: PointScr) => Point} toImage
 * @property {() => void} fit                         show the whole image, also after the canvas was resized
 * @property {(at: PointScr, factor: number) => void} zoomAt
 * @property {(factor: number) => void} zoomBy        around the middle
 * @property {() => void} zoomToPixels                one image pixel is one device pixel
 * @property {(shift: PointScr) => void} pan
 * @property {(rect: Rect) => void} centerOn
 * @property {(rect: Rect) => void} reveal            the same, only when nothing of it is in sight
 * @property {() => Rect} inSight
 * @property {() => Rect} middle                      a rectangle in the middle of what is seen
 */

/** Half the side of the rectangle in the middle: on the canvas, and at least this many image pixels. */
const MIDDLE_REACH_SCR = 40;
const MIDDLE_REACH = 4;

/**
 * Make the view of one canvas.
 * @param {object} parts
 * @param {() => Size} parts.sizeScr   of the canvas, in CSS pixels
 * @param {() => void} parts.changed   the viewport is another one
 * @returns {View}
 */
export function createView({ sizeScr, changed }) {
  /** @type {Size} */
  let size = { width: 1, height: 1 };
  /** @type {Viewport} */
  let viewport = { scale: 1, leftScr: 0, topScr: 0 };
  let isFitted = true;

  /** @param {Viewport} next @param {boolean} [whole]  whether it shows the whole image */
  function set(next, whole = false) {
    viewport = whole ? next : keepInSight(next, size, sizeScr());
    isFitted = whole;
    changed();
  }

  const fit = () => set(fitImage(size, sizeScr()), true);
  const middleScr = () => ({ xScr: sizeScr().width / 2, yScr: sizeScr().height / 2 });
  const inSight = () => visibleRect(viewport, sizeScr());
  const centerOn = (/** @type {Rect} */ rect) => set(viewOn(rect, viewport, sizeScr()));
  const zoom = (/** @type {PointScr} */ at, /** @type {number} */ factor) =>
    set(zoomAt(viewport, { at, factor, low: minScale(size, sizeScr()) }));

  return {
    viewport: () => viewport,
    size: () => size,
    setSize(next) {
      const isSame = size.width === next.width && size.height === next.height;
      size = next;
      if (!isSame || isFitted) fit();
    },
    resized(beforeScr, afterScr) {
      set(isFitted ? fitImage(size, afterScr) : recenter(viewport, beforeScr, afterScr), isFitted);
    },
    toImage: (at) => toImage(viewport, at),
    fit,
    zoomAt: zoom,
    zoomBy: (factor) => zoom(middleScr(), factor),
    zoomToPixels: () => zoom(middleScr(), 1 / (globalThis.devicePixelRatio || 1) / viewport.scale),
    pan: (shift) => set(panBy(viewport, shift, size, sizeScr())),
    centerOn,
    reveal: (rect) => void (overlap(rect, inSight()) || centerOn(rect)),
    inSight,
    middle() {
      const { x, y } = toImage(viewport, middleScr());
      const reach = Math.max(MIDDLE_REACH, MIDDLE_REACH_SCR / viewport.scale);
      return { xmin: x - reach, ymin: y - reach, xmax: x + reach, ymax: y + reach };
    },
  };
}
