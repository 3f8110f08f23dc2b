import assert from "node:assert/strict";
import { test } from "node:test";
import { WRITTEN_FIELDS, makeBox, makeId, mergeBox, sameBox, sameBoxes, toWire } from "../../../static/boxes/boxes.js";
import { box } from "../sample.js";

test("a new box has an id of its own, the given type, and nothing marked", () => {
  const rect = { xmin: 1, ymin: 2, xmax: 3, ymax: 4 };
  const made = makeBox(rect, "pit", { grade: 2 });
  assert.deepEqual({ ...made, id: "" }, { ...box("", [1, 2, 3, 4]), defect_type: "pit", grade: 2 });
  assert.notEqual(makeBox(rect, "pit").id, made.id);
});

test("an id is a version 4 uuid", () => {
  assert.match(makeId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("what travels to the server is what a person writes, and nothing of the server's", () => {
  const sent = toWire(box("a", [0, 0, 1, 1], { score: 0.4, origin: "model" }));
  assert.deepEqual(Object.keys(sent).sort(), [...WRITTEN_FIELDS].sort());
});

test("two boxes are the same when a person wrote the same", () => {
  const one = box("a", [0, 0, 1, 1]);
  assert.equal(sameBox(one, { ...one, score: 0.9 }), true);
  assert.equal(sameBox(one, { ...one, pose: "Left" }), false);
  assert.equal(sameBoxes([one], [{ ...one }]), true);
  assert.equal(sameBoxes([one], []), false);
  assert.equal(sameBoxes([one, box("b", [0, 0, 1, 1])], [box("b", [0, 0, 1, 1]), one]), false);
});

test("edits of different fields are merged; one field that both changed is a clash", () => {
  const base = box("a", [0, 0, 10, 10]);
  const mine = { ...base, xmax: 12 };
  assert.deepEqual(mergeBox({ base, mine, theirs: { ...base, pose: "Left" } }), { box: { ...base, xmax: 12, pose: "Left" }, clash: false });
  const both = mergeBox({ base, mine, theirs: { ...base, ymax: 20 } });
  assert.equal(both.clash, true);
  assert.deepEqual(both.box, mine, "a rectangle is merged whole");
  assert.equal(mergeBox({ base, mine, theirs: { ...mine } }).clash, false);
});
