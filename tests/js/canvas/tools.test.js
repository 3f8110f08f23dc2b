import assert from "node:assert/strict";
import { test } from "node:test";
import { createSpatialIndex } from "../../../static/canvas/spatial_index.js";
import { createDrawTool } from "../../../static/canvas/draw_tool.js";
import { createEditTool, insideBand } from "../../../static/canvas/edit_tool.js";
import { createExtremeTool } from "../../../static/canvas/extreme_tool.js";
import { hitTest } from "../../../static/canvas/hit_test.js";
import { createSelection } from "../../../static/boxes/selection.js";
import { createStore } from "../../../static/boxes/store.js";
import { box } from "../sample.js";

const PLAIN = { touch: false, extend: false };
const EXTEND = { touch: false, extend: true };

function setUp(boxes = []) {
  const store = createStore(boxes);
  const spatialIndex = createSpatialIndex(store);
  const selection = createSelection();
  const said = [];
  let drafts = [];
  let marks = [];
  let band = null;
  let made = 0;
  const bench = {
    size: () => ({ width: 100, height: 80 }),
    hitAt: (point) => hitTest({ boxes: spatialIndex.near(point, 5), selected: selection.only(), point, scale: 2 }),
    within: spatialIndex.within,
    selection: () => selection.ids().flatMap((id) => store.get(id) ?? []),
    select: (id) => selection.set(id === null ? [] : [id]),
    toggle: selection.toggle,
    addToSelection: selection.add,
    setDrafts: (next) => (drafts = next),
    setBand: (next) => (band = next),
    setMarks: (next) => (marks = next),
    makeBox: (rect) => box(`new${(made += 1)}`, [rect.xmin, rect.ymin, rect.xmax, rect.ymax]),
    commitNew(item) {
      store.create(item);
      selection.set([item.id]);
    },
    commitEdits: (rects) => store.updateMany(rects),
    say: (text) => said.push(text),
  };
  const drawTool = createDrawTool(bench);
  const changes = [];
  store.subscribe((change) => changes.push(change));
  return {
    store,
    changes,
    drawTool,
    edit: createEditTool(bench, drawTool),
    extreme: createExtremeTool(bench),
    selection,
    said,
    selected: selection.only,
    draft: () => drafts[0] ?? null,
    drafts: () => drafts,
    marks: () => marks,
    band: () => band,
  };
}

function stroke(tool, ...points) {
  strokeWith(tool, PLAIN, ...points);
}

function strokeWith(tool, press, ...points) {
  tool.press(points[0], press);
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
  edit.press({ x: 20, y: 20 }, PLAIN);
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

test("a side of the selected box resizes it anywhere along its length", () => {
  const { store, edit } = setUp([box("a", [10, 10, 50, 30])]);
  stroke(edit, { x: 30, y: 20 });
  stroke(edit, { x: 18, y: 30 }, { x: 40, y: 44 });
  assert.deepEqual(store.all(), [box("a", [10, 10, 50, 44])]);
});

test("with Shift or Ctrl a click adds a box to the selection, and takes it away again", () => {
  const { edit, selection } = setUp([box("a", [0, 0, 10, 10]), box("b", [40, 40, 60, 60])]);
  stroke(edit, { x: 5, y: 5 });
  strokeWith(edit, EXTEND, { x: 50, y: 50 });
  assert.deepEqual(selection.ids(), ["a", "b"]);
  strokeWith(edit, EXTEND, { x: 5, y: 5 });
  assert.deepEqual(selection.ids(), ["b"]);
  strokeWith(edit, EXTEND, { x: 90, y: 70 });
  assert.deepEqual(selection.ids(), ["b"]);
});

test("a band selects what lies wholly inside it, also when it is drawn over a large box", () => {
  const { edit, selection, store, band } = setUp([
    box("large", [0, 0, 100, 80]),
    box("a", [10, 10, 20, 20]),
    box("b", [30, 10, 40, 20]),
    box("c", [35, 15, 60, 20]),
  ]);
  strokeWith(edit, EXTEND, { x: 45, y: 25 }, { x: 30, y: 15 }, { x: 5, y: 5 });
  assert.deepEqual([...selection.ids()].sort(), ["a", "b"]);
  assert.equal(band(), null);
  assert.deepEqual(insideBand(store.all(), { xmin: 0, ymin: 0, xmax: 100, ymax: 80 }).length, 4);
});

test("several boxes move as one and stop as one at the border, in one step", () => {
  const { store, edit, changes, selection } = setUp([box("a", [10, 10, 20, 20]), box("b", [60, 50, 90, 70])]);
  selection.set(["a", "b"]);
  stroke(edit, { x: 15, y: 15 }, { x: 60, y: 10 });
  assert.deepEqual(store.all(), [box("a", [20, 5, 30, 15]), box("b", [70, 45, 100, 65])]);
  assert.equal(changes.length, 1);
  assert.deepEqual(selection.ids(), ["a", "b"]);
});

test("a click on one of several selected boxes selects that one", () => {
  const { edit, selection, changes } = setUp([box("a", [10, 10, 20, 20]), box("b", [60, 50, 90, 70])]);
  selection.set(["a", "b"]);
  stroke(edit, { x: 15, y: 15 });
  assert.deepEqual(selection.ids(), ["a"]);
  assert.deepEqual(changes, []);
});

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
