import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Unreachable } from "../../../static/server/api.js";
import { createDecisions, makeDecision, rebased } from "../../../static/review/decisions.js";
import { box } from "../sample.js";

const own = box("own", [0, 0, 5, 5]);
const proposed = box("proposed", [10, 10, 20, 20], { origin: "model", decision: "pending", score: 0.4 });
/** @type {any} */
const claimed = { image: { id: 3, name: "3.png" }, version: 2, boxes: [own], review: { boxes: [own, proposed] } };

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


test("a decision that is sent again as it was keeps its id; any difference makes it another one", () => {
  const boxes = [own, proposed];
  const first = makeDecision("accept", { version: 2, boxes });
  const before = /** @type {any} */ ({ boxes, decision: first });
  assert.equal(makeDecision("accept", { version: 2, boxes: [own, { ...proposed }], before }).mutation, first.mutation);
  assert.notEqual(makeDecision("reject", { version: 2, boxes, before }).mutation, first.mutation);
  assert.notEqual(makeDecision("accept", { version: 3, boxes, before }).mutation, first.mutation);
  assert.notEqual(makeDecision("accept", { version: 2, boxes: [own], before }).mutation, first.mutation);
});

test("a rejection sends no boxes; an acceptance sends what was seen", () => {
  assert.equal("boxes" in makeDecision("reject", { version: 2, boxes: [own] }), false);
  assert.deepEqual(makeDecision("accept", { version: 2, boxes: [own] }).boxes, [own]);
});
