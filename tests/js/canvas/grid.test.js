import assert from "node:assert/strict";
import { test } from "node:test";
import { createGrid } from "../../../static/canvas/grid.js";
import { touch } from "../../../static/boxes/geometry.js";
import { createDice } from "../dice.js";
import { box } from "../sample.js";

const ids = (/** @type {any[]} */ boxes) => boxes.map(({ id }) => id).sort();

test("a grid finds what a look at every box finds, small and large, after adding and removing", () => {
  const dice = createDice(7);
  const grid = createGrid();
  let boxes = [];
  for (let number = 0; number < 300; number += 1) {
    const [x, y] = [dice.below(2000) - 100, dice.below(1500) - 100];
    const side = dice.pick([1, 7, 40, 300, 1500]);
    const made = box(`b${number}`, [x, y, x + side, y + 1 + dice.below(side)]);
    grid.add(made);
    boxes.push(made);
  }
  const gone = boxes.filter((_, index) => index % 3 === 0);
  gone.forEach(grid.remove);
  boxes = boxes.filter((item) => !gone.includes(item));
  for (let turn = 0; turn < 100; turn += 1) {
    const [x, y] = [dice.below(2000), dice.below(1500)];
    const side = dice.pick([0, 3, 100, 1000]);
    const rect = { xmin: x, ymin: y, xmax: x + side, ymax: y + side };
    assert.deepEqual(ids(grid.touching(rect)), ids(boxes.filter((item) => touch(item, rect))));
  }
});

test("a box that was removed, or a grid that was cleared, is found no more", () => {
  const grid = createGrid();
  const one = box("a", [0, 0, 5, 5]);
  grid.add(one);
  grid.remove({ ...one });
  grid.remove(one);
  assert.deepEqual(grid.touching(one), []);
  grid.add(one);
  grid.clear();
  assert.deepEqual(grid.touching(one), []);
});
