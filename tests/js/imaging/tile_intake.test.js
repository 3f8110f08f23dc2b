import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, pyramidOf } from "../../../static/imaging/pyramid.js";
import { createTileCache } from "../../../static/imaging/tile_cache.js";
import { createTileIntake } from "../../../static/imaging/tile_intake.js";

const shape = { width: 1024, height: 512, channels: 1, depth: 8, side: 512 };
const pyramid = pyramidOf(shape, shape.side);

function setUp() {
  const cache = createTileCache(1e9);
  const calls = [];
  let arrivals = [];
  const tileWorkers = /** @type {any} */ ({
    base: async () => void calls.push("base"),
    load: async () => void calls.push("load"),
    loadWhole: async () => (calls.push("whole"), Uint32Array.of(1)),
  });
  const intake = createTileIntake({ id: "i", shape, pyramid, cache, tileWorkers, arrived: (counts) => void arrivals.push(counts) });
  return { cache, calls, intake, arrivals: () => arrivals };
}
const buffer = new ArrayBuffer(1);

test("a tile is held with its bytes; the coarsest one is the base of local contrast too", async () => {
  const { cache, calls, intake, arrivals } = setUp();
  await intake.takeTile({ level: 0, column: 1, row: 0 }, buffer);
  assert.deepEqual(calls, ["load"]);
  assert.equal(cache.bytes(), 512 * 512 * 5);
  await intake.takeTile({ level: 1, column: 0, row: 0 }, buffer);
  assert.deepEqual(calls, ["load", "base", "load"]);
  assert.deepEqual(arrivals(), [undefined, undefined]);
});

test("an image in one piece brings all of its tiles, and the counts of its levels", async () => {
  const { cache, intake, arrivals } = setUp();
  await intake.takeWhole(buffer);
  for (const tile of [{ level: 0, column: 0, row: 0 }, { level: 0, column: 1, row: 0 }, { level: 1, column: 0, row: 0 }]) {
    assert.ok(cache.peek(nameOf(tile)));
  }
  assert.deepEqual(arrivals(), [Uint32Array.of(1)]);
});

test("what arrives after the image was closed is not held", async () => {
  const { cache, intake, arrivals } = setUp();
  const taken = intake.takeTile({ level: 0, column: 0, row: 0 }, buffer);
  intake.close();
  await taken;
  assert.equal(cache.bytes(), 0);
  assert.deepEqual(arrivals(), []);
});
