// @ts-check
// The words around a proposal: why a person is asked, what can be decided, how much is left.
import { element, find } from "../ui/element.js";
import { queueSummary } from "./proposal.js";

/** @typedef {import("../boxes/types.js").ReviewInfo} ReviewInfo */

/**
 * @typedef {object} ReviewPanel
 * @property {(review: ReviewInfo | null) => void} showReason
 * @property {(state: {corrected: boolean, empty: boolean}) => void} showChoices
 * @property {(counts: Record<string, number>) => void} showCounts
 */

/**
 * @param {HTMLElement} root
 * @param {Record<string, string>} reasonNames
 * @returns {ReviewPanel}
 */
export function createReviewPanel(root, reasonNames) {
  const accept = /** @type {HTMLButtonElement} */ (find("button[data-command=accept]", root));
  const correct = /** @type {HTMLButtonElement} */ (find("button[data-command=correct]", root));

  return {
    showReason(review) {
      find("[data-reason]", root).textContent = reasonText(review);
      find("[data-detail]", root).textContent = review?.detail ?? "";
      find("[data-model]", root).textContent = modelText(review);
    },
    showChoices({ corrected, empty }) {
      accept.disabled = corrected;
      correct.disabled = !corrected;
      accept.classList.toggle("primary", !corrected);
      correct.classList.toggle("primary", corrected);
      find("[data-accept-word]", root).textContent = empty && !corrected ? "Accept: no defect" : "Accept";
      find("[data-correct-word]", root).textContent = empty && corrected ? "Correct: no defect" : "Correct";
    },
    showCounts(counts) {
      const { total, reasons } = queueSummary(counts, reasonNames);
      find("[data-waiting]", root).textContent = `${total} to review`;
      const inTab = document.querySelector(".tabs [aria-current=page] .count");
      if (inTab?.firstChild) inTab.firstChild.textContent = String(total);
      find("[data-reasons]", root).replaceChildren(
        ...reasons.map(({ name, count }) =>
          element("li", { class: "chip" }, `${name} `, element("b", {}, String(count))),
        ),
      );
    },
  };
}

/** @param {ReviewInfo | null} review @returns {string} */
function reasonText(review) {
  if (!review) return "Asked by a person";
  return review.help && review.reason !== "help" ? `Needs help, and ${review.reason_text.toLowerCase()}` : review.reason_text;
}

/** @param {ReviewInfo | null} review @returns {string} */
function modelText(review) {
  if (!review?.model_name) return "";
  return `Proposed by ${review.model_name}${review.round_number ? `, round ${review.round_number}` : ""}`;
}
