// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearsEnd, neighbor, sliceOf } from "../../../../static/pages/gallery/grid_window.js";

const GRID = { columns: 5, rowHeight: 200 };

test("the cards within a window's height of the window are shown, and the rest is room", () => {
  const slice = sliceOf(GRID, { count: 10_000, topScr: 100_000, heightScr: 800 });
  assert.deepEqual(slice, { first: 2480, last: 2540, before: 99_200, after: 298_400 });
  assert.equal(slice.before + slice.after + ((slice.last - slice.first) / 5) * 200, 2000 * 200);
});

test("above its beginning and behind its end a grid shows its ends", () => {
  assert.equal(sliceOf(GRID, { count: 23, topScr: -500, heightScr: 800 }).first, 0);
  assert.deepEqual(sliceOf(GRID, { count: 23, topScr: 9000, heightScr: 800 }), { first: 20, last: 23, before: 800, after: 0 });
  assert.deepEqual(sliceOf(GRID, { count: 0, topScr: 0, heightScr: 800 }), { first: 0, last: 0, before: 0, after: 0 });
});

test("more cards are asked for before the end is seen", () => {
  assert.equal(nearsEnd(GRID, { count: 55, topScr: 0, heightScr: 800 }), true);
  assert.equal(nearsEnd(GRID, { count: 600, topScr: 0, heightScr: 800 }), false);
});

test("arrows lead to the neighbors and nowhere beyond the edge", () => {
  const grid = { columns: 5, count: 23, page: 3 };
  assert.equal(neighbor("ArrowRight", 4, grid), 5);
  assert.equal(neighbor("ArrowLeft", 0, grid), null);
  assert.equal(neighbor("ArrowDown", 16, grid), 21);
  assert.equal(neighbor("ArrowDown", 19, grid), 22);
  assert.equal(neighbor("ArrowDown", 21, grid), null);
  assert.equal(neighbor("ArrowUp", 3, grid), null);
  assert.equal(neighbor("PageUp", 8, grid), 3);
  assert.equal(neighbor("End", 0, grid), 22);
  assert.equal(neighbor("x", 0, grid), null);
});
