// @ts-check
// What a person has chosen of each conflict, and where in the list he stands. Pure state, no page.
import { choicesOf } from "../boxes/merge.js";

/** @typedef {import("../boxes/merge.js").Conflict} Conflict */
/** @typedef {import("../boxes/merge.js").Choice} Choice */

/**
 * @typedef {object} Choosing
 * @property {readonly Conflict[]} conflicts
 * @property {number} at
 * @property {ReadonlyMap<string, Choice>} choices
 */

/**
 * Begin to choose, keeping the choices that were made of the same conflicts before.
 * @param {readonly Conflict[]} conflicts
 * @param {Choosing | null} before
 * @returns {Choosing}
 */
export function startChoices(conflicts, before) {
  const ids = new Set(conflicts.map(({ id }) => id));
  const choices = new Map([...(before?.choices ?? [])].filter(([id]) => ids.has(id)));
  return { conflicts, at: Math.max(0, conflicts.findIndex(({ id }) => !choices.has(id))), choices };
}

/** @param {Choosing} choosing @returns {Conflict} */
export function present({ conflicts, at }) {
  return conflicts[at];
}

/** @param {Choosing} choosing @param {number} step @returns {Choosing} round at the ends */
export function walked(choosing, step) {
  const count = choosing.conflicts.length;
  return { ...choosing, at: (choosing.at + step + count) % count };
}

/**
 * Choose for one conflict, by default the present one, and go on to the next that is open.
 * @param {Choosing} choosing
 * @param {Choice} choice
 * @param {string} [id]
 * @returns {Choosing} unchanged where that choice does not exist
 */
export function withChoice(choosing, choice, id = present(choosing).id) {
  const index = choosing.conflicts.findIndex((conflict) => conflict.id === id);
  if (index < 0 || !choicesOf(choosing.conflicts[index]).includes(choice)) return choosing;
  const choices = new Map(choosing.choices).set(id, choice);
  const count = choosing.conflicts.length;
  const order = Array.from({ length: count }, (_, step) => (index + step) % count);
  const open = order.find((place) => !choices.has(choosing.conflicts[place].id));
  return { ...choosing, choices, at: open ?? index };
}

/** @param {Choosing} choosing @param {"mine" | "theirs"} choice @returns {Choosing} */
export function withAll(choosing, choice) {
  return { ...choosing, choices: new Map(choosing.conflicts.map(({ id }) => [id, choice])) };
}

/** @param {Choosing} choosing @returns {boolean} */
export function isComplete({ conflicts, choices }) {
  return conflicts.every(({ id }) => choices.has(id));
}

const SIDES = /** @type {const} */ (["xmin", "ymin", "xmax", "ymax"]);
const MARKS = /** @type {const} */ (["difficult", "truncated", "occluded", "pose"]);

/**
 * Say what each side did to a box.
 * @param {Conflict} conflict
 * @param {string} other  the other person's name
 * @returns {string}
 */
export function conflictMessage({ kind, mine, theirs }, other) {
  if (kind === "deleted-by-me") return `You deleted it, ${other} changed it.`;
  if (kind === "deleted-by-them") return `You changed it, ${other} deleted it.`;
  const parts = [];
  if (mine && theirs) {
    if (SIDES.some((side) => mine[side] !== theirs[side])) parts.push("place");
    if (mine.defect_type !== theirs.defect_type) parts.push(`type (${mine.defect_type} or ${theirs.defect_type})`);
    else if (mine.grade !== theirs.grade) parts.push(`grade (${mine.grade ?? "none"} or ${theirs.grade ?? "none"})`);
    if (MARKS.some((mark) => mine[mark] !== theirs[mark])) parts.push("marks");
  }
  return `Both of you changed its ${parts.join(" and ") || "values"}.`;
}
