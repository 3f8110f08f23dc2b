// @ts-check
// One image of the review queue: what was proposed, and what a person made of it. Pure.
import { sameBox } from "../boxes/boxes.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Claimed} Claimed */

/**
 * Give the boxes that a reviewer sees: the image's own, then the proposed ones that it does not hold.
 * @param {Claimed} claimed
 * @returns {Box[]}
 */
export function boxesToReview({ boxes, review }) {
  const held = new Set(boxes.map(({ id }) => id));
  return [...boxes, ...(review?.boxes ?? []).filter(({ id }) => !held.has(id))];
}

/**
 * Tell how far boxes are from what was proposed. A grade is given on the way: it corrects nothing.
 * @param {readonly Box[]} proposed
 * @param {readonly Box[]} now
 * @returns {"as proposed" | "graded" | "corrected"}
 */
export function differenceFrom(proposed, now) {
  const byId = new Map(proposed.map((box) => [box.id, box]));
  if (proposed.length !== now.length || now.some(({ id }) => !byId.has(id))) return "corrected";
  const pairs = now.map((box) => [box, /** @type {Box} */ (byId.get(box.id))]);
  if (pairs.some(([box, old]) => !sameBox({ ...box, grade: old.grade }, old))) return "corrected";
  return pairs.some(([box, old]) => box.grade !== old.grade) ? "graded" : "as proposed";
}

/**
 * Put the counts of the queue into words.
 * @param {Record<string, number>} counts  by reason
 * @param {Record<string, string>} names   of the reasons, in their order
 * @returns {{total: number, reasons: {name: string, count: number}[]}}
 */
export function queueSummary(counts, names) {
  const reasons = Object.entries(names)
    .filter(([reason]) => counts[reason] > 0)
    .map(([reason, name]) => ({ name, count: counts[reason] }));
  return { total: reasons.reduce((sum, { count }) => sum + count, 0), reasons };
}
