import assert from "node:assert/strict";
import { test } from "node:test";
import { countOf, describeBox, lengthOf, originOf, percentOf, provenanceOf, saveMessage, scoreOf } from "../../../static/ui/messages.js";
import { box } from "../sample.js";

const graded = /** @type {any} */ ({ graded: true });

test("counts take the word for one or for many", () => {
  assert.equal(countOf(1, "box", "boxes"), "1 box");
  assert.equal(countOf(1200, "box", "boxes"), "1,200 boxes");
});

test("numbers have no needless decimals, scores always two", () => {
  assert.deepEqual([lengthOf(12), lengthOf(12.345)], ["12", "12.3"]);
  assert.deepEqual([percentOf(0.425), percentOf(2)], ["43 %", "200 %"]);
  assert.equal(scoreOf(0.4), "0.40");
});

test("a box is described with what is missing", () => {
  assert.equal(describeBox(box("a", [0, 0, 10, 5]), undefined), "scratch, 10 by 5 pixels");
  assert.equal(describeBox(box("a", [0, 0, 10, 5], { occluded: true }), graded), "scratch, no grade yet, 10 by 5 pixels, occluded");
  assert.equal(describeBox(box("a", [0, 0, 10, 5], { grade: 2 }), graded), "scratch, grade 2, 10 by 5 pixels");
});

test("a box says who proposed it and what became of it", () => {
  const proposed = box("a", [0, 0, 1, 1], { origin: "model", model_name: "m1", round_number: 3, decision: "accepted" });
  assert.equal(provenanceOf(proposed), "Proposed by m1, round 3; accepted by a person");
  assert.equal(originOf(proposed), "m1, accepted");
  assert.equal(provenanceOf(box("a", [0, 0, 1, 1])), "Drawn by a person");
  assert.equal(originOf(box("a", [0, 0, 1, 1])), "person");
});

test("every state of saving has a word, and one that is no success a sentence", () => {
  for (const state of /** @type {const} */ (["offline", "expired", "refused", "gone", "locked", "conflict"])) {
    const { word, sentence } = saveMessage(/** @type {any} */ ({ state, isStored: true, conflicts: [] }));
    assert.ok(word && sentence, state);
  }
  assert.deepEqual(saveMessage(/** @type {any} */ ({ state: "saved" })), { word: "Saved", sentence: "" });
});

test("where the browser keeps no copy, the sentence says so", () => {
  const { sentence } = saveMessage(/** @type {any} */ ({ state: "refused", isStored: false }));
  assert.match(sentence, /keeps no copy/);
});
