import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnRect } from "../../../static/canvas/draw_tool.js";
import { box } from "../sample.js";
import { setUp, stroke } from "./tool_context.js";

test("a drag on empty ground draws one box of whole pixels and selects it", () => {
  const { store, changes, edit, selected, draft } = setUp();
  stroke(edit, { x: 10.4, y: 10.6 }, { x: 20, y: 20 }, { x: 30.2, y: 40.7 });
  assert.equal(changes.length, 1);
  assert.deepEqual(store.all(), [box("new1", [10, 11, 30, 41])]);
  assert.equal(selected(), "new1");
  assert.equal(draft(), null);
});

test("a box drawn over the border is cut to the image", () => {
  const { store, drawTool } = setUp();
  stroke(drawTool, { x: 90, y: 70 }, { x: 500, y: -20 });
  assert.deepEqual(store.all(), [box("new1", [90, 0, 100, 70])]);
});

test("a drag without area makes nothing, and says why", () => {
  const { store, drawTool, draft, said } = setUp();
  stroke(drawTool, { x: 10, y: 10 }, { x: 40, y: 10.2 });
  stroke(drawTool, { x: 150, y: 10 }, { x: 190, y: 60 });
  assert.deepEqual(store.all(), []);
  assert.equal(draft(), null);
  assert.equal(said.length, 2);
  assert.match(said[0], /at least one pixel/);
});

test("a click on empty ground clears the selection and draws nothing", () => {
  const { store, edit, selected } = setUp([box("a", [10, 10, 30, 30])]);
  stroke(edit, { x: 20, y: 20 });
  assert.equal(selected(), "a");
  stroke(edit, { x: 80, y: 70 });
  assert.equal(selected(), null);
  assert.equal(store.all().length, 1);
});

test("the drawing tool draws inside a box too", () => {
  const { store, drawTool } = setUp([box("a", [0, 0, 100, 80])]);
  stroke(drawTool, { x: 20, y: 20 }, { x: 30, y: 30 });
  assert.equal(store.all().length, 2);
});

test("what a drag draws is the same in every direction, whole and inside the image", () => {
  const size = { width: 100, height: 80 };
  const [from, to] = [{ x: 10.4, y: 20.6 }, { x: 130, y: 50.2 }];
  const rect = drawnRect(from, to, size);
  assert.deepEqual(rect, drawnRect(to, from, size));
  assert.equal(rect?.xmax, 100);
  assert.ok(Object.values(rect ?? {}).every(Number.isInteger));
  assert.equal(drawnRect(from, { x: 10.4, y: 50 }, size), null);
});
