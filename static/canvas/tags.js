// @ts-check
// The tags above boxes. Writing text is slow and tags repeat, so each is drawn once and kept as a picture.

/** @typedef {import("../boxes/types.js").Size} Size */

/**
 * A tag's parts look different because they mean different things: a type has its color, a score is
 * an outlined percentage, a severity a filled ramp with its number.
 * @typedef {{text: string, kind: "type" | "score" | "severity", color?: string}} TagPart
 */

/** @typedef {{left: number, top: number, width: number, height: number}} RectScr */

/** @typedef {{sheet: HTMLCanvasElement, width: number}} TagImage */

const FONT = '600 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const HEIGHT_SCR = 18;
/** Tag images that are kept; a project has far fewer. */
const KEPT = 3000;

/** @type {Map<string, TagImage>} by what is written, for one pixel ratio of the screen */
const tagImages = new Map();
/** The same by the very list of parts, which a box keeps from frame to frame.
 * @type {WeakMap<readonly TagPart[], TagImage>} */
let known = new WeakMap();
let ratio = 0;

/**
 * Measure a tag.
 * @param {readonly TagPart[]} parts
 * @returns {number} its width on the canvas
 */
export function tagWidth(parts) {
  return tagImageOf(parts).width;
}

/**
 * Draw a tag above its box, or inside where there is no room above.
 * @param {CanvasRenderingContext2D} context
 * @param {Size} sizeScr
 * @param {RectScr} rectScr
 * @param {readonly TagPart[]} parts
 */
export function paintTag(context, sizeScr, rectScr, parts) {
  const { sheet, width } = tagImageOf(parts);
  const above = rectScr.top - HEIGHT_SCR - 2;
  const top = above >= 0 ? above : Math.max(0, rectScr.top + 2);
  const left = Math.max(0, Math.min(rectScr.left - 1, sizeScr.width - width));
  // On whole pixels, so that the letters stay sharp and nothing is computed between them.
  context.drawImage(sheet, Math.round(left), Math.round(top), width, HEIGHT_SCR);
}

/** @param {readonly TagPart[]} parts @returns {TagImage} */
function tagImageOf(parts) {
  const ratioNow = window.devicePixelRatio || 1;
  if (ratioNow !== ratio) {
    ratio = ratioNow;
    known = new WeakMap();
    tagImages.clear();
  }
  let tagImage = known.get(parts);
  if (tagImage) return tagImage;
  const key = parts.map(({ text, kind, color }) => `${kind} ${color} ${text}`).join("|");
  tagImage = tagImages.get(key) ?? makeTagImage(parts);
  if (tagImages.size >= KEPT) tagImages.clear();
  tagImages.set(key, tagImage);
  known.set(parts, tagImage);
  return tagImage;
}

/** @param {readonly TagPart[]} parts @returns {TagImage} */
function makeTagImage(parts) {
  const sheet = document.createElement("canvas");
  const context = sheet.getContext("2d");
  if (!context) throw new Error("This browser cannot draw on a canvas.");
  context.font = FONT;
  const widths = parts.map(({ text }) => Math.ceil(context.measureText(text).width) + 10);
  const width = widths.reduce((sum, part) => sum + part, 0);
  // A new size empties the sheet and its settings.
  sheet.width = Math.max(1, Math.ceil(width * ratio));
  sheet.height = Math.ceil(HEIGHT_SCR * ratio);
  context.scale(ratio, ratio);
  context.font = FONT;
  context.textBaseline = "middle";
  let left = 0;
  parts.forEach((part, index) => {
    paintPart(context, { left, width: widths[index] }, part);
    left += widths[index];
  });
  return { sheet, width };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{left: number, width: number}} place
 * @param {TagPart} part
 */
function paintPart(context, { left, width }, part) {
  const fill = part.kind === "score" ? "rgba(20, 20, 20, 0.82)" : (part.color ?? "#999999");
  context.fillStyle = fill;
  context.fillRect(left, 0, width, HEIGHT_SCR);
  if (part.kind === "score") {
    context.setLineDash([3, 2]);
    context.lineWidth = 1;
    context.strokeStyle = "#ffffff";
    context.strokeRect(left + 1.5, 1.5, width - 3, HEIGHT_SCR - 3);
    context.setLineDash([]);
  }
  context.fillStyle = part.kind === "score" ? "#ffffff" : inkOn(fill);
  context.fillText(part.text, left + 5, HEIGHT_SCR / 2 + 0.5);
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
