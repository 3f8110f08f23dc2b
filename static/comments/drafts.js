// @ts-check
// Words that were written and not sent yet, kept on this computer.
import { makeId } from "../boxes/boxes.js";

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Shelf */

/**
 * A thread that is being begun. Its uid is made once, so that sending it twice makes one thread.
 * @typedef {{uid: string, text: string, x: number | null, y: number | null, box: string | null,
 *   needs_help: boolean}} Beginning
 */

/** @typedef {{uid: string, text: string}} Answer */

/** @typedef {{begin: Beginning | null, answers: Record<string, Answer>}} Draft  answers by their thread's id */

/**
 * @typedef {object} Drafts
 * @property {(imageId: string | number) => Draft} find   an empty draft when nothing was kept
 * @property {(imageId: string | number, draft: Draft) => boolean} keep  false when there is no room
 */

/**
 * Make the drafts of one person.
 * @param {Shelf | null} shelf null where the browser denies storage
 * @param {string} user
 * @returns {Drafts}
 */
export function createDrafts(shelf, user) {
  const nameOf = (/** @type {string | number} */ imageId) => `blemish.draft.${user}.${imageId}`;
  return {
    find: (imageId) => readDraft(shelf?.getItem(nameOf(imageId)) ?? null),
    keep(imageId, draft) {
      const answers = Object.fromEntries(Object.entries(draft.answers).filter(([, { text }]) => text.trim()));
      const isEmpty = !draft.begin && Object.keys(answers).length === 0;
      try {
        if (isEmpty) shelf?.removeItem(nameOf(imageId));
        else shelf?.setItem(nameOf(imageId), JSON.stringify({ begin: draft.begin, answers }));
        return shelf !== null;
      } catch (error) {
        if (error instanceof DOMException) return false; // full, or denied
        throw error;
      }
    },
  };
}

/**
 * Read kept words; text that is not ours counts as none.
 * @param {string | null} text
 * @returns {Draft}
 */
export function readDraft(text) {
  /** @type {Draft} */
  const draft = { begin: null, answers: {} };
  let found;
  try {
    found = JSON.parse(text ?? "{}");
  } catch (error) {
    if (error instanceof SyntaxError) return draft;
    throw error;
  }
  const begin = found?.begin;
  if (typeof begin?.uid === "string" && typeof begin.text === "string") {
    draft.begin = {
      uid: begin.uid,
      text: begin.text,
      x: numberOr(begin.x),
      y: numberOr(begin.y),
      box: typeof begin.box === "string" ? begin.box : null,
      needs_help: begin.needs_help === true,
    };
  }
  for (const [thread, answer] of Object.entries(found?.answers ?? {})) {
    const { uid, text: words } = /** @type {any} */ (answer) ?? {};
    if (typeof uid === "string" && typeof words === "string") draft.answers[thread] = { uid, text: words };
  }
  return draft;
}

/** @param {unknown} value @returns {number | null} */
function numberOr(value) {
  return typeof value === "number" ? value : null;
}

/**
 * Begin a thread's draft.
 * @param {Partial<Beginning>} [more]
 * @returns {Beginning}
 */
export function newBeginning(more = {}) {
  return { uid: makeId(), text: "", x: null, y: null, box: null, needs_help: false, ...more };
}

/** @returns {Answer} */
export function newAnswer() {
  return { uid: makeId(), text: "" };
}
