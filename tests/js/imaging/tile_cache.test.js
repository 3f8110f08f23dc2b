import assert from "node:assert/strict";
import { test } from "node:test";
import { createTileCache } from "../../../static/imaging/tile_cache.js";

test("the tiles not looked at for longest go first, never those in sight", () => {
  const cache = createTileCache(300);
  const held = (/** @type {number} */ column) => ({ tile: { level: 0, column, row: 0 }, bytes: 100, bitmap: null, version: 0 });
  for (const [index, key] of ["a", "b", "c", "d", "e"].entries()) cache.put(key, held(index));
  cache.get("a");
  const gone = cache.trim(new Set(["b"]));
  assert.deepEqual(gone.map(({ tile }) => tile.column), [2, 3]);
  assert.equal(cache.bytes(), 300);
  assert.ok(cache.peek("a") && cache.peek("b") && cache.peek("e"));
  cache.put("a", { ...held(0), bytes: 150 });
  assert.equal(cache.bytes(), 350);
});

test("a cache that is cleared gives back everything that it held", () => {
  const cache = createTileCache(300);
  cache.put("a", { tile: { level: 0, column: 0, row: 0 }, bytes: 100, bitmap: null, version: 0 });
  assert.equal(cache.clear().length, 1);
  assert.equal(cache.bytes(), 0);
  assert.equal(cache.peek("a"), undefined);
});
