import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Unreachable } from "../../../static/server/api.js";
import { createQueue } from "../../../static/server/image_queue.js";
import { createDecisions, rebased } from "../../../static/review/decisions.js";
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
  const words = queueSummary({ audit: 2, unsure: 5, help: 0 }, { unsure: "Unsure", audit: "Audit", help: "Help" });
  assert.deepEqual(words, {
    total: 7,
    reasons: [
      { name: "Unsure", count: 5 },
      { name: "Audit", count: 2 },
    ],
  });
});

async function sent(answer) {
  const told = [];
  const decisions = createDecisions({
    api: { decide: answer },
    done: () => told.push("done"),
    gone: (_, sentence) => told.push(`gone: ${sentence}`),
    comeBack: (decided, error) => told.push({ decided, error }),
  });
  const boxes = [own, { ...proposed, grade: 3 }];
  await decisions.send({ item: /** @type {any} */ ({ claimed }), proposed: [own, proposed], boxes, decision: { decision: "accept", version: 2 } });
  return told;
}

test("a decision that arrives is done", async () => {
  assert.deepEqual(await sent(async () => ({})), ["done"]);
});

test("a decision that somebody else made first is not asked again", async () => {
  const told = await sent(async () => {
    throw new ApiError(409, { detail: "It does not wait any more." });
  });
  assert.deepEqual(told, ["gone: It does not wait any more."]);
});

test("a decision that did not arrive comes back with its boxes", async () => {
  const [{ decided, error }] = await sent(async () => {
    throw new Unreachable("gone");
  });
  assert.equal(error.message, "gone");
  assert.equal(decided.boxes[1].grade, 3);
});

test("a stale decision comes back on top of what was saved meanwhile", async () => {
  const theirs = [own, box("theirs", [1, 1, 2, 2])];
  const [{ decided }] = await sent(async () => {
    throw new ApiError(412, { detail: "stale", version: 5, boxes: theirs });
  });
  assert.equal(decided.item.claimed.version, 5);
  assert.deepEqual(decided.boxes.map(({ id }) => id), ["own", "theirs", "proposed"]);
  assert.equal(decided.boxes[2].grade, 3);
});

test("a proposal that the reviewer removed stays removed after a merge", () => {
  const error = new ApiError(412, { detail: "stale", version: 5, boxes: [own, proposed] });
  /** @type {any} */
  const decided = { item: { claimed }, proposed: [own, proposed], boxes: [own], decision: {} };
  assert.deepEqual(rebased(decided, error)?.boxes.map(({ id }) => id), ["own"]);
});

/** @param {(number | Error)[]} claims @param {{ahead?: number, open?: number}} options */
function makeQueue(claims, { ahead = 2, open } = {}) {
  const asked = [];
  const held = [];
  const released = [];
  const queue = createQueue({
    async claim(exclude) {
      asked.push(exclude);
      const next = claims.shift();
      if (next instanceof Error) throw next;
      return /** @type {any} */ (next ? { image: { id: next } } : null);
    },
    load: async (image) => /** @type {any} */ (`picture ${image.id}`),
    hold: (id) => held.push(id),
    release: (id) => released.push(id),
    open: () => open,
    isExpected: (error) => error instanceof Unreachable,
    ahead,
  });
  return { queue, asked, held, released };
}

test("images are claimed ahead and their pictures are ready when they are taken", async () => {
  const { queue, held } = makeQueue([1, 2, 3, 4]);
  assert.equal(queue.take(), null);
  await queue.fill();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(queue.length(), 2);
  assert.equal(queue.take()?.ready, "picture 1");
  await Promise.all([queue.fill(), queue.fill()]);
  assert.equal(queue.length(), 2, "two fills at once claim once");
  assert.deepEqual(held, [1, 2, 3]);
});

test("an empty queue ends, and a failed claim ahead is tried again when it is needed", async () => {
  const { queue } = makeQueue([new Unreachable("gone"), 7]);
  await queue.fill();
  assert.equal((await queue.next())?.claimed.image.id, 7);
  assert.equal(await queue.next(), null);
});

test("what is on the page already is not claimed again, though its lease may have ended", async () => {
  const { queue, asked } = makeQueue([1, 2], { open: 5 });
  await queue.fill();
  assert.deepEqual(asked, [[5], [1, 5]]);
});

test("what was skipped is not offered again, and what was lost is not opened", async () => {
  const { queue, asked } = makeQueue([1, 2]);
  queue.skip(9);
  await queue.fill();
  assert.deepEqual(asked[0], [9]);
  queue.lose(1);
  assert.equal(queue.take()?.claimed.image.id, 2);
});

test("an image that is skipped while it is being claimed is given back", async () => {
  const { queue, released } = makeQueue([1, 2], { ahead: 1 });
  const filled = queue.fill();
  queue.skip(1);
  await filled;
  assert.deepEqual(released, [1]);
  assert.equal(queue.take()?.claimed.image.id, 2);
});
