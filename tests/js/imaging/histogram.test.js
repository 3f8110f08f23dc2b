import assert from "node:assert/strict";
import { test } from "node:test";
import { axisOf, barsOf, levelAt, movedWindow, outlineOf, placeOf, windowHolding } from "../../../static/imaging/histogram.js";

test("the axis holds the levels that occur with a little room, within the depth", () => {
  assert.deepEqual(axisOf({ low: 1000, high: 2000, step: 1, counts: [] }, 16), { low: 960, high: 2040 });
  assert.deepEqual(axisOf({ low: 0, high: 255, step: 1, counts: [] }, 8), { low: 0, high: 255 });
  const flat = axisOf({ low: 7, high: 7, step: 1, counts: [9] }, 8);
  assert.ok(flat.low < 7 && flat.high > 7);
});

test("places and levels map back onto each other; what lies beyond stands at the end", () => {
  const axis = { low: 1000, high: 3000 };
  for (const level of [1000, 1001, 2345, 3000]) assert.equal(levelAt(axis, placeOf(axis, level)), level);
  assert.equal(placeOf(axis, 60000), 1);
  assert.equal(placeOf(axis, 0), 0);
});

test("bars share out counts by the levels that they cover", () => {
  const bars = barsOf({ low: 0, high: 7, step: 2, counts: [4, 0, 16, 0] }, { low: 0, high: 7 }, 4);
  assert.deepEqual([...bars], [0.5, 0, 1, 0]);
  const fine = barsOf({ low: 2, high: 3, step: 2, counts: [8] }, { low: 0, high: 7 }, 8);
  assert.deepEqual([...fine], [0, 0, 1, 1, 0, 0, 0, 0]);
});

test("bars become an outline, and the rarest level is still seen", () => {
  assert.equal(outlineOf(Float64Array.of(1, 0, 0.001)), "M0 100V0h1V100h1V99h1V100Z");
});

test("a fitted window leaves dead pixels and glare out", () => {
  const counts = new Uint32Array(65536);
  counts[0] = 3;
  for (let level = 20000; level < 21000; level += 1) counts[level] = 100;
  counts[65535] = 5;
  assert.deepEqual(windowHolding(counts, 0.0001), { low: 20000, high: 20999 });
  assert.equal(windowHolding(new Uint32Array(256), 0.001), null);
  const flat = new Uint32Array(256);
  flat[0] = 50;
  assert.deepEqual(windowHolding(flat, 0.001), { low: 0, high: 1 });
});

test("a dragged window stays a window within the depth", () => {
  const window = { low: 100, high: 200 };
  assert.deepEqual(movedWindow(window, "low", 250, 8), { low: 199, high: 200 });
  assert.deepEqual(movedWindow(window, "high", 999, 8), { low: 100, high: 255 });
  assert.deepEqual(movedWindow(window, "both", 240, 8), { low: 155, high: 255 });
  assert.deepEqual(movedWindow(window, "both", -9, 8), { low: 0, high: 100 });
});
