import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fitImage,
  keepInSight,
  panBy,
  recenter,
  toImage,
  toScreen,
  viewOn,
  visibleRect,
  zoomAt,
} from "../../../static/canvas/viewport.js";

const IMAGE = { width: 200, height: 100 };
const CANVAS = { width: 800, height: 600 };

function near(a, b, message) {
  assert.ok(Math.abs(a - b) < 1e-6, `${message ?? ""} ${a} is not ${b}`);
}

test("image and screen points map back onto each other", () => {
  const view = { scale: 3.5, leftScr: -40, topScr: 12 };
  const point = toImage(view, toScreen(view, { x: 17.25, y: 80 }));
  near(point.x, 17.25);
  near(point.y, 80);
});

test("fit shows the whole image in the middle", () => {
  const view = fitImage(IMAGE, CANVAS);
  const a = toScreen(view, { x: 0, y: 0 });
  const b = toScreen(view, { x: 200, y: 100 });
  assert.ok(a.xScr >= 0 && a.yScr >= 0 && b.xScr <= 800 && b.yScr <= 600);
  near(a.xScr, 800 - b.xScr);
  near(a.yScr, 600 - b.yScr);
});

test("zooming keeps the pixel under the cursor under the cursor", () => {
  const before = fitImage(IMAGE, CANVAS);
  const at = { xScr: 333, yScr: 222 };
  for (const factor of [0.5, 0.9, 1.1, 7]) {
    const after = zoomAt(before, { at, factor, low: 0.1 });
    near(toImage(after, at).x, toImage(before, at).x);
    near(toImage(after, at).y, toImage(before, at).y);
  }
});

test("zoom stops at its bounds without drifting", () => {
  const view = { scale: 60, leftScr: -100, topScr: -200 };
  const at = { xScr: 10, yScr: 20 };
  const most = zoomAt(view, { at, factor: 100, low: 0.1 });
  assert.equal(most.scale, 64);
  near(toImage(most, at).x, toImage(view, at).x);
  assert.deepEqual(zoomAt(most, { at, factor: 2, low: 0.1 }), most);
});

test("some of the image stays in sight however far it is panned", () => {
  let view = fitImage(IMAGE, CANVAS);
  for (let step = 0; step < 100; step += 1) view = panBy(view, { xScr: -97, yScr: 61 }, IMAGE, CANVAS);
  const sight = visibleRect(view, CANVAS);
  assert.ok(sight.xmin < 200 && sight.xmax > 0 && sight.ymin < 100 && sight.ymax > 0);
  assert.deepEqual(keepInSight(view, IMAGE, CANVAS), view);
});

test("a resized canvas keeps its middle", () => {
  const view = { scale: 2, leftScr: 30, topScr: 40 };
  const after = recenter(view, CANVAS, { width: 400, height: 700 });
  assert.deepEqual(toImage(after, { xScr: 200, yScr: 350 }), toImage(view, { xScr: 400, yScr: 300 }));
});

test("what is brought in sight lies in the middle, large enough to be seen and whole", () => {
  const small = { xmin: 150, ymin: 20, xmax: 152, ymax: 22 };
  const on = viewOn(small, { scale: 1, leftScr: 0, topScr: 0 }, CANVAS);
  assert.deepEqual(toScreen(on, { x: 151, y: 21 }), { xScr: 400, yScr: 300 });
  assert.equal(on.scale, 16);
  assert.equal(viewOn(small, { scale: 20, leftScr: 0, topScr: 0 }, CANVAS).scale, 20);
  const whole = { xmin: 0, ymin: 0, xmax: 200, ymax: 100 };
  const shown = viewOn(whole, { scale: 30, leftScr: 0, topScr: 0 }, CANVAS);
  assert.equal(shown.scale, fitImage(IMAGE, CANVAS).scale);
});
