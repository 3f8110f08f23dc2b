import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, pyramidOf } from "../../../static/imaging/pyramid.js";
import { createTileCache } from "../../../static/imaging/tile_cache.js";
import { createPainter } from "../../../static/imaging/tile_painting.js";

const pyramid = pyramidOf({ width: 1024, height: 512 }, 512);
const view = { scale: 1, leftScr: 10, topScr: 20 };
const sight = { level: 0, rect: { xmin: 0, ymin: 0, xmax: 1024, ymax: 512 } };

function paint(/** @type {[string, any][]} */ held) {
  const cache = createTileCache(1000);
  for (const [key, tile] of held) cache.put(key, { tile, bytes: 1, bitmap: /** @type {any} */ (key), version: 1 });
  const drawn = [];
  const context = /** @type {any} */ ({ drawImage: (...values) => drawn.push(values) });
  const rendering = /** @type {any} */ ({ isStale: () => false, isBusy: () => false, async renderStale() {} });
  createPainter({ pyramid, cache, rendering }).paintSight(context, view, sight);
  return drawn;
}
const fine = { level: 0, column: 0, row: 0 };
const coarse = { level: 1, column: 0, row: 0 };

test("a tile that is held is drawn at its place", () => {
  assert.deepEqual(paint([[nameOf(fine), fine]]), [[nameOf(fine), 0, 0, 512, 512, 10, 20, 512, 512]]);
});

test("where a fine tile is missing, its part of a coarser one is drawn", () => {
  const [left, right] = paint([[nameOf(fine), fine], [nameOf(coarse), coarse]]);
  assert.equal(left[0], nameOf(fine));
  assert.deepEqual(right, [nameOf(coarse), 256, 0, 256, 256, 522, 20, 512, 512]);
});

test("nothing is drawn of what is not held", () => {
  assert.deepEqual(paint([]), []);
});
