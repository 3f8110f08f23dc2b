import assert from "node:assert/strict";
import { test } from "node:test";
import { inkOn } from "../../../static/canvas/tags.js";
import { severityOf } from "../../../static/boxes/severity.js";
import { box } from "../sample.js";

const grades = [0, 0.25, 1].map((weight, index) => ({ level: index + 1, name: "", criteria: "", weight }));
const graded = { id: 1, name: "scratch", color: "#E69F00", hotkey: "s", graded: true, grades };
const proposal = { origin: "model", decision: "pending", grade_probabilities: [0.1, 0.5, 0.4] };

test("severity is the sum of weight times probability", () => {
  const found = severityOf(box("a", [0, 0, 1, 1], proposal), graded);
  assert.ok(found && Math.abs(found.severity - 0.525) < 1e-12);
  assert.equal(found.grade, 2);
});

test("a predicted grade that nobody decided keeps the expected severity", () => {
  const found = severityOf(box("a", [0, 0, 1, 1], { ...proposal, grade: 2 }), graded);
  assert.ok(found && Math.abs(found.severity - 0.525) < 1e-12);
});

test("a grade that a person gave decides", () => {
  const given = box("a", [0, 0, 1, 1], { ...proposal, grade: 3 });
  assert.deepEqual(severityOf(given, graded), { severity: 1, grade: 3 });
});

test("a type that is not graded shows no severity, whatever its score", () => {
  assert.equal(severityOf(box("a", [0, 0, 1, 1], { score: 0.9 }), { ...graded, graded: false }), null);
});

test("probabilities of another number of grades say nothing", () => {
  assert.equal(severityOf(box("a", [0, 0, 1, 1], { ...proposal, grade_probabilities: [0.2, 0.8] }), graded), null);
});

test("ink on a type's color can be read", () => {
  assert.equal(inkOn("#F0E442"), "#000000");
  assert.equal(inkOn("#0072B2"), "#ffffff");
});
