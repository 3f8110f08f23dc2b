import assert from "node:assert/strict";
import { test } from "node:test";
import { cursorFor, hitTest } from "../../../static/canvas/hit_test.js";
import { box } from "../sample.js";

const large = box("large", [0, 0, 100, 100]);
const small = box("small", [40, 40, 60, 60]);
const boxes = [small, large];

/**
 * @param {number} x
 * @param {number} y
 * @param {string | null} [selected]
 * @returns {any}
 */
function hit(x, y, selected = null, scale = 4, list = boxes) {
  return hitTest({ boxes: list, selected, point: { x, y }, scale });
}

test("the smallest box wins a click, whatever the order", () => {
  assert.deepEqual(hit(50, 50), { kind: "body", id: "small" });
  assert.deepEqual(hit(50, 50, null, 4, [large, small]), { kind: "body", id: "small" });
  assert.deepEqual(hit(20, 20), { kind: "body", id: "large" });
});

test("a handle of the selected box comes before edges and bodies", () => {
  assert.deepEqual(hit(40, 40, "small"), { kind: "handle", id: "small", handle: "nw" });
  assert.deepEqual(hit(60, 50, "small"), { kind: "handle", id: "small", handle: "e" });
  assert.deepEqual(hit(100, 100, "large"), { kind: "handle", id: "large", handle: "se" });
});

test("handles of boxes that are not selected do not exist", () => {
  assert.deepEqual(hit(40, 40, "large"), { kind: "edge", id: "small" });
});

test("an edge comes before a body below it", () => {
  const crossing = box("crossing", [50, 0, 52, 100]);
  assert.deepEqual(hit(0.5, 50), { kind: "edge", id: "large" });
  assert.equal(hit(99.5, 20, null, 4, [large, crossing]).id, "large");
});

test("the reach is measured on the screen, not in the image", () => {
  assert.equal(hit(63, 50, "small", 1).kind, "handle");
  assert.equal(hit(63, 50, "small", 20).kind, "body");
});

test("the middle of a small box still moves it", () => {
  const tiny = box("tiny", [10, 10, 14, 14]);
  assert.deepEqual(hit(12, 12, "tiny", 1, [tiny]), { kind: "edge", id: "tiny" });
  assert.equal(hit(9, 9, "tiny", 1, [tiny]).kind, "handle");
});

test("nothing lies outside", () => {
  assert.deepEqual(hit(150, 50), { kind: "nothing" });
});

test("cursors tell the direction of a handle", () => {
  assert.equal(cursorFor({ kind: "handle", id: "a", handle: "ne" }), "nesw-resize");
  assert.equal(cursorFor({ kind: "body", id: "a" }), "move");
  assert.equal(cursorFor({ kind: "nothing" }), "crosshair");
});
