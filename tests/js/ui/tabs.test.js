import assert from "node:assert/strict";
import { test } from "node:test";
import { stepOf } from "../../../static/ui/tabs.js";

test("arrows walk round the tabs, Home and End go to their ends, other keys do nothing", () => {
  assert.deepEqual(["ArrowRight", "ArrowLeft", "Home", "End"].map((key) => stepOf(key, 2, 3)), [0, 1, 0, 2]);
  assert.equal(stepOf("ArrowLeft", 0, 3), 2);
  assert.equal(stepOf("a", 0, 3), null);
});
