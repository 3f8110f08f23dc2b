import assert from "node:assert/strict";
import { test } from "node:test";
import { sameBox } from "../../../static/boxes/boxes.js";
import { mergeBoxes } from "../../../static/boxes/merge.js";
import { box } from "../sample.js";

const a = box("a", [0, 0, 10, 10]);
const b = box("b", [20, 20, 30, 30]);
const ids = (boxes) => boxes.map(({ id }) => id);

test("boxes that both added are all there", () => {
  const { boxes, conflicts } = mergeBoxes({
    base: [a],
    mine: [a, box("mine", [1, 1, 2, 2])],
    theirs: [a, box("theirs", [3, 3, 4, 4])],
  });
  assert.deepEqual(ids(boxes), ["a", "theirs", "mine"]);
  assert.deepEqual(conflicts, []);
});

test("edits of different boxes are both kept", () => {
  const { boxes, conflicts } = mergeBoxes({
    base: [a, b],
    mine: [{ ...a, xmax: 12 }, b],
    theirs: [a, { ...b, grade: 2 }],
  });
  assert.equal(boxes[0].xmax, 12);
  assert.equal(boxes[1].grade, 2);
  assert.deepEqual(conflicts, []);
});

test("place and grade of one box are merged when each side changed one of them", () => {
  const { boxes, conflicts } = mergeBoxes({
    base: [a],
    mine: [{ ...a, xmax: 12 }],
    theirs: [{ ...a, grade: 4, model_name: "m1" }],
  });
  assert.deepEqual(boxes, [{ ...a, xmax: 12, grade: 4, model_name: "m1" }]);
  assert.deepEqual(conflicts, []);
});

test("one box moved by both is a conflict that keeps mine and shows theirs", () => {
  const theirs = { ...a, xmax: 14 };
  const { boxes, conflicts } = mergeBoxes({ base: [a], mine: [{ ...a, xmax: 12 }], theirs: [theirs] });
  assert.equal(boxes[0].xmax, 12);
  assert.equal(conflicts.length, 1);
  assert.equal(conflicts[0].kind, "both-changed");
  assert.deepEqual(conflicts[0].theirs, theirs);
});

test("the same edit by both is no conflict", () => {
  const edited = { ...a, xmax: 12 };
  assert.deepEqual(mergeBoxes({ base: [a], mine: [edited], theirs: [{ ...edited }] }).conflicts, []);
});

test("a deletion counts where the other side left the box alone", () => {
  assert.deepEqual(ids(mergeBoxes({ base: [a, b], mine: [a], theirs: [a, b] }).boxes), ["a"]);
  assert.deepEqual(ids(mergeBoxes({ base: [a, b], mine: [a, b], theirs: [b] }).boxes), ["b"]);
});

test("a deletion never removes what the other side edited", () => {
  const edited = { ...b, grade: 5 };
  const mineDeleted = mergeBoxes({ base: [a, b], mine: [a], theirs: [a, edited] });
  assert.deepEqual(ids(mineDeleted.boxes), ["a", "b"]);
  assert.equal(mineDeleted.conflicts[0].kind, "deleted-by-me");
  const theyDeleted = mergeBoxes({ base: [a, b], mine: [a, edited], theirs: [a] });
  assert.deepEqual(ids(theyDeleted.boxes), ["a", "b"]);
  assert.equal(theyDeleted.conflicts[0].kind, "deleted-by-them");
});

test("over thousands of random edits no new box and no edit is lost", () => {
  let seed = 7;
  const random = (below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const scramble = (base, who) => {
    const list = base.flatMap((item) => {
      const dice = random(4);
      if (dice === 0) return [];
      return [dice === 1 ? { ...item, grade: 1 + random(5) } : item];
    });
    if (random(2)) list.push(box(`${who}${random(1000)}`, [0, 0, 1 + random(9), 1 + random(9)]));
    return list;
  };
  for (let run = 0; run < 3000; run += 1) {
    const base = Array.from({ length: random(6) }, (_, index) => box(`base${index}`, [index, 0, index + 5, 5]));
    const [mine, theirs] = [scramble(base, "m"), scramble(base, "t")];
    const { boxes, conflicts } = mergeBoxes({ base, mine, theirs });
    const merged = new Map(boxes.map((item) => [item.id, item]));
    const old = new Map(base.map((item) => [item.id, item]));
    assert.equal(merged.size, boxes.length, "an id appears twice");
    for (const item of [...mine, ...theirs]) {
      const before = old.get(item.id);
      if (before && sameBox(before, item)) continue;
      const kept = merged.get(item.id);
      assert.ok(kept, `${item.id} was lost`);
      const clashed = conflicts.some(({ id }) => id === item.id);
      assert.ok(sameBox(kept, item) || clashed, `the edit of ${item.id} was lost silently`);
    }
  }
});
