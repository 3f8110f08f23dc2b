// @ts-check
// Draws what lies under and over the boxes: the picture, the crosshair, the gesture in progress. Knows no state.
import { toScreen } from "./viewport.js";

/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").PointScr} PointScr */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */

/**
 * @typedef {object} BoxStyle
 * @property {string} color
 * @property {boolean} dashed     a proposal that no person has decided
 * @property {import("./tags.js").TagPart[]} tag
 */

/**
 * A picture that draws itself: tiles, or pixels with another window. Called with the context in CSS
 * pixels; it draws the image's rectangle, which lies on the canvas where the view says. With `isOverview`
 * it draws what it has, and neither asks for more nor takes the view for what the person sees.
 * @typedef {object} Picture
 * @property {(context: CanvasRenderingContext2D, place: {view: Viewport, size: Size, sizeScr: Size,
 *   isOverview?: boolean}) => void} paint
 */

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {object} scene
 * @param {CanvasImageSource | Picture | null} scene.picture
 * @param {Size} scene.size       of the image
 * @param {Viewport} scene.view
 * @param {Size} scene.sizeScr
 * @param {boolean} [scene.isOverview]  for a map beside the canvas
 */
export function paintPicture(context, { picture, size, view, sizeScr, isOverview = false }) {
  const width = size.width * view.scale;
  const height = size.height * view.scale;
  if (picture && "paint" in picture) {
    context.save();
    picture.paint(context, { view, size, sizeScr, isOverview });
    context.restore();
  } else if (picture) {
    // Magnified pixels stay squares: an inspector must see what is measured.
    context.imageSmoothingEnabled = view.scale < 2;
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, view.leftScr, view.topScr, width, height);
  }
  context.strokeStyle = "rgba(128, 128, 128, 0.6)";
  context.lineWidth = 1;
  context.strokeRect(view.leftScr - 0.5, view.topScr - 0.5, width + 1, height + 1);
}

/** A dark line under a light one can be seen on any ground. */
const TWO_LINES = /** @type {const} */ ([
  [3, "rgba(0, 0, 0, 0.35)"],
  [1, "rgba(255, 255, 255, 0.85)"],
]);

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Viewport} view
 * @param {import("./toolbox.js").Gesture} gesture
 */
export function paintGesture(context, view, { marks, band }) {
  for (const point of marks) paintMark(context, toScreen(view, point));
  if (band) paintBand(context, view, band);
}

/** @param {CanvasRenderingContext2D} context @param {Size} sizeScr @param {PointScr} at */
export function paintCrosshair(context, sizeScr, { xScr, yScr }) {
  const x = Math.round(xScr) + 0.5;
  const y = Math.round(yScr) + 0.5;
  for (const [width, color] of TWO_LINES) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, sizeScr.height);
    context.moveTo(0, y);
    context.lineTo(sizeScr.width, y);
    context.stroke();
  }
}

/** @param {CanvasRenderingContext2D} context @param {PointScr} at an extreme point */
function paintMark(context, { xScr, yScr }) {
  context.beginPath();
  context.arc(xScr, yScr, 4, 0, 2 * Math.PI);
  context.fillStyle = "#ffffff";
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = "#1c1c1c";
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Viewport} view @param {Rect} band */
function paintBand(context, view, band) {
  const a = toScreen(view, { x: band.xmin, y: band.ymin });
  const b = toScreen(view, { x: band.xmax, y: band.ymax });
  context.fillStyle = "rgba(255, 255, 255, 0.12)";
  context.fillRect(a.xScr, a.yScr, b.xScr - a.xScr, b.yScr - a.yScr);
  for (const [width, color] of TWO_LINES) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.strokeRect(a.xScr, a.yScr, b.xScr - a.xScr, b.yScr - a.yScr);
  }
}
