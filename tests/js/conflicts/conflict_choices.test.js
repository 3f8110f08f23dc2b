import assert from "node:assert/strict";
import { test } from "node:test";
import { startChoices, conflictMessage, isComplete, present, walked, withAll, withChoice } from "../../../static/conflicts/conflict_choices.js";
import { choicesOf, chosen, mergeBoxes } from "../../../static/boxes/merge.js";
import { box } from "../sample.js";

const [a, b, c, d] = ["a", "b", "c", "d"].map((id, index) => box(id, [index * 20, 0, index * 20 + 10, 10]));
const moved = (item, xmax) => ({ ...item, xmax });
const merged = mergeBoxes({
  base: [a, b, c, d],
  mine: [moved(a, 13), moved(b, 33), moved(d, 73)],
  theirs: [moved(a, 14), b, moved(c, 54)],
});
const shape = (list) => list.map(({ id, xmax }) => [id, xmax]);

test("a merge leaves three kinds of conflicts", () => {
  assert.deepEqual(
    merged.conflicts.map(({ id, kind }) => [id, kind]),
    [
      ["a", "both-changed"],
      ["c", "deleted-by-me"],
      ["d", "deleted-by-them"],
    ],
  );
  assert.deepEqual(merged.conflicts.map((conflict) => choicesOf(conflict).length), [3, 2, 2]);
});

test("mine and theirs hold for deletions too, and what nobody contests stays", () => {
  assert.deepEqual(shape(chosen(merged, "mine")), [["a", 13], ["b", 33], ["d", 73]]);
  assert.deepEqual(shape(chosen(merged, "theirs")), [["a", 14], ["b", 33], ["c", 54]]);
});

test("both puts mine beside theirs under an id of its own", () => {
  const list = chosen(merged, new Map([["a", "both"], ["c", "theirs"], ["d", "theirs"]]));
  assert.deepEqual(list.map(({ xmax }) => xmax), [14, 13, 33, 54]);
  assert.equal(new Set(list.map(({ id }) => id)).size, 4);
});

test("choosing goes on to the next open box and ends when all are chosen", () => {
  let choosing = startChoices(merged.conflicts, null);
  assert.equal(present(choosing).id, "a");
  choosing = walked(choosing, -1);
  assert.equal(present(choosing).id, "d");
  choosing = withChoice(choosing, "mine");
  assert.equal(present(choosing).id, "a");
  choosing = withChoice(choosing, "both");
  assert.equal(present(choosing).id, "c");
  assert.equal(withChoice(choosing, "both"), choosing, "a deletion and a box cannot both be");
  assert.equal(isComplete(choosing), false);
  assert.equal(isComplete(withChoice(choosing, "theirs")), true);
  assert.deepEqual([...withAll(choosing, "theirs").choices.values()], ["theirs", "theirs", "theirs"]);
});

test("asked again, what was chosen stays chosen", () => {
  const before = withChoice(startChoices(merged.conflicts, null), "theirs");
  const again = startChoices(merged.conflicts.slice(0, 2), before);
  assert.deepEqual([...again.choices], [["a", "theirs"]]);
  assert.equal(present(again).id, "c");
});

test("a conflict says what each side did", () => {
  assert.deepEqual(
    merged.conflicts.map((conflict) => conflictMessage(conflict, "igor")),
    ["Both of you changed its place.", "You deleted it, igor changed it.", "You changed it, igor deleted it."],
  );
  const graded = { kind: "both-changed", id: "a", mine: { ...a, grade: 2 }, theirs: { ...a, grade: null, pose: "Left" } };
  assert.equal(conflictMessage(/** @type {any} */ (graded), "igor"), "Both of you changed its grade (2 or none) and marks.");
});
