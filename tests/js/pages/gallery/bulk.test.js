// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { changeMany, sentenceFor } from "../../../../static/pages/gallery/bulk.js";

const whole = { done: [], also: [], refused: [], after: null };

test("many ids are sent in parts and gathered", async () => {
  /** @type {number[]} */
  const sizes = [];
  const send = async (/** @type {string} */ _, /** @type {any} */ body) => {
    sizes.push(body.ids.length);
    return { ...whole, done: body.ids };
  };
  const ids = Array.from({ length: 2500 }, (_, n) => n + 1);
  const watch = { progress: () => {}, stopped: () => false, send };
  const outcome = await changeMany("/bulk/", { ids }, { action: "delete" }, watch);
  assert.deepEqual(sizes, [1000, 1000, 500]);
  assert.equal(outcome.done.length, 2500);
});

test("a filter is followed to its end, and a stop ends it earlier", async () => {
  /** @type {any[]} */
  const bodies = [];
  const send = async (/** @type {string} */ _, /** @type {any} */ body) => {
    bodies.push(body);
    return { ...whole, done: [bodies.length], after: bodies.length < 3 ? bodies.length * 10 : null };
  };
  const chosen = { filter: { lot: ["L"] }, without: [4] };
  const outcome = await changeMany("/bulk/", chosen, { action: "review" }, { progress: () => {}, stopped: () => false, send });
  assert.deepEqual(bodies.map((body) => body.after), [undefined, 10, 20]);
  assert.deepEqual(bodies[2].without, [4]);
  assert.equal(outcome.done.length, 3);
  bodies.length = 0;
  const stopped = await changeMany("/bulk/", chosen, {}, { progress: () => {}, stopped: () => bodies.length > 0, send });
  assert.deepEqual([stopped.stopped, stopped.done], [true, [1]]);
});

test("an outcome is one sentence", () => {
  const refused = [{ id: 1, name: "a", code: "leased", detail: "" }];
  assert.equal(sentenceFor("delete", { done: [1], also: [], refused, stopped: false }), "1 image deleted, 1 left as they were.");
  assert.equal(
    sentenceFor("set_split", { done: [1, 2], also: [3], refused: [], stopped: true }),
    "2 images moved, 1 image of the same parts moved along, stopped before the rest.",
  );
});
