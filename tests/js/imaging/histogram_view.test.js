import assert from "node:assert/strict";
import { test } from "node:test";
import { keyedLevel } from "../../../static/imaging/histogram_view.js";

test("arrows move an end of the window by a step, Home and End to the ends of the axis", () => {
  const axis = { low: 10, high: 200 };
  const moved = ["ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp", "Home", "End"].map((key) => keyedLevel(key, 50, 5, axis));
  assert.deepEqual(moved, [45, 45, 55, 55, 10, 200]);
  assert.equal(keyedLevel("a", 50, 5, axis), undefined);
});
