// @ts-check
// The grade that a grader proposes for a box that has none: at once where a model made the box, within a
// second or two where a person drew it and a worker is idle. It is advice: no box gets a grade by itself.
import { isExpectedError } from "../server/errors.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */
/** @typedef {{state: string, grades: Record<string, number[]>}} Answer */
/** @typedef {{id: number} & Answer} Question */
/** @typedef {{level: number, name: string, probability: number}} Advice */

/** A box that is still being moved is not worth a question. */
const QUIET_MS = 350;
/** Waits between two requests for the answer; after the last one nobody waits any more. */
const LOOKS_MS = [250, 400, 600, 900, 1300, 2000, 3000, 5000];

/**
 * @typedef {object} GradeAdvice
 * @property {(box: Box, type: DefectType | undefined) => Advice | null} of
 * @property {(imageId: string | number, box: Box, type: DefectType | undefined) => void} want
 */

/**
 * Make the advice of one page.
 * @param {object} parts
 * @param {(imageId: string | number, boxes: Box[]) => Promise<Question>} parts.ask
 * @param {(id: number) => Promise<Answer>} parts.fetchAnswer
 * @param {() => void} parts.changed   an answer has come
 * @param {(callback: () => void, ms: number) => any} [parts.later]
 * @param {(timer: any) => void} [parts.cancelLater]
 * @returns {GradeAdvice}
 */
export function createGradeAdvice({ ask, fetchAnswer, changed, later = setTimeout, cancelLater = clearTimeout }) {
  /** @type {Map<string, number[] | null>} by placeOf; null while it is asked, or where no answer came */
  const answers = new Map();
  /** @type {any} */
  let timer;
  let wanted = "";

  /** @param {string | number} imageId @param {Box} box */
  async function inquire(imageId, box) {
    const place = placeOf(box);
    answers.set(place, null);
    try {
      const question = await ask(imageId, [box]);
      /** @type {Answer} */
      let answer = question;
      for (const ms of LOOKS_MS) {
        if (answer.state === "done" || answer.state === "failed") break;
        await new Promise((resolve) => later(() => resolve(undefined), ms));
        answer = await fetchAnswer(question.id);
      }
      const probabilities = answer.grades[box.id];
      if (!probabilities) return;
      answers.set(place, probabilities);
      changed();
    } catch (error) {
      // Advice that cannot be had is no reason to disturb anybody; the next box asks again.
      if (!isExpectedError(error)) throw error;
      answers.delete(place);
    }
  }

  return {
    of(box, type) {
      if (box.grade !== null || !type?.graded) return null;
      const known = box.grade_probabilities ?? answers.get(placeOf(box));
      return known?.length === type.grades.length ? likeliest(known, type) : null;
    },
    want(imageId, box, type) {
      if (box.grade !== null || box.grade_probabilities || !type?.has_grader) return;
      const place = placeOf(box);
      if (answers.has(place) || wanted === place) return;
      wanted = place;
      cancelLater(timer);
      timer = later(() => {
        wanted = "";
        void inquire(imageId, box);
      }, QUIET_MS);
    },
  };
}

/**
 * Name what was graded: another place or type is another question.
 * @param {Box} box
 * @returns {string}
 */
function placeOf({ id, defect_type, xmin, ymin, xmax, ymax }) {
  return [id, defect_type, xmin, ymin, xmax, ymax].join(" ");
}

/**
 * Choose the median grade, the least expected error; its probability stands beside it.
 * @param {readonly number[]} probabilities of grades 1 to K
 * @param {DefectType} type
 * @returns {Advice}
 */
export function likeliest(probabilities, type) {
  let reached = 0;
  let index = 0;
  for (; index < probabilities.length - 1; index += 1) {
    reached += probabilities[index];
    if (reached >= 0.5) break;
  }
  const { level, name } = type.grades[index];
  return { level, name, probability: probabilities[index] };
}
