import assert from "node:assert/strict";
import { test } from "node:test";
import { insideBand } from "../../../static/canvas/edit_tool.js";
import { box } from "../sample.js";
import { EXTEND, PLAIN, setUp, stroke, strokeWith } from "./tool_context.js";

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
