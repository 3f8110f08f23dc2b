import assert from "node:assert/strict";
import { test } from "node:test";
import { createSpatialIndex, drawingOrder } from "../../../static/canvas/spatial_index.js";
import { rowsInSight } from "../../../static/panel/box_list.js";
import { touch } from "../../../static/boxes/geometry.js";
import { createHistory } from "../../../static/boxes/history.js";
import { needsMap } from "../../../static/canvas/overview.js";
import { createStore } from "../../../static/boxes/store.js";
import { box } from "../sample.js";
import { createDice } from "../dice.js";

/** @param {ReturnType<typeof createDice>} dice @param {string} id */
function randomBox(dice, id) {
  const [x, y] = [dice.below(4000), dice.below(3000)];
  const reach = dice.pick([3, 20, 200, 3000]);
  return box(id, [x, y, x + 1 + dice.below(reach), y + 1 + dice.below(reach)], { defect_type: dice.pick(["a", "b"]) });
}

const idsOf = (boxes) => boxes.map(({ id }) => id).sort();

test("after any changes a place holds what looking at all boxes would find", () => {
  const dice = createDice(7);
  const store = createStore();
  const history = createHistory(store);
  const spatialIndex = createSpatialIndex(store);
  for (let step = 0; step < 400; step += 1) {
    const known = dice.pick(store.all());
    const action = dice.below(10);
    if (action < 5 || !known) store.create(randomBox(dice, `n${step}`));
    else if (action < 7) store.update(known.id, { xmin: known.xmin - dice.below(50), ymax: known.ymax + dice.below(90) });
    else if (action < 8) store.remove(known.id);
    else if (action < 9) history.undo();
    else store.replaceAll(store.all().filter(() => dice.below(20) > 0), "server");
    const x = dice.below(4000);
    const y = dice.below(3000);
    const place = { xmin: x, ymin: y, xmax: x + dice.below(900), ymax: y + dice.below(900) };
    const expected = store.all().filter((item) => touch(item, place));
    assert.deepEqual(idsOf(spatialIndex.within(place)), idsOf(expected));
    const point = { xmin: x - 4, ymin: y - 4, xmax: x + 4, ymax: y + 4 };
    assert.deepEqual(idsOf(spatialIndex.near({ x, y }, 4)), idsOf(store.all().filter((item) => touch(item, point))));
  }
});

test("boxes are drawn from large to small, so that the small ones lie on top", () => {
  const list = [box("small", [0, 0, 5, 5]), box("large", [0, 0, 90, 90]), box("middle", [0, 0, 20, 20])];
  assert.deepEqual(drawingOrder(list).map(({ id }) => id), ["large", "middle", "small"]);
});

test("boxes of a hidden type are neither drawn nor hit", () => {
  const store = createStore([box("a", [0, 0, 9, 9]), box("b", [0, 0, 9, 9], { defect_type: "pit" })]);
  const spatialIndex = createSpatialIndex(store);
  spatialIndex.hideTypes(new Set(["pit"]));
  assert.deepEqual(idsOf(spatialIndex.near({ x: 4, y: 4 }, 1)), ["a"]);
  assert.deepEqual(idsOf(spatialIndex.within({ xmin: 0, ymin: 0, xmax: 20, ymax: 20 })), ["a"]);
});

test("a list of thousands makes only the rows in sight and a few around them", () => {
  assert.deepEqual(rowsInSight({ count: 2000, rowScr: 50, topScr: 5000, heightScr: 300 }), { from: 94, to: 112 });
  assert.deepEqual(rowsInSight({ count: 3, rowScr: 50, topScr: 0, heightScr: 300 }), { from: 0, to: 3 });
  assert.deepEqual(rowsInSight({ count: 0, rowScr: 50, topScr: 0, heightScr: 300 }), { from: 0, to: 0 });
  assert.deepEqual(rowsInSight({ count: 3, rowScr: 50, topScr: 9000, heightScr: 300 }), { from: 3, to: 3 });
});

test("the map is there only while something is out of sight", () => {
  const size = { width: 100, height: 50 };
  assert.equal(needsMap({ xmin: -5, ymin: -5, xmax: 105, ymax: 55 }, size), false);
  assert.equal(needsMap({ xmin: 10, ymin: 0, xmax: 60, ymax: 50 }, size), true);
});
