// @ts-check
// Three-way merge of box lists by box id. Pure. The rule: no edit and no new box is ever dropped;
// a deletion counts only where the other side left the box alone.
import { makeId, mergeBox, sameBox, toWire } from "./boxes.js";

/** @typedef {import("./types.js").Box} Box */

/**
 * @typedef {object} Conflict
 * @property {string} id
 * @property {"both-changed" | "deleted-by-me" | "deleted-by-them"} kind
 * @property {Box | null} mine
 * @property {Box | null} theirs
 */

/** @typedef {{boxes: Box[], conflicts: Conflict[]}} Merged */

/**
 * What a person wants of each conflict, by box id, or of all of them. `both` keeps theirs and puts mine
 * beside it as a box of its own.
 * @typedef {"mine" | "theirs" | "both"} Choice
 * @typedef {Map<string, Choice> | "mine" | "theirs"} Choices
 */

/**
 * Merge what two people made of one list.
 * @param {object} lists
 * @param {readonly Box[]} lists.base the list that both started from
 * @param {readonly Box[]} lists.mine
 * @param {readonly Box[]} lists.theirs
 * @returns {Merged} their order, then the boxes that only I have; a conflict keeps mine on top
 */
export function mergeBoxes({ base, mine, theirs }) {
  const baseById = byId(base);
  const mineById = byId(mine);
  const theirsById = byId(theirs);
  /** @type {Box[]} */
  const boxes = [];
  /** @type {Conflict[]} */
  const conflicts = [];
  for (const their of theirs) {
    const old = baseById.get(their.id) ?? null;
    const my = mineById.get(their.id) ?? null;
    if (my) {
      const { box, clash } = mergeBox({ base: old ?? my, mine: my, theirs: their });
      // Without a common base both sides made the same id: keep mine, as for any clash.
      const kept = old ? box : { ...their, ...pickWritten(my) };
      boxes.push(kept);
      if (clash || (!old && !sameBox(my, their))) {
        conflicts.push({ id: their.id, kind: "both-changed", mine: my, theirs: their });
      }
    } else if (!old) {
      boxes.push(their);
    } else if (!sameBox(old, their)) {
      boxes.push(their);
      conflicts.push({ id: their.id, kind: "deleted-by-me", mine: null, theirs: their });
    }
  }
  for (const my of mine) {
    if (theirsById.has(my.id)) continue;
    const old = baseById.get(my.id);
    if (!old) {
      boxes.push(my);
    } else if (!sameBox(old, my)) {
      boxes.push(my);
      conflicts.push({ id: my.id, kind: "deleted-by-them", mine: my, theirs: null });
    }
  }
  return { boxes, conflicts };
}

/**
 * Tell which choices a conflict leaves: a deletion and a box cannot both be.
 * @param {Conflict} conflict
 * @returns {Choice[]}
 */
export function choicesOf({ mine, theirs }) {
  return mine && theirs ? ["mine", "theirs", "both"] : ["mine", "theirs"];
}

/**
 * Give the list that a person has chosen.
 * @param {Merged} merged  with mine on top
 * @param {Choices} choices
 * @returns {Box[]}
 */
export function chosen({ boxes, conflicts }, choices) {
  const byBox = new Map(conflicts.map((conflict) => [conflict.id, conflict]));
  const choiceOf = (/** @type {string} */ id) => (typeof choices === "string" ? choices : choices.get(id)) ?? "mine";
  return boxes.flatMap((box) => {
    const conflict = byBox.get(box.id);
    if (!conflict) return [box];
    const { mine, theirs } = conflict;
    const choice = choiceOf(box.id);
    if (choice === "mine") return mine ? [box] : [];
    if (choice === "theirs" || !mine || !theirs) return theirs ? [theirs] : [];
    return [theirs, /** @type {Box} */ ({ ...toWire(mine), id: makeId() })];
  });
}

/** @param {readonly Box[]} boxes @returns {Map<string, Box>} */
function byId(boxes) {
  return new Map(boxes.map((box) => [box.id, box]));
}

/** @param {Box} box @returns {Partial<Box>} */
function pickWritten(box) {
  const { id, defect_type, xmin, ymin, xmax, ymax, grade, difficult, truncated, occluded, pose } = box;
  return { id, defect_type, xmin, ymin, xmax, ymax, grade, difficult, truncated, occluded, pose };
}
