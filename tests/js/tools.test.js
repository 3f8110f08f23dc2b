import assert from "node:assert/strict";
import { test } from "node:test";
import { createDrawTool } from "../../static/labeler/draw.js";
import { createEditTool } from "../../static/labeler/edit.js";
import { createStore } from "../../static/labeler/store.js";
import { box } from "./sample.js";

function setUp(boxes = []) {
  const store = createStore(boxes);
  let selected = null;
  let draft = null;
  let made = 0;
  const bench = {
    size: () => ({ width: 100, height: 80 }),
    scale: () => 2,
    boxes: store.all,
    selected: () => selected,
    select: (id) => (selected = id),
    setDraft: (next) => (draft = next),
    makeBox: (rect) => box(`new${(made += 1)}`, [rect.xmin, rect.ymin, rect.xmax, rect.ymax]),
    commitNew(item) {
      store.create(item);
      selected = item.id;
    },
    commitEdit: (id, rect) => store.update(id, rect),
  };
  const drawTool = createDrawTool(bench);
  const changes = [];
  store.subscribe((change) => changes.push(change));
  const edit = createEditTool(bench, drawTool);
  return { store, changes, drawTool, edit, selected: () => selected, draft: () => draft };
}

function stroke(tool, ...points) {
  tool.press(points[0], false);
  for (const point of points.slice(1)) tool.drag(point);
  tool.release(points.at(-1), points.length > 1);
}

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

test("a drag without area makes nothing", () => {
  const { store, drawTool, draft } = setUp();
  stroke(drawTool, { x: 10, y: 10 }, { x: 40, y: 10.2 });
  stroke(drawTool, { x: 150, y: 10 }, { x: 190, y: 60 });
  assert.deepEqual(store.all(), []);
  assert.equal(draft(), null);
});

test("a click on empty ground clears the selection and draws nothing", () => {
  const { store, edit, selected } = setUp([box("a", [10, 10, 30, 30])]);
  stroke(edit, { x: 20, y: 20 });
  assert.equal(selected(), "a");
  stroke(edit, { x: 80, y: 70 });
  assert.equal(selected(), null);
  assert.equal(store.all().length, 1);
});

test("an edit is computed from the shape at grab time, so rounding never adds up", () => {
  const { store, changes, edit } = setUp([box("a", [10, 10, 30, 30])]);
  const steps = Array.from({ length: 40 }, (_, index) => ({ x: 20 + index * 0.4, y: 20 }));
  stroke(edit, ...steps, { x: 25.4, y: 20 });
  assert.deepEqual(store.all(), [box("a", [15, 10, 35, 30])]);
  assert.equal(changes.length, 1);
});

test("a box dragged home again is no change", () => {
  const { changes, edit } = setUp([box("a", [10, 10, 30, 30])]);
  stroke(edit, { x: 20, y: 20 }, { x: 60, y: 60 }, { x: 20.1, y: 20 });
  assert.deepEqual(changes, []);
});

test("a handle of the selected box resizes it", () => {
  const { store, edit } = setUp([box("a", [10, 10, 30, 30])]);
  stroke(edit, { x: 20, y: 20 });
  stroke(edit, { x: 30, y: 30 }, { x: 41, y: 52 });
  assert.deepEqual(store.all(), [box("a", [10, 10, 41, 52])]);
});

test("a cancelled gesture leaves everything as it was", () => {
  const { store, edit, draft } = setUp([box("a", [10, 10, 30, 30])]);
  edit.press({ x: 20, y: 20 }, false);
  edit.drag({ x: 50, y: 50 });
  edit.cancel();
  edit.release({ x: 50, y: 50 }, true);
  assert.deepEqual(store.all(), [box("a", [10, 10, 30, 30])]);
  assert.equal(draft(), null);
});

test("the drawing tool draws inside a box too", () => {
  const { store, drawTool } = setUp([box("a", [0, 0, 100, 80])]);
  stroke(drawTool, { x: 20, y: 20 }, { x: 30, y: 30 });
  assert.equal(store.all().length, 2);
});
