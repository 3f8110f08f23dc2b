// @ts-check
// How each box is drawn on the canvas: its color, its line, and what its tag says.
import { severityOf } from "../boxes/severity.js";
import { scoreOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../canvas/paint.js").BoxStyle} BoxStyle */
/** @typedef {import("../canvas/tags.js").TagPart} TagPart */

/** The color of boxes whose type is not known here. */
const NO_TYPE_COLOR = "#999999";

/**
 * Style boxes. A box's style is worked out once: boxes are values, a changed one is another object.
 * @param {object} parts
 * @param {(name: string) => import("../boxes/types.js").DefectType | undefined} parts.typeOf
 * @param {(box: Box) => boolean} parts.isProposal   whether a box is drawn as one that nobody decided
 * @param {boolean} parts.scores                     whether tags show score and severity
 * @param {(severity: number) => string} parts.rampColor
 * @returns {(box: Box) => BoxStyle}
 */
export function createBoxStyles({ typeOf, isProposal, scores, rampColor }) {
  /** @type {WeakMap<Box, BoxStyle>} */
  const styles = new WeakMap();

  /** @param {Box} box @returns {BoxStyle} */
  function makeStyle(box) {
    const type = typeOf(box.defect_type);
    const color = type?.color ?? NO_TYPE_COLOR;
    const grade = box.grade === null ? "" : ` · ${box.grade}`;
    /** @type {TagPart[]} */
    const tag = [{ text: box.defect_type + grade + (box.difficult ? " (difficult)" : ""), kind: "type", color }];
    const severity = scores ? severityOf(box, type) : null;
    if (scores && typeof box.score === "number") tag.push({ text: `score ${scoreOf(box.score)}`, kind: "score" });
    if (severity) {
      tag.push({ text: `severity ${severity.severity.toFixed(2)}`, kind: "severity", color: rampColor(severity.severity) });
    }
    return { color, dashed: isProposal(box), tag };
  }

  return (box) => {
    const known = styles.get(box);
    if (known) return known;
    const style = makeStyle(box);
    styles.set(box, style);
    return style;
  };
}

/**
 * Read the severity ramp from the page's tokens; its ends are mixed as the style sheet does.
 * @param {HTMLElement} root
 * @returns {(severity: number) => string} #rrggbb
 */
export function readRamp(root) {
  const probe = document.createElement("span");
  probe.hidden = true;
  root.append(probe);
  const ends = ["--severity-least", "--severity-most"].map((token) => {
    probe.style.color = `var(${token})`;
    return (getComputedStyle(probe).color.match(/[\d.]+/g) ?? ["153", "153", "153"]).slice(0, 3).map(Number);
  });
  probe.remove();
  return (severity) =>
    `#${ends[0]
      .map((least, index) => Math.round(least + (ends[1][index] - least) * severity))
      .map((channel) => channel.toString(16).padStart(2, "0"))
      .join("")}`;
}
