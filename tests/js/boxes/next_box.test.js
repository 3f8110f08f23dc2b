import assert from "node:assert/strict";
import { test } from "node:test";
import { createNextBox } from "../../../static/boxes/next_box.js";

const level = (/** @type {number} */ number) => ({ level: number, name: `g${number}`, criteria: "" });
const type = (/** @type {string} */ name, more = {}) => ({ id: name, name, color: "", hotkey: "", graded: false, grades: [], ...more });
const TYPES = [type("old", { archived: true }), type("scratch", { graded: true, grades: [level(1), level(2)] }), type("pit", { grades: [level(1)] })];

test("the first type that is offered is the one of the next box", () => {
  assert.equal(createNextBox(TYPES).type(), "scratch");
  assert.equal(createNextBox([]).type(), null);
});

test("a type that is not graded has no grades, whatever is stored with it", () => {
  const nextBox = createNextBox(TYPES);
  assert.deepEqual(nextBox.gradesOf("pit"), []);
  assert.equal(nextBox.hasGrade("scratch", 2), true);
  assert.equal(nextBox.hasGrade("pit", 1), false);
  assert.equal(nextBox.hasGrade("unknown", 1), false);
});

test("a grade that the next type does not have is forgotten", () => {
  const nextBox = createNextBox(TYPES);
  nextBox.setGrade(2);
  nextBox.setType("scratch");
  assert.equal(nextBox.grade(), 2);
  nextBox.setType("pit");
  assert.equal(nextBox.grade(), null);
});
