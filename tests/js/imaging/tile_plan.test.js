import assert from "node:assert/strict";
import { test } from "node:test";
import { pyramidOf, topOf } from "../../../static/imaging/pyramid.js";
import { createZoomRest, sightOfWhole, staleTiles, wantedTiles } from "../../../static/imaging/tile_plan.js";

const pyramid = pyramidOf({ width: 4096, height: 4096 }, 512);
const sight = { level: 0, rect: { xmin: 1100, ymin: 1100, xmax: 1200, ymax: 1200 } };
const seen = { level: 0, column: 2, row: 2 };
const has = (/** @type {any[]} */ tiles, /** @type {any} */ wanted) =>
  tiles.some(({ level, column, row }) => level === wanted.level && column === wanted.column && row === wanted.row);

test("the whole image comes first, then what is seen, then what lies around and above", () => {
  const tiles = wantedTiles(pyramid, sight, { probed: null, isZooming: false });
  assert.deepEqual(tiles.slice(0, 2), [topOf(pyramid), seen]);
  assert.equal(has(tiles, { level: 0, column: 1, row: 3 }), true);
  assert.equal(has(tiles, { level: 1, column: 1, row: 1 }), true);
});

test("while a zoom goes on nothing around is wanted; what is under the cursor is", () => {
  const probed = { level: 0, column: 7, row: 7 };
  assert.deepEqual(wantedTiles(pyramid, sight, { probed, isZooming: true }), [topOf(pyramid), seen, probed]);
});

test("tiles in sight are rendered before their neighbours", () => {
  assert.deepEqual(staleTiles(pyramid, sight, ({ level, column }) => level === 0 && column >= 2), [seen]);
  const around = staleTiles(pyramid, sight, ({ column }) => column === 3);
  assert.equal(around.length, 3);
});

test("a whole image is seen at the level that fits the screen", () => {
  const { level, rect } = sightOfWhole(pyramid, { width: 512, height: 512 });
  assert.deepEqual(rect, { xmin: 0, ymin: 0, xmax: 4096, ymax: 4096 });
  assert.equal(level, 3);
});

test("a zoom passes until it rests, and then asks for a frame", async () => {
  let rested = 0;
  const zoomRest = createZoomRest(() => (rested += 1));
  assert.equal(zoomRest.isPassing(1), false);
  zoomRest.planned();
  assert.equal(zoomRest.isPassing(2), true);
  assert.equal(zoomRest.isZooming(), true);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(rested, 1);
  assert.equal(zoomRest.isZooming(), false);
  assert.equal(zoomRest.isPassing(2), false);
});
