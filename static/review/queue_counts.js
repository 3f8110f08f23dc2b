// @ts-check
// How much is left to review: counted down with each decision, counted again by the server now and then.
import { isExpectedError } from "../server/errors.js";

const COUNT_AGAIN_MS = 4000;

/**
 * @typedef {object} QueueCounts
 * @property {(reason: string | undefined) => void} decided  one item of that reason is done
 * @property {() => void} countAgain
 */

/**
 * @param {object} parts
 * @param {import("../server/api.js").Api} parts.api
 * @param {string} parts.slug
 * @param {import("./review_panel.js").ReviewPanel} parts.reviewPanel
 * @param {Record<string, number>} parts.counts  by reason, as the page was made
 * @returns {QueueCounts}
 */
export function createQueueCounts({ api, slug, reviewPanel, counts: known }) {
  let counts = { ...known };
  let countedAt = performance.now();
  reviewPanel.showCounts(counts);

  async function countAgain() {
    if (performance.now() - countedAt < COUNT_AGAIN_MS) return;
    countedAt = performance.now();
    try {
      counts = (await api.getReviewCounts(slug)).reasons;
      reviewPanel.showCounts(counts);
    } catch (error) {
      if (!isExpectedError(error)) throw error; // the numbers stay as they were
    }
  }

  return {
    decided(reason) {
      if (reason && counts[reason] > 0) counts = { ...counts, [reason]: counts[reason] - 1 };
      reviewPanel.showCounts(counts);
      void countAgain();
    },
    countAgain: () => void countAgain(),
  };
}
