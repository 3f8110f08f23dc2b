import assert from "node:assert/strict";
import { test } from "node:test";
import { wheelAction } from "../../../static/canvas/wheel.js";

/** @param {Partial<import("../../../static/canvas/wheel.js").Wheel>} more */
const wheel = (more) => ({ deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, shiftKey: false, ...more });

/** @param {Partial<import("../../../static/canvas/wheel.js").Wheel>} more @returns {number} */
function factor(more) {
  const action = wheelAction(wheel(more));
  assert.equal(action.kind, "zoom");
  return action.kind === "zoom" ? action.factor : NaN;
}

test("a wheel's notch magnifies alike in pixels and in lines, and turned back it is undone", () => {
  const up = factor({ deltaY: -96, wheelDeltaY: 120 });
  assert.ok(up > 1);
  assert.equal(up, factor({ deltaY: -6, deltaMode: 1 }));
  assert.ok(Math.abs(up * factor({ deltaY: 96, wheelDeltaY: -120 }) - 1) < 1e-9);
});

test("two fingers on a touch pad move the view in both directions", () => {
  assert.deepEqual(wheelAction(wheel({ deltaX: 4, deltaY: -3, wheelDeltaY: 9 })), {
    kind: "pan",
    shift: { xScr: -4, yScr: 3 },
  });
  assert.deepEqual(wheelAction(wheel({ deltaY: 7.5, wheelDeltaY: -22 })), { kind: "pan", shift: { xScr: 0, yScr: -7.5 } });
});

test("a swipe that has begun goes on moving, also where a step looks like a notch", () => {
  const step = wheel({ deltaY: 120, wheelDeltaY: -120 });
  assert.equal(wheelAction(step, true).kind, "pan");
  assert.equal(wheelAction(step, false).kind, "zoom");
});

test("a pinch, which comes as a wheel with Ctrl, magnifies in fine steps", () => {
  assert.ok(factor({ deltaY: -2, wheelDeltaY: 6, ctrlKey: true }) > 1.01);
});

test("with Shift a wheel moves the view sideways", () => {
  assert.deepEqual(wheelAction(wheel({ deltaY: 100, wheelDeltaY: -120, shiftKey: true })), {
    kind: "pan",
    shift: { xScr: -100, yScr: 0 },
  });
});
