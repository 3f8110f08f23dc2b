import assert from "node:assert/strict";
import { test } from "node:test";
import { Unreachable } from "../../../static/server/api.js";
import { createQueueCounts } from "../../../static/review/queue_counts.js";

function setUp(getReviewCounts) {
  const shown = [];
  const queueCounts = createQueueCounts({
    api: /** @type {any} */ ({ getReviewCounts }),
    slug: "p",
    reviewPanel: /** @type {any} */ ({ showCounts: (counts) => shown.push(counts) }),
    counts: { unsure: 2, audit: 0 },
  });
  return { queueCounts, shown };
}

test("a decision counts its reason down, never below nothing", () => {
  const { queueCounts, shown } = setUp(async () => ({ reasons: {} }));
  queueCounts.decided("unsure");
  queueCounts.decided("audit");
  queueCounts.decided(undefined);
  assert.deepEqual(shown.map(({ unsure, audit }) => [unsure, audit]), [[2, 0], [1, 0], [1, 0], [1, 0]]);
});

test("the server counts again after some seconds, and its silence changes nothing", async (t) => {
  let now = 0;
  const { now: realNow } = performance;
  performance.now = () => now;
  t.after(() => void (performance.now = realNow));
  const answers = [async () => ({ reasons: { unsure: 9 } }), async () => Promise.reject(new Unreachable("no server"))];
  const { queueCounts, shown } = setUp(() => answers.shift()?.());
  queueCounts.countAgain();
  assert.equal(answers.length, 2, "too soon");
  now = 5000;
  queueCounts.countAgain();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(shown.at(-1), { unsure: 9 });
  now = 10000;
  queueCounts.countAgain();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(shown.at(-1), { unsure: 9 });
});
