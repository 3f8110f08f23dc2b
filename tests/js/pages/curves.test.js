import assert from "node:assert/strict";
import { test } from "node:test";
import { take } from "../../../static/pages/curves.js";

const progress = (step, losses, phase = "detector") => ({ kind: "progress", data: { phase, step, losses } });

test("each loss gets a curve of its steps", () => {
  const curves = new Map();
  take(curves, progress(1, { total: 3, box: 1 }));
  take(curves, progress(5, { total: 2, box: 0.5 }));
  assert.deepEqual(curves.get("total"), { x: [1, 5], y: [3, 2] });
  assert.deepEqual(curves.get("box"), { x: [1, 5], y: [1, 0.5] });
});

test("a resumed round goes back to its checkpoint and draws no loop", () => {
  const curves = new Map();
  for (const step of [1, 5, 9]) take(curves, progress(step, { total: step }));
  take(curves, progress(5, { total: 50 }));
  assert.deepEqual(curves.get("total"), { x: [1, 5], y: [1, 50] });
});

test("other events and the graders' losses are no part of the detector's curves", () => {
  const curves = new Map();
  take(curves, { kind: "phase", data: { phase: "detector" } });
  take(curves, progress(1, { total: 1 }, "graders"));
  take(curves, { kind: "progress", data: { phase: "label", step: 1 } });
  assert.equal(curves.size, 0);
});
