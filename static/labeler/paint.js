// @ts-check
// Draws one scene: the image, the boxes with their tags, the gesture in hand. Knows no state.
import { HANDLES, areaOf, handlePoint, overlap } from "./geometry.js";
import { toScreen, visibleRect } from "./viewport.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./types.js").Size} Size */
/** @typedef {import("./types.js").PointScr} PointScr */
/** @typedef {import("./types.js").Viewport} Viewport */

/**
 * A tag's parts look different because they mean different things: a type has its color, a score is
 * an outlined percentage, a severity a filled ramp with its number.
 * @typedef {{text: string, look: "type" | "score" | "severity", color?: string}} TagPart
 */

/**
 * @typedef {object} Look
 * @property {string} color
 * @property {boolean} dashed     a proposal that no person has decided
 * @property {TagPart[]} tag
 */

/**
 * A picture that draws itself: tiles, or pixels with another window. Called with the context in CSS
 * pixels; it draws the image's rectangle, which lies on the canvas where the view says.
 * @typedef {object} Picture
 * @property {(context: CanvasRenderingContext2D, place: {view: Viewport, size: Size, sizeScr: Size}) => void} paint
 */

/**
 * @typedef {object} Scene
 * @property {CanvasImageSource | Picture | null} picture
 * @property {Size} size            of the image
 * @property {Viewport} view
 * @property {readonly Box[]} boxes
 * @property {Box | null} draft     shown instead of the box of its id
 * @property {string | null} selected
 * @property {string | null} hovered
 * @property {(box: Box) => Look} lookOf
 * @property {boolean} tags
 * @property {boolean} boxesHidden
 * @property {PointScr | null} crosshair
 */

const HANDLE_SCR = 8;
const TAG_FONT = '600 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const TAG_HEIGHT_SCR = 18;
/** A tag on a box smaller than this hides more than it tells; hovering or selecting shows it. */
const TAG_FROM_SCR = 14;

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {Size} sizeScr
 * @param {Scene} scene
 */
export function paintScene(context, sizeScr, scene) {
  paintPicture(context, sizeScr, scene);
  if (!scene.boxesHidden) paintBoxes(context, sizeScr, scene);
  if (scene.crosshair) paintCrosshair(context, sizeScr, scene.crosshair);
}

/** @param {CanvasRenderingContext2D} context @param {Size} sizeScr @param {Scene} scene */
function paintPicture(context, sizeScr, { picture, size, view }) {
  const width = size.width * view.scale;
  const height = size.height * view.scale;
  if (picture && "paint" in picture) {
    context.save();
    picture.paint(context, { view, size, sizeScr });
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

/** @param {CanvasRenderingContext2D} context @param {Size} sizeScr @param {Scene} scene */
function paintBoxes(context, sizeScr, scene) {
  const inSight = visibleRect(scene.view, sizeScr);
  const shown = drawingOrder(scene).filter((box) => overlap(box, inSight));
  for (const box of shown) {
    const selected = box.id === scene.selected || box === scene.draft;
    const hovered = box.id === scene.hovered;
    const look = scene.lookOf(box);
    const rectScr = toScreenRect(scene.view, box);
    paintOutline(context, rectScr, look, { selected, hovered });
    const isLarge = Math.max(rectScr.width, rectScr.height) >= TAG_FROM_SCR;
    if (selected || hovered || (scene.tags && isLarge)) paintTag(context, sizeScr, rectScr, look.tag);
    if (selected) paintHandles(context, scene.view, box);
  }
}

/**
 * Large boxes first, so that small ones lie on top; the one in hand last.
 * @param {Scene} scene
 * @returns {Box[]}
 */
export function drawingOrder({ boxes, draft, selected, hovered }) {
  const list = boxes.filter((box) => box.id !== draft?.id);
  list.sort((a, b) => areaOf(b) - areaOf(a));
  if (draft) list.push(draft);
  const rank = (/** @type {Box} */ box) => (box === draft || box.id === selected ? 2 : box.id === hovered ? 1 : 0);
  return list.sort((a, b) => rank(a) - rank(b));
}

/** @param {Viewport} view @param {Rect} rect */
function toScreenRect(view, rect) {
  const a = toScreen(view, { x: rect.xmin, y: rect.ymin });
  const b = toScreen(view, { x: rect.xmax, y: rect.ymax });
  return { left: a.xScr, top: a.yScr, width: b.xScr - a.xScr, height: b.yScr - a.yScr };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{left: number, top: number, width: number, height: number}} rectScr
 * @param {Look} look
 * @param {{selected: boolean, hovered: boolean}} marks
 */
function paintOutline(context, { left, top, width, height }, look, { selected, hovered }) {
  const line = selected || hovered ? 2.5 : 2;
  if (selected || hovered) {
    context.fillStyle = look.color;
    context.globalAlpha = selected ? 0.12 : 0.08;
    context.fillRect(left, top, width, height);
    context.globalAlpha = 1;
  }
  // The dark halo keeps every color visible on light metal; the color stands out on dark metal.
  context.lineWidth = line + 2;
  context.strokeStyle = look.dashed ? "rgba(0, 0, 0, 0.4)" : "rgba(0, 0, 0, 0.6)";
  context.strokeRect(left, top, width, height);
  context.setLineDash(look.dashed ? [8, 5] : []);
  context.lineWidth = line;
  context.strokeStyle = look.color;
  context.strokeRect(left, top, width, height);
  context.setLineDash([]);
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

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Size} sizeScr
 * @param {{left: number, top: number, width: number, height: number}} rectScr
 * @param {TagPart[]} parts
 */
function paintTag(context, sizeScr, rectScr, parts) {
  context.font = TAG_FONT;
  context.textBaseline = "middle";
  const widths = parts.map(({ text }) => textWidth(context, text) + 10);
  const total = widths.reduce((sum, width) => sum + width, 0);
  const above = rectScr.top - TAG_HEIGHT_SCR - 2;
  const top = above >= 0 ? above : Math.max(0, rectScr.top + 2);
  let left = Math.max(0, Math.min(rectScr.left - 1, sizeScr.width - total));
  parts.forEach((part, index) => {
    paintTagPart(context, { left, top, width: widths[index] }, part);
    left += widths[index];
  });
}

/** @type {Map<string, number>} measuring is slow, and tags repeat */
const widthsOfTexts = new Map();

/** @param {CanvasRenderingContext2D} context @param {string} text @returns {number} */
function textWidth(context, text) {
  let width = widthsOfTexts.get(text);
  if (width === undefined) {
    width = Math.ceil(context.measureText(text).width);
    if (widthsOfTexts.size > 5000) widthsOfTexts.clear();
    widthsOfTexts.set(text, width);
  }
  return width;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{left: number, top: number, width: number}} place
 * @param {TagPart} part
 */
function paintTagPart(context, { left, top, width }, part) {
  const fill = part.look === "score" ? "rgba(20, 20, 20, 0.82)" : (part.color ?? "#999999");
  context.fillStyle = fill;
  context.fillRect(left, top, width, TAG_HEIGHT_SCR);
  if (part.look === "score") {
    context.setLineDash([3, 2]);
    context.lineWidth = 1;
    context.strokeStyle = "#ffffff";
    context.strokeRect(left + 1.5, top + 1.5, width - 3, TAG_HEIGHT_SCR - 3);
    context.setLineDash([]);
  }
  context.fillStyle = part.look === "score" ? "#ffffff" : inkOn(fill);
  context.fillText(part.text, left + 5, top + TAG_HEIGHT_SCR / 2 + 0.5);
}

/** @param {CanvasRenderingContext2D} context @param {Size} sizeScr @param {PointScr} at */
function paintCrosshair(context, sizeScr, { xScr, yScr }) {
  const x = Math.round(xScr) + 0.5;
  const y = Math.round(yScr) + 0.5;
  for (const [width, color] of /** @type {const} */ ([
    [3, "rgba(0, 0, 0, 0.35)"],
    [1, "rgba(255, 255, 255, 0.85)"],
  ])) {
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

/**
 * Choose black or white ink for a ground color by its relative luminance (WCAG 2.2).
 * @param {string} color #rrggbb
 * @returns {"#000000" | "#ffffff"}
 */
export function inkOn(color) {
  const channels = [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16) / 255);
  const [red, green, blue] = channels.map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? "#000000" : "#ffffff";
}
