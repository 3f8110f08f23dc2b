import assert from "node:assert/strict";
import { test } from "node:test";
import { cutToImage, fromCorners, isBox, moved, resized } from "../../../static/boxes/geometry.js";

const SIZE = { width: 100, height: 80 };
const RECT = { xmin: 10, ymin: 20, xmax: 40, ymax: 50 };

test("corners make a rectangle in whichever order they come", () => {
  assert.deepEqual(fromCorners({ x: 40, y: 20 }, { x: 10, y: 50 }), RECT);
});

test("a rectangle without area is no box", () => {
  assert.equal(isBox({ xmin: 5, ymin: 5, xmax: 5, ymax: 9 }), false);
  assert.equal(isBox({ xmin: 5, ymin: 5, xmax: 6, ymax: 6 }), true);
});

test("a rectangle over the border is cut to the image", () => {
  assert.deepEqual(cutToImage({ xmin: -5, ymin: 70, xmax: 120, ymax: 99 }, SIZE), {
    xmin: 0,
    ymin: 70,
    xmax: 100,
    ymax: 80,
  });
});

test("a moved box keeps its size at every border", () => {
  for (const { drag, at } of [
    { drag: { x: 500, y: 0 }, at: { xmin: 70, ymin: 20 } },
    { drag: { x: -500, y: -500 }, at: { xmin: 0, ymin: 0 } },
    { drag: { x: 3.4, y: 900 }, at: { xmin: 13, ymin: 50 } },
  ]) {
    const rect = moved(RECT, drag, SIZE);
    assert.equal(rect.xmin, at.xmin);
    assert.equal(rect.ymin, at.ymin);
    assert.equal(rect.xmax - rect.xmin, 30);
    assert.equal(rect.ymax - rect.ymin, 30);
  }
});

test("a proposal's fractional corners keep their fraction when it is moved", () => {
  const rect = moved({ xmin: 10.25, ymin: 20.5, xmax: 40.75, ymax: 50.5 }, { x: 2, y: 0 }, SIZE);
  assert.deepEqual(rect, { xmin: 12.25, ymin: 20.5, xmax: 42.75, ymax: 50.5 });
});

test("each handle moves only its own sides", () => {
  const drag = { x: 5, y: 7 };
  assert.deepEqual(resized(RECT, "nw", drag, SIZE), { xmin: 15, ymin: 27, xmax: 40, ymax: 50 });
  assert.deepEqual(resized(RECT, "n", drag, SIZE), { xmin: 10, ymin: 27, xmax: 40, ymax: 50 });
  assert.deepEqual(resized(RECT, "ne", drag, SIZE), { xmin: 10, ymin: 27, xmax: 45, ymax: 50 });
  assert.deepEqual(resized(RECT, "e", drag, SIZE), { xmin: 10, ymin: 20, xmax: 45, ymax: 50 });
  assert.deepEqual(resized(RECT, "se", drag, SIZE), { xmin: 10, ymin: 20, xmax: 45, ymax: 57 });
  assert.deepEqual(resized(RECT, "s", drag, SIZE), { xmin: 10, ymin: 20, xmax: 40, ymax: 57 });
  assert.deepEqual(resized(RECT, "sw", drag, SIZE), { xmin: 15, ymin: 20, xmax: 40, ymax: 57 });
  assert.deepEqual(resized(RECT, "w", drag, SIZE), { xmin: 15, ymin: 20, xmax: 40, ymax: 50 });
});

test("a handle dragged past the other side turns the box over", () => {
  assert.deepEqual(resized(RECT, "e", { x: -35, y: 0 }, SIZE), { xmin: 5, ymin: 20, xmax: 10, ymax: 50 });
});

test("no resize leaves the image or makes an empty box", () => {
  for (const handle of /** @type {const} */ (["nw", "n", "ne", "e", "se", "s", "sw", "w"])) {
    for (let x = -130; x <= 130; x += 5) {
      for (let y = -130; y <= 130; y += 5) {
        const rect = resized(RECT, handle, { x, y }, SIZE);
        assert.ok(isBox(rect), `${handle} ${x} ${y}`);
        assert.ok(rect.xmin >= 0 && rect.ymin >= 0 && rect.xmax <= 100 && rect.ymax <= 80);
      }
    }
  }
});

test("a side at the border steps inwards when both sides meet", () => {
  const thin = { xmin: 99, ymin: 0, xmax: 100, ymax: 80 };
  assert.deepEqual(resized(thin, "w", { x: 50, y: 0 }, SIZE), thin);
});
