// @ts-check
// What became of an image's boxes between two revisions, box by box, and in words.
import { countOf, lengthOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */

/** @typedef {"added" | "removed" | "moved" | "resized" | "retyped" | "regraded" | "marked"} Kind */

/**
 * One box that is not the same in both lists. `before` is null when it was added, `after` when removed.
 * @typedef {object} Difference
 * @property {string} id
 * @property {Kind[]} kinds
 * @property {Box | null} before
 * @property {Box | null} after
 */

const FLAGS = /** @type {const} */ (["difficult", "truncated", "occluded"]);
/** Less than this is the noise of a round trip through decimals. */
const SAME = 1e-6;

/**
 * Compare two box lists by the ids of their boxes.
 * @param {readonly Box[]} before
 * @param {readonly Box[]} after
 * @returns {Difference[]} changed and added ones in the order of `after`, then the removed ones
 */
export function differencesOf(before, after) {
  const old = new Map(before.map((box) => [box.id, box]));
  const kept = new Set(after.map(({ id }) => id));
  /** @type {Difference[]} */
  const found = [];
  for (const box of after) {
    const was = old.get(box.id) ?? null;
    const kinds = was ? changesOf(was, box) : /** @type {Kind[]} */ (["added"]);
    if (kinds.length > 0) found.push({ id: box.id, kinds, before: was, after: box });
  }
  for (const box of before) {
    if (!kept.has(box.id)) found.push({ id: box.id, kinds: ["removed"], before: box, after: null });
  }
  return found;
}

/** @param {Box} was @param {Box} is @returns {Kind[]} */
function changesOf(was, is) {
  /** @type {Kind[]} */
  const kinds = [];
  if (differs(widthOf(was), widthOf(is)) || differs(heightOf(was), heightOf(is))) kinds.push("resized");
  else if (differs(was.xmin, is.xmin) || differs(was.ymin, is.ymin)) kinds.push("moved");
  if (was.defect_type !== is.defect_type) kinds.push("retyped");
  if ((was.grade ?? null) !== (is.grade ?? null)) kinds.push("regraded");
  if (FLAGS.some((flag) => Boolean(was[flag]) !== Boolean(is[flag])) || was.pose !== is.pose) kinds.push("marked");
  return kinds;
}

/** @param {number} a @param {number} b */
const differs = (a, b) => Math.abs(a - b) > SAME;
/** @param {Box} box */
const widthOf = (box) => box.xmax - box.xmin;
/** @param {Box} box */
const heightOf = (box) => box.ymax - box.ymin;

/**
 * Say what became of one box.
 * @param {Difference} difference
 * @returns {string}
 */
export function describeDifference({ kinds, before, after }) {
  const box = after ?? before;
  if (!box) return "";
  if (!before || !after) {
    const grade = box.grade === null || box.grade === undefined ? "" : `, grade ${box.grade}`;
    return `${box.defect_type} ${kinds[0]}${grade}: ${sizeOf(box)} at ${placeOf(box)}`;
  }
  const name = kinds.includes("retyped") ? before.defect_type : after.defect_type;
  return `${name} ${kinds.map((kind) => changeWords(kind, before, after)).join("; ")}`;
}

/** @param {Kind} kind @param {Box} was @param {Box} is @returns {string} */
function changeWords(kind, was, is) {
  switch (kind) {
    case "moved":
      return `moved ${shiftWords(is.xmin - was.xmin, is.ymin - was.ymin)}`;
    case "resized":
      return `resized from ${sizeOf(was)} at ${placeOf(was)} to ${sizeOf(is)} at ${placeOf(is)}`;
    case "retyped":
      return `became ${is.defect_type}`;
    case "regraded":
      return `${gradeWords(was.grade)} became ${gradeWords(is.grade)}`;
    case "marked":
      return markWords(was, is);
    default:
      return kind;
  }
}

/** @param {number} dx @param {number} dy @returns {string} such as "3 right, 2 up" */
function shiftWords(dx, dy) {
  const parts = [];
  if (differs(dx, 0)) parts.push(`${lengthOf(Math.abs(dx))} ${dx > 0 ? "right" : "left"}`);
  if (differs(dy, 0)) parts.push(`${lengthOf(Math.abs(dy))} ${dy > 0 ? "down" : "up"}`);
  return parts.join(", ");
}

/** @param {Box} was @param {Box} is @returns {string} */
function markWords(was, is) {
  const parts = FLAGS.filter((flag) => Boolean(was[flag]) !== Boolean(is[flag])).map((flag) =>
    is[flag] ? `marked ${flag}` : `no longer ${flag}`,
  );
  if (was.pose !== is.pose) parts.push(`pose ${was.pose || "none"} became ${is.pose || "none"}`);
  return parts.join("; ");
}

/** @param {number | null | undefined} grade @returns {string} */
const gradeWords = (grade) => (grade === null || grade === undefined ? "no grade" : `grade ${grade}`);
/** @param {Box} box @returns {string} */
const sizeOf = (box) => `${lengthOf(widthOf(box))} × ${lengthOf(heightOf(box))}`;
/** @param {Box} box @returns {string} */
const placeOf = (box) => `x ${lengthOf(box.xmin)}, y ${lengthOf(box.ymin)}`;

/**
 * Say how much differs.
 * @param {readonly Difference[]} differences
 * @returns {string} such as "2 boxes added, 1 changed"
 */
export function countDifferences(differences) {
  const added = differences.filter(({ before }) => !before).length;
  const removed = differences.filter(({ after }) => !after).length;
  const changed = differences.length - added - removed;
  const parts = [
    [added, "added"],
    [removed, "removed"],
    [changed, "changed"],
  ].filter(([count]) => count);
  if (parts.length === 0) return "The boxes are the same.";
  return parts
    .map(([count, word], index) => `${index === 0 ? countOf(Number(count), "box", "boxes") : count} ${word}`)
    .join(", ");
}
