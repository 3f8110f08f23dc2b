// @ts-check
// Reads out, for a person who does not see the canvas, which box is selected and what became of it.
import { countOf, describeBox, lengthOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */

/** Held arrows move a box thirty times a second: it is read out once it rests. */
const REST_MS = 300;

/**
 * @typedef {object} Announcer
 * @property {(state: {box: Box | null, boxes: readonly Box[], selected?: number}) => void} update  selected counts
 *   the boxes that are selected together
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.place  a polite live region
 * @param {(name: string) => DefectType | undefined} parts.typeOf
 * @param {(call: () => void, ms: number) => any} [parts.later]
 * @param {(timer: any) => void} [parts.cancelLater]
 * @returns {Announcer}
 */
export function createAnnouncer({
  place,
  typeOf,
  later = (call, ms) => setTimeout(call, ms),
  cancelLater = (timer) => clearTimeout(timer),
}) {
  /** @type {any} */
  let timer;
  let said = "";
  /** @type {Box | null} */
  let before = null;

  return {
    update({ box, boxes, selected = box ? 1 : 0 }) {
      const sentence = sentenceOf({ box, boxes, selected, before, typeOf });
      before = box;
      if (sentence === "" || sentence === said) return;
      said = sentence;
      cancelLater(timer);
      timer = later(() => (place.textContent = sentence), REST_MS);
    },
  };
}

/**
 * @param {object} state
 * @param {Box | null} state.box
 * @param {readonly Box[]} state.boxes
 * @param {number} state.selected
 * @param {Box | null} state.before  the box that was selected
 * @param {(name: string) => DefectType | undefined} state.typeOf
 * @returns {string} empty when there is nothing to be said
 */
function sentenceOf({ box, boxes, selected, before, typeOf }) {
  const all = countOf(boxes.length, "box", "boxes");
  if (selected > 1) return `${selected} of ${all} selected`;
  if (box) {
    const place = `at x ${lengthOf(box.xmin)}, y ${lengthOf(box.ymin)}`;
    const number = boxes.findIndex(({ id }) => id === box.id) + 1;
    return `${describeBox(box, typeOf(box.defect_type))}, ${place}. Box ${number} of ${boxes.length}.`;
  }
  if (!before) return "";
  return boxes.some(({ id }) => id === before.id) ? `No box selected, ${all}` : `Box gone, ${all}`;
}
