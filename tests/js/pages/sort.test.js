import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "../../../static/pages/sort.js";

test("numbers sort by size and texts by their letters, numbers inside them by size", () => {
  assert.deepEqual([10, 9, -1].sort(compare), [-1, 9, 10]);
  assert.deepEqual(["lot 10", "lot 9", "lot 1"].sort(compare), ["lot 1", "lot 9", "lot 10"]);
});

test("numbers come before texts, whichever way they are asked", () => {
  assert.deepEqual(["–", 3, "a", 1].sort(compare).slice(0, 2), [1, 3]);
  assert.ok(compare(1, "a") < 0);
  assert.ok(compare("a", 1) > 0);
});
