import assert from "node:assert/strict";
import { test } from "node:test";
import { rectOfExtremes } from "../../../static/canvas/extreme_tool.js";
import { setUp, stroke } from "./tool_context.js";

test("four extreme points make a box, in whatever order, with a preview on the way", () => {
  const { store, extreme, draft, marks } = setUp();
  stroke(extreme, { x: 30.2, y: 60 });
  stroke(extreme, { x: 10, y: 33 });
  extreme.hover({ x: 40, y: 40 });
  assert.deepEqual([draft().xmin, draft().ymin, draft().xmax, draft().ymax], [10, 33, 40, 60]);
  assert.equal(marks().length, 2);
  stroke(extreme, { x: 25, y: 20.4 });
  stroke(extreme, { x: 50, y: 30 });
  assert.deepEqual(store.all().map(({ xmin, ymin, xmax, ymax }) => [xmin, ymin, xmax, ymax]), [[10, 20, 50, 60]]);
  assert.equal(draft(), null);
  assert.deepEqual(marks(), []);
});

test("an extreme point can be taken back, one by one", () => {
  const { store, extreme } = setUp();
  for (const x of [10, 20, 70]) stroke(extreme, { x, y: x });
  assert.ok(extreme.back());
  stroke(extreme, { x: 30, y: 15 });
  assert.equal(store.all().length, 0);
  stroke(extreme, { x: 12, y: 40 });
  assert.deepEqual(store.all().map(({ xmin, ymin, xmax, ymax }) => [xmin, ymin, xmax, ymax]), [[10, 10, 30, 40]]);
  assert.equal(extreme.back(), false);
});

test("four points on one line make no box, and say why", () => {
  const { store, extreme, said } = setUp();
  for (const y of [10, 20, 30, 40]) stroke(extreme, { x: 20, y });
  assert.deepEqual(store.all(), []);
  assert.match(said.at(-1), /at least one pixel/);
});

test("extreme points are held by the smallest whole box inside the image; fewer than two hold none", () => {
  const size = { width: 100, height: 80 };
  const points = [{ x: 10, y: 30 }, { x: 50, y: 5 }, { x: 120, y: 40 }, { x: 60, y: 70 }];
  assert.deepEqual(rectOfExtremes(points, size), { xmin: 10, ymin: 5, xmax: 100, ymax: 70 });
  assert.equal(rectOfExtremes(points.slice(0, 1), size), null);
});
