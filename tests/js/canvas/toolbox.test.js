import assert from "node:assert/strict";
import { test } from "node:test";
import { createToolbox } from "../../../static/canvas/toolbox.js";
import { box } from "../sample.js";

const PRESS = { touch: false, extend: false };

function setUp() {
  const created = [];
  const selected = [];
  let changes = 0;
  const toolbox = createToolbox(
    {
      size: () => ({ width: 100, height: 80 }),
      hitAt: () => ({ kind: "nothing" }),
      within: () => [box("inside", [12, 12, 14, 14])],
      selection: () => [],
      select() {},
      toggle() {},
      addToSelection: (ids) => void selected.push(...ids),
      makeBox: (rect) => box("new", [rect.xmin, rect.ymin, rect.xmax, rect.ymax]),
      commitNew: (made) => void created.push(made.id),
      commitEdits() {},
      say() {},
    },
    () => (changes += 1),
  );
  return { toolbox, created, selected, changes: () => changes };
}

test("a drag shows a draft while it goes on, and nothing when it has ended", () => {
  const { toolbox, created, changes } = setUp();
  toolbox.setMode("draw");
  toolbox.press({ x: 10, y: 10 }, PRESS);
  toolbox.drag({ x: 30, y: 30 });
  assert.equal(toolbox.busy(), true);
  assert.equal(toolbox.gesture().drafts.length, 1);
  toolbox.release({ x: 30, y: 30 }, true);
  assert.equal(toolbox.busy(), false);
  assert.deepEqual(created, ["new"]);
  assert.ok(changes() >= 2);
});

test("another mode cancels the gesture; so does cancel, which says whether there was one", () => {
  const { toolbox, created } = setUp();
  toolbox.setMode("draw");
  toolbox.press({ x: 10, y: 10 }, PRESS);
  toolbox.drag({ x: 30, y: 30 });
  toolbox.setMode("extreme");
  assert.equal(toolbox.busy(), false);
  assert.equal(toolbox.cancel(), false);
  toolbox.press({ x: 10, y: 10 }, PRESS);
  toolbox.release({ x: 10, y: 10 }, false);
  assert.equal(toolbox.gesture().marks.length, 1);
  assert.equal(toolbox.cancel(), true);
  assert.deepEqual(created, []);
});

test("with Shift a drag selects, whatever the mode", () => {
  const { toolbox, created, selected } = setUp();
  toolbox.setMode("draw");
  toolbox.press({ x: 10, y: 10 }, { touch: false, extend: true });
  toolbox.drag({ x: 30, y: 30 });
  assert.notEqual(toolbox.gesture().band, null);
  toolbox.release({ x: 30, y: 30 }, true);
  assert.deepEqual(selected, ["inside"]);
  assert.deepEqual(created, []);
});
