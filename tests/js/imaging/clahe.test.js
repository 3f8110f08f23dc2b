import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, limit, measureRegions, weightsAlong } from "../../../static/imaging/clahe.js";
import { STEPS, placeTable } from "../../../static/imaging/tone_mapping.js";

test("contrast is limited: no bin keeps more than the clip allows, and nothing is lost", () => {
  const counts = Float64Array.from({ length: 256 }, (_, bin) => (bin === 9 ? 1000 : 1));
  const limited = limit(counts, 3);
  const mean = 1255 / 256;
  assert.ok(Math.max(...limited) <= 3 * mean + 1000 / 256 + 1e-9);
  assert.ok(Math.abs(limited.reduce((sum, count) => sum + count, 0) - 1255) < 1e-6);
});

test("regions of a flat image change nothing but even it out, and rise with the level", () => {
  const whole = { levels: Uint8Array.from({ length: 4096 }, (_, index) => index % 251), width: 64, height: 64, channels: 1 };
  const { tables, columns, rows } = measureRegions(whole, { places: placeTable({ low: 0, high: 255 }, 256), most: 8, clip: 4 });
  assert.ok(columns === 4 && rows === 4, "each region has pixels enough");
  for (let place = 1; place < STEPS; place += 1) assert.ok(tables[place] >= tables[place - 1]);
});

test("the grid follows the shape of the image", () => {
  assert.deepEqual(gridOf({ width: 512, height: 256 }, 8), { columns: 8, rows: 4 });
  assert.deepEqual(gridOf({ width: 512, height: 3 }, 16), { columns: 16, rows: 1 });
  assert.deepEqual(gridOf({ width: 4, height: 4 }, 8), { columns: 1, rows: 1 });
});

test("weights run evenly from one region to the next, over the edges of tiles", () => {
  const whole = weightsAlong({ start: 0, length: 100, whole: 100, count: 4 });
  const part = weightsAlong({ start: 60, length: 40, whole: 100, count: 4 });
  assert.deepEqual([...part.weight], [...whole.weight.subarray(60)]);
  assert.deepEqual([...part.before], [...whole.before.subarray(60)]);
  assert.equal(whole.before[0], 0);
  assert.equal(whole.after[99], 3);
});
