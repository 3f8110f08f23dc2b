import assert from "node:assert/strict";
import { test } from "node:test";
import { createLayers } from "../../../static/canvas/layers.js";

test("the last layer is asked first, and a press that it takes reaches no other", () => {
  const asked = [];
  const layers = createLayers(() => {});
  layers.add({ paint() {}, press: () => (asked.push("low"), true) });
  const remove = layers.add({ paint() {}, press: () => (asked.push("high"), true) });
  assert.equal(layers.press({ x: 0, y: 0 }), true);
  assert.deepEqual(asked, ["high"]);
  remove();
  layers.press({ x: 0, y: 0 });
  assert.deepEqual(asked, ["high", "low"]);
});

test("a layer paints with settings of its own, in the order of adding, and every change asks for a frame", () => {
  const calls = [];
  let changes = 0;
  const context = /** @type {any} */ ({ save: () => calls.push("save"), restore: () => calls.push("restore") });
  const layers = createLayers(() => (changes += 1));
  layers.add({ paint: () => calls.push("a") });
  layers.add({ paint: () => calls.push("b") })();
  layers.paint(context, { width: 1, height: 1 }, { scale: 1, leftScr: 0, topScr: 0 });
  assert.deepEqual(calls, ["save", "a", "restore"]);
  assert.equal(changes, 3);
  assert.equal(layers.press({ x: 0, y: 0 }), false);
});
