// @ts-check
// Sends decisions while the reviewer is at the next image already. One that fails comes back with its
// image, its boxes and a sentence.
import { ApiError } from "../server/api.js";
import { makeId, sameBoxes } from "../boxes/boxes.js";
import { mergeBoxes } from "../boxes/merge.js";
import { isExpectedError } from "../server/errors.js";

/** @typedef {import("../server/api.js").Api} Api */
/** @typedef {import("../server/image_queue.js").Item} Item */
/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../server/api.js").Decision} Decision */

/**
 * A decision and all that is needed to come back to it. `boxes` is what the reviewer saw and made.
 * @typedef {{item: Item, proposed: Box[], boxes: Box[], decision: Decision}} Decided
 */

/**
 * @typedef {object} Decisions
 * @property {(decided: Decided) => Promise<void>} send
 */

/**
 * @param {object} parts
 * @param {Pick<Api, "decide">} parts.api
 * @param {(decided: Decided) => void} parts.done
 * @param {(decided: Decided, sentence: string) => void} parts.gone     somebody else has decided it
 * @param {(decided: Decided, error: Error) => void} parts.comeBack
 * @returns {Decisions}
 */
export function createDecisions({ api, done, gone, comeBack }) {
  /** @param {Decided} decided @param {unknown} error */
  function failed(decided, error) {
    if (!isExpectedError(error)) throw error;
    const status = error instanceof ApiError ? error.status : 0;
    if (status !== 412) {
      if (status === 409 || status === 404) gone(decided, error.message);
      else comeBack(decided, error);
      return;
    }
    const again = rebased(decided, /** @type {ApiError} */ (error));
    // What two people made of one box is for the label page to ask.
    if (again) comeBack(again, error);
    else gone(decided, error.message);
  }

  return {
    async send(decided) {
      try {
        await api.decide(decided.item.claimed.image.id, decided.decision);
        done(decided);
      } catch (error) {
        failed(decided, error);
      }
    },
  };
}

/**
 * Write a decision. Sent again as it was, one that had arrived without its answer counts once: it keeps its id.
 * @param {"accept" | "correct" | "reject"} word
 * @param {{version: number, boxes: Box[], before?: Decided}} open   before: a decision that came back
 * @returns {Decision}
 */
export function makeDecision(word, { version, boxes, before }) {
  const isSame = before?.decision.decision === word && before.decision.version === version && sameBoxes(before.boxes, boxes);
  const mutation = (isSame && before.decision.mutation) || makeId();
  // Accepting sends what was seen, so that the predicted grades are accepted with their boxes.
  return { decision: word, version, mutation, ...(word === "reject" ? {} : { boxes }) };
}

/**
 * Put a reviewer's boxes on top of what was saved meanwhile.
 * @param {Decided} decided
 * @param {ApiError} error  of status 412, whose body carries the current version and boxes
 * @returns {Decided | null} null where both changed one box
 */
export function rebased(decided, error) {
  const { version, boxes: theirs } = /** @type {{version: number, boxes: Box[]}} */ (error.body);
  const { claimed } = decided.item;
  const isProposed = new Set(claimed.review?.boxes.map(({ id }) => id));
  // A proposal is no saved box: its absence from the saved list is no deletion.
  const base = claimed.boxes;
  const mine = decided.boxes;
  const { boxes: merged, conflicts } = mergeBoxes({ base, mine, theirs });
  if (conflicts.length > 0) return null;
  const dropped = decided.proposed.filter(({ id }) => isProposed.has(id) && !mine.some((box) => box.id === id));
  const boxes = merged.filter(({ id }) => !dropped.some((box) => box.id === id));
  return { ...decided, boxes, item: { ...decided.item, claimed: { ...claimed, version, boxes: theirs } } };
}
