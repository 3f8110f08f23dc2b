import assert from "node:assert/strict";
import { test } from "node:test";
import { boxesToReview, differenceFrom, queueSummary } from "../../../static/review/proposal.js";
import { box } from "../sample.js";

const own = box("own", [0, 0, 5, 5]);
const proposed = box("proposed", [10, 10, 20, 20], { origin: "model", decision: "pending", score: 0.4 });
/** @type {any} */
const claimed = { image: { id: 3, name: "3.png" }, version: 2, boxes: [own], review: { boxes: [own, proposed] } };

test("a reviewer sees the image's own boxes and the proposed ones once each", () => {
  assert.deepEqual(boxesToReview(claimed), [own, proposed]);
  assert.deepEqual(boxesToReview({ ...claimed, review: null }), [own]);
});

test("a grade is given on the way; anything else corrects", () => {
  const boxes = [own, proposed];
  assert.equal(differenceFrom(boxes, [own, { ...proposed }]), "as proposed");
  assert.equal(differenceFrom(boxes, [own, { ...proposed, grade: 2 }]), "graded");
  assert.equal(differenceFrom(boxes, [own, { ...proposed, grade: 2, xmax: 21 }]), "corrected");
  assert.equal(differenceFrom(boxes, [own]), "corrected");
  assert.equal(differenceFrom(boxes, [own, proposed, box("new", [0, 0, 1, 1])]), "corrected");
  assert.equal(differenceFrom(boxes, [own, box("other", [10, 10, 20, 20])]), "corrected");
});

test("the queue is counted in the order of its reasons", () => {
  const summary = queueSummary({ audit: 2, unsure: 5, help: 0 }, { unsure: "Unsure", audit: "Audit", help: "Help" });
  assert.deepEqual(summary, {
    total: 7,
    reasons: [
      { name: "Unsure", count: 5 },
      { name: "Audit", count: 2 },
    ],
  });
});
