import assert from "node:assert/strict";
import { test } from "node:test";
import { createView } from "../../../static/canvas/view.js";

function setUp() {
  let changes = 0;
  let sizeScr = { width: 400, height: 300 };
  const view = createView({ sizeScr: () => sizeScr, changed: () => (changes += 1) });
  view.setSize({ width: 4000, height: 3000 });
  return {
    view,
    changes: () => changes,
    resize(/** @type {{width: number, height: number}} */ next) {
      const before = sizeScr;
      sizeScr = next;
      view.resized(before, next);
    },
  };
}
const whole = { xmin: 0, ymin: 0, xmax: 4000, ymax: 3000 };
const holds = (/** @type {any} */ outer, /** @type {any} */ inner) =>
  outer.xmin <= inner.xmin && outer.ymin <= inner.ymin && outer.xmax >= inner.xmax && outer.ymax >= inner.ymax;

test("an image is shown whole, and stays whole while the canvas is resized", () => {
  const { view, resize } = setUp();
  assert.equal(holds(view.inSight(), whole), true);
  resize({ width: 200, height: 300 });
  assert.equal(holds(view.inSight(), whole), true);
});

test("once a person has zoomed, a resize keeps the middle and the scale", () => {
  const { view, resize } = setUp();
  view.zoomBy(4);
  const { scale } = view.viewport();
  const before = view.toImage({ xScr: 200, yScr: 150 });
  resize({ width: 600, height: 500 });
  assert.equal(view.viewport().scale, scale);
  const after = view.toImage({ xScr: 300, yScr: 250 });
  assert.ok(Math.abs(before.x - after.x) < 1 && Math.abs(before.y - after.y) < 1);
});

test("another image of the same size keeps the place that is looked at; one of another size is shown whole", () => {
  const { view } = setUp();
  view.zoomBy(4);
  const kept = view.viewport();
  view.setSize({ width: 4000, height: 3000 });
  assert.deepEqual(view.viewport(), kept);
  view.setSize({ width: 100, height: 100 });
  assert.equal(holds(view.inSight(), { xmin: 0, ymin: 0, xmax: 100, ymax: 100 }), true);
});

test("what is in sight already is not moved to; what is not, is", () => {
  const { view, changes } = setUp();
  const before = changes();
  view.reveal({ xmin: 100, ymin: 100, xmax: 200, ymax: 200 });
  assert.equal(changes(), before);
  view.zoomAt({ xScr: 0, yScr: 0 }, 20);
  const far = { xmin: 3800, ymin: 2800, xmax: 3900, ymax: 2900 };
  view.reveal(far);
  assert.equal(holds(view.inSight(), far), true);
});

test("the rectangle in the middle is large enough to be seen, at every scale", () => {
  const { view } = setUp();
  for (const factor of [1, 30, 1000]) {
    view.zoomBy(factor);
    const { xmin, xmax } = view.middle();
    assert.ok((xmax - xmin) * view.viewport().scale >= 79 && xmax - xmin >= 8);
  }
});
