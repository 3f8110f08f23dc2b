// @ts-check
// One change for many images: sent in parts, with progress and a stop, gathered into one outcome.

import { post } from "../rest.js";

const IDS_AT_ONCE = 1000;

/**
 * @typedef {{ id: number, name: string, code: string, detail: string }} Refusal
 * @typedef {{ done: number[], also: number[], refused: Refusal[], stopped: boolean }} Outcome
 * @typedef {{ ids: number[] } | { filter: Record<string, string[]>, without: number[] }} Chosen
 */

/**
 * @param {string} address
 * @param {Chosen} chosen
 * @param {Record<string, unknown>} change  the action and its fields
 * @param {{ progress: (handled: number) => void, stopped: () => boolean, send?: typeof post }} watch
 * @returns {Promise<Outcome>}
 */
export async function changeMany(address, chosen, change, { progress, stopped, send = post }) {
  /** @type {Outcome} */
  const outcome = { done: [], also: [], refused: [], stopped: false };
  /** @param {Record<string, unknown>} images */
  const call = async (images) => {
    const answer = await send(address, { ...images, ...change });
    outcome.done.push(...answer.done);
    outcome.also.push(...answer.also);
    outcome.refused.push(...answer.refused);
    progress(outcome.done.length + outcome.refused.length);
    return answer.after;
  };
  if ("ids" in chosen) {
    for (let start = 0; start < chosen.ids.length; start += IDS_AT_ONCE) {
      if (stopped()) return { ...outcome, stopped: true };
      await call({ ids: chosen.ids.slice(start, start + IDS_AT_ONCE) });
    }
    return outcome;
  }
  /** @type {number | null} */
  let after = null;
  do {
    if (stopped()) return { ...outcome, stopped: true };
    after = await call(after === null ? chosen : { ...chosen, after });
  } while (after !== null);
  return outcome;
}

/** @type {Record<string, string>} */
const DONE = {
  set_split: "moved",
  set_origin: "changed",
  review: "sent to review",
  delete: "deleted",
  restore: "restored",
};

/**
 * Say in a sentence what became of a change.
 * @param {string} action
 * @param {Outcome} outcome
 */
export function sentenceFor(action, { done, also, refused, stopped }) {
  const parts = [`${images(done.length)} ${DONE[action] ?? "changed"}`];
  if (also.length && action === "set_split") parts.push(`${images(also.length)} of the same parts moved along`);
  if (also.length && action === "set_origin") parts.push(`${images(also.length)} took the split of the part`);
  if (refused.length) parts.push(`${refused.length.toLocaleString("en")} left as they were`);
  if (stopped) parts.push("stopped before the rest");
  return `${parts.join(", ")}.`;
}

/** @param {number} count */
export function images(count) {
  return `${count.toLocaleString("en")} ${count === 1 ? "image" : "images"}`;
}
