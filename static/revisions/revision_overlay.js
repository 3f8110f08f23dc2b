// @ts-check
// Draws what became of the boxes between two revisions. Each kind has its own stroke, sign and words, so that
// no color is needed to tell them apart.
import { toScreen } from "../canvas/viewport.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */
/** @typedef {import("./difference.js").Difference} Difference */

const FONT = '600 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const TAG_SCR = 18;
/** Okabe-Ito's green, vermilion and blue; the strokes differ too. */
const STYLES = {
  added: { color: "#009e73", dash: [], sign: "+" },
  removed: { color: "#d55e00", dash: [7, 5], sign: "−" },
  changed: { color: "#0072b2", dash: [], sign: "~" },
  was: { color: "#0072b2", dash: [2, 4], sign: "" },
  same: { color: "#7f7f7f", dash: [], sign: "" },
};

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {Viewport} view
 * @param {object} scene
 * @param {readonly Difference[]} scene.differences
 * @param {readonly Box[]} scene.same     boxes that are in both lists as they are
 * @param {string | null} scene.chosen    the box that the list of words points at
 */
export function paintRevisionOverlay(context, view, { differences, same, chosen }) {
  context.save();
  for (const box of same) outline(context, rectOf(view, box), STYLES.same, 1);
  for (const { id, kinds, before, after } of differences) {
    const width = id === chosen ? 4 : 2;
    if (before && after) {
      outline(context, rectOf(view, before), STYLES.was, width);
      outline(context, rectOf(view, after), STYLES.changed, width);
      arrow(context, middleOf(rectOf(view, before)), middleOf(rectOf(view, after)));
      tag(context, rectOf(view, after), STYLES.changed, `${after.defect_type}: ${kinds.join(", ")}`);
    } else if (after) {
      outline(context, rectOf(view, after), STYLES.added, width);
      tag(context, rectOf(view, after), STYLES.added, `${after.defect_type} added`);
    } else if (before) {
      outline(context, rectOf(view, before), STYLES.removed, width);
      cross(context, rectOf(view, before));
      tag(context, rectOf(view, before), STYLES.removed, `${before.defect_type} removed`);
    }
  }
  context.restore();
}

/** @typedef {{left: number, top: number, width: number, height: number}} RectScr */
/** @typedef {{color: string, dash: number[], sign: string}} Look */

/** @param {Viewport} view @param {Box} box @returns {RectScr} */
function rectOf(view, box) {
  const a = toScreen(view, { x: box.xmin, y: box.ymin });
  const b = toScreen(view, { x: box.xmax, y: box.ymax });
  return { left: a.xScr, top: a.yScr, width: b.xScr - a.xScr, height: b.yScr - a.yScr };
}

/** @param {RectScr} rect */
const middleOf = ({ left, top, width, height }) => ({ xScr: left + width / 2, yScr: top + height / 2 });

/** @param {CanvasRenderingContext2D} context @param {RectScr} rect @param {Look} look @param {number} width */
function outline(context, { left, top, width: w, height }, { color, dash }, width) {
  context.setLineDash([]);
  context.lineWidth = width + 2;
  context.strokeStyle = "rgba(255, 255, 255, 0.75)";
  context.strokeRect(left, top, w, height);
  context.setLineDash(dash);
  context.lineWidth = width;
  context.strokeStyle = color;
  context.strokeRect(left, top, w, height);
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {RectScr} rect */
function cross(context, { left, top, width, height }) {
  context.lineWidth = 1;
  context.strokeStyle = STYLES.removed.color;
  context.beginPath();
  context.moveTo(left, top);
  context.lineTo(left + width, top + height);
  context.moveTo(left + width, top);
  context.lineTo(left, top + height);
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../boxes/types.js").PointScr} from
 * @param {import("../boxes/types.js").PointScr} to
 */
function arrow(context, from, to) {
  const dx = to.xScr - from.xScr;
  const dy = to.yScr - from.yScr;
  const length = Math.hypot(dx, dy);
  if (length < 8) return;
  const [ux, uy] = [dx / length, dy / length];
  context.lineWidth = 1.5;
  context.strokeStyle = STYLES.changed.color;
  context.beginPath();
  context.moveTo(from.xScr, from.yScr);
  context.lineTo(to.xScr, to.yScr);
  for (const side of [1, -1]) {
    context.moveTo(to.xScr, to.yScr);
    context.lineTo(to.xScr - 7 * ux + side * 4 * uy, to.yScr - 7 * uy - side * 4 * ux);
  }
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {RectScr} rect @param {Look} look @param {string} words */
function tag(context, { left, top, height }, { color, sign }, words) {
  context.font = FONT;
  const text = `${sign} ${words}`;
  const width = context.measureText(text).width + 10;
  const y = top >= TAG_SCR ? top - TAG_SCR : top + height;
  context.fillStyle = color;
  context.fillRect(left - 1, y, width, TAG_SCR);
  context.fillStyle = "#ffffff";
  context.textBaseline = "middle";
  context.fillText(text, left + 4, y + TAG_SCR / 2 + 0.5);
}
