import assert from "node:assert/strict";
import { test } from "node:test";
import { needsMap } from "../../../static/canvas/overview.js";

test("a map is needed once more than a margin of the image is out of sight", () => {
  const size = { width: 1000, height: 500 };
  assert.equal(needsMap({ xmin: 0, ymin: 0, xmax: 1000, ymax: 500 }, size), false);
  assert.equal(needsMap({ xmin: 15, ymin: 0, xmax: 1000, ymax: 495 }, size), false);
  for (const cut of [{ xmin: 30 }, { ymin: 20 }, { xmax: 900 }, { ymax: 400 }]) {
    assert.equal(needsMap({ xmin: 0, ymin: 0, xmax: 1000, ymax: 500, ...cut }, size), true);
  }
});
