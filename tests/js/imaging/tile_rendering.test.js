import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../../static/imaging/pyramid.js";
import { createTileCache } from "../../../static/imaging/tile_cache.js";
import { createTileRendering } from "../../../static/imaging/tile_rendering.js";

const tile = { level: 0, column: 0, row: 0 };

function setUp() {
  const cache = createTileCache(1000);
  cache.put(nameOf(tile), { tile, bytes: 1, bitmap: null, version: 0 });
  const closed = [];
  const bitmap = (/** @type {string} */ name) => /** @type {any} */ ({ name, close: () => closed.push(name) });
  let batches = 0;
  let settled = 0;
  const rendering = createTileRendering({
    cache,
    staleTiles: () => [tile].filter(rendering.isStale),
    render: async (tiles) => new Map(tiles.map((item) => [item, bitmap(`bitmap ${(batches += 1)}`)])),
    changed() {},
    settled: () => void (settled += 1),
  });
  return { cache, rendering, closed, batches: () => batches, settled: () => settled };
}

test("tiles are rendered until nothing is stale, and again for another tone mapping", async () => {
  const { cache, rendering, closed, settled } = setUp();
  assert.equal(rendering.isStale(tile), true);
  await rendering.renderStale();
  assert.equal(rendering.isStale(tile), false);
  assert.equal(settled(), 1);
  rendering.outdate();
  assert.equal(rendering.isStale(tile), true);
  await rendering.renderStale();
  assert.deepEqual(closed, ["bitmap 1"]);
  assert.equal(/** @type {any} */ (cache.peek(nameOf(tile))?.bitmap).name, "bitmap 2");
});

test("a tone mapping that changes while tiles are rendered has them rendered once more", async () => {
  const { rendering, batches } = setUp();
  const done = rendering.renderStale();
  assert.equal(rendering.isBusy(), true);
  rendering.outdate();
  await rendering.renderStale();
  await done;
  assert.equal(batches(), 2);
  assert.equal(rendering.isStale(tile), false);
});

test("a tile that left the cache meanwhile is closed, and no other tile is touched", async () => {
  const { cache, rendering, closed } = setUp();
  const done = rendering.renderStale();
  cache.clear();
  await done;
  assert.deepEqual(closed, ["bitmap 1"]);
  assert.equal(rendering.isStale(tile), false);
});
