// @ts-check
// Draws the two versions of each box in conflict: theirs dashed, mine where it is gone too, with names.
import { toScreen } from "../canvas/viewport.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */

const FONT = '600 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const TAG_SCR = 18;

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {Viewport} view
 * @param {{choosing: import("./conflict_choices.js").Choosing, other: string}} shown
 */
export function paintConflictOverlay(context, view, { choosing, other }) {
  const here = choosing.conflicts[choosing.at];
  context.save();
  for (const conflict of choosing.conflicts) {
    const choice = choosing.choices.get(conflict.id);
    const isHere = conflict === here;
    if (conflict.theirs) ghost(context, view, conflict.theirs, { name: other, isHere, isFaint: choice === "mine", below: true });
    // A box that is there is drawn by the canvas; here it gets its name.
    if (conflict.mine) ghost(context, view, conflict.mine, { name: "you", isHere, isFaint: choice === "theirs", below: false });
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Viewport} view
 * @param {Box} box
 * @param {{name: string, isHere: boolean, isFaint: boolean, below: boolean}} look
 */
function ghost(context, view, box, { name, isHere, isFaint, below }) {
  const start = toScreen(view, { x: box.xmin, y: box.ymin });
  const end = toScreen(view, { x: box.xmax, y: box.ymax });
  const [left, top, width, height] = [start.xScr, start.yScr, end.xScr - start.xScr, end.yScr - start.yScr];
  context.globalAlpha = isFaint ? 0.35 : 1;
  // Dark under light, so that it is seen on any gray.
  for (const [color, lineWidth] of /** @type {const} */ ([["#000000", isHere ? 5 : 4], ["#ffffff", isHere ? 3 : 2]])) {
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.setLineDash(below ? [8, 6] : []);
    if (below || isHere) context.strokeRect(left, top, width, height);
  }
  context.setLineDash([]);
  context.font = FONT;
  context.textBaseline = "middle";
  const wide = context.measureText(name).width + 12;
  const at = below ? top + height + 3 : top - TAG_SCR * 2 - 4;
  context.fillStyle = "#000000";
  context.fillRect(left, at, wide, TAG_SCR);
  context.fillStyle = "#ffffff";
  context.fillText(name, left + 6, at + TAG_SCR / 2);
}
