import assert from "node:assert/strict";
import { test } from "node:test";
import { countDifferences, describeDifference, differencesOf } from "../../../static/revisions/difference.js";
import { box } from "../sample.js";

const a = box("a", [10, 20, 30, 50]);
const b = box("b", [0, 0, 5, 5], { defect_type: "pit" });

/** @param {any} before @param {any} after */
const said = (before, after) => differencesOf(before, after).map(describeDifference);

test("equal lists differ in nothing, whatever their order", () => {
  assert.deepEqual(differencesOf([a, b], [{ ...b }, { ...a }]), []);
  assert.equal(countDifferences([]), "The boxes are the same.");
});

test("what was added and removed is told by id, with its size and place", () => {
  assert.deepEqual(said([a], [b]), ["pit added: 5 × 5 at x 0, y 0", "scratch removed: 20 × 30 at x 10, y 20"]);
  assert.deepEqual(said([], [{ ...a, grade: 3 }]), ["scratch added, grade 3: 20 × 30 at x 10, y 20"]);
  assert.equal(countDifferences(differencesOf([a], [b])), "1 box added, 1 removed");
});

test("a box at the same place with another id is another box", () => {
  assert.deepEqual(
    differencesOf([a], [{ ...a, id: "c" }]).map(({ id, kinds }) => [id, kinds]),
    [
      ["c", ["added"]],
      ["a", ["removed"]],
    ],
  );
});

test("a move keeps the size, a resize does not", () => {
  const moved = { ...a, xmin: 13, xmax: 33, ymin: 18, ymax: 48 };
  assert.deepEqual(said([a], [moved]), ["scratch moved 3 right, 2 up"]);
  assert.deepEqual(said([a], [{ ...a, xmax: 40 }]), [
    "scratch resized from 20 × 30 at x 10, y 20 to 30 × 30 at x 10, y 20",
  ]);
  assert.deepEqual(differencesOf([a], [{ ...a, xmin: 5, xmax: 40 }])[0].kinds, ["resized"]);
});

test("type, grade and marks are told together, under the old name", () => {
  const changed = { ...a, defect_type: "pit", grade: 2, difficult: true, pose: "Left" };
  const [difference] = differencesOf([a], [changed]);
  assert.deepEqual(difference.kinds, ["retyped", "regraded", "marked"]);
  assert.equal(
    describeDifference(difference),
    "scratch became pit; no grade became grade 2; marked difficult; pose Unspecified became Left",
  );
  assert.deepEqual(said([changed], [{ ...changed, grade: null, difficult: false }]), [
    "pit grade 2 became no grade; no longer difficult",
  ]);
});

test("the noise of decimals is no difference, nor is provenance", () => {
  assert.deepEqual(differencesOf([a], [{ ...a, xmin: 10 + 1e-9, decision: "accepted", score: 0.4 }]), []);
});

test("thousands of boxes are compared in no time", () => {
  const many = Array.from({ length: 5000 }, (_, index) => box(`n${index}`, [index, 0, index + 5, 5]));
  const shifted = many.map((item) => ({ ...item, ymax: 6 }));
  const began = performance.now();
  assert.equal(differencesOf(many, shifted).length, 5000);
  assert.ok(performance.now() - began < 1000, "not a square of their number");
  assert.equal(countDifferences(differencesOf(many, shifted)), "5,000 boxes changed");
});

