import assert from "node:assert/strict";
import { test } from "node:test";
import { rangeTo, rowForKey, rowsInSight } from "../../../static/panel/box_list.js";
import { box } from "../sample.js";

test("the rows in sight are made, and a few around them", () => {
  assert.deepEqual(rowsInSight({ count: 1000, rowScr: 50, topScr: 5000, heightScr: 500 }), { from: 94, to: 116 });
  assert.deepEqual(rowsInSight({ count: 3, rowScr: 50, topScr: 0, heightScr: 500 }), { from: 0, to: 3 });
  assert.deepEqual(rowsInSight({ count: 0, rowScr: 50, topScr: 900, heightScr: 500 }), { from: 0, to: 0 });
});

test("arrows walk from the selected row; without one they begin at an end", () => {
  assert.deepEqual(["ArrowDown", "ArrowUp", "Home", "End"].map((key) => rowForKey(key, 2, 9)), [3, 1, 0, 8]);
  assert.deepEqual(["ArrowDown", "ArrowUp"].map((key) => rowForKey(key, -1, 9)), [0, 8]);
  assert.equal(rowForKey("a", 2, 9), null);
});

test("a range goes from the row that was selected last to the one that was clicked, which leads", () => {
  const boxes = ["a", "b", "c", "d"].map((id) => box(id, [0, 0, 1, 1]));
  assert.deepEqual(rangeTo(boxes, "b", "d"), ["b", "c", "d"]);
  assert.deepEqual(rangeTo(boxes, "d", "b"), ["c", "d", "b"]);
  assert.deepEqual(rangeTo(boxes, undefined, "b"), ["a", "b"]);
});
