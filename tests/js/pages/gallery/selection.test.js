// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSelection, filterOf } from "../../../../static/pages/gallery/selection.js";

test("a range goes from the last choice to the click, in the order shown", () => {
  const selection = createSelection(() => {});
  selection.toggle(7);
  selection.extend(3, [9, 7, 5, 3, 1]);
  assert.deepEqual(selection.ids.sort(), [3, 5, 7]);
  selection.toggle(5);
  assert.equal(selection.has(5), false);
  selection.forget([3]);
  assert.deepEqual(selection.ids, [7]);
});

test("all that match are selected but those that were taken out again", () => {
  const selection = createSelection(() => {});
  selection.selectAll();
  selection.toggle(5);
  assert.equal(selection.has(5), false);
  assert.equal(selection.has(123), true);
  assert.equal(selection.count(100), 99);
  assert.equal(selection.count(null), null);
  selection.toggle(5);
  assert.deepEqual(selection.without, []);
  selection.clear();
  assert.equal(selection.empty, true);
});

test("the filter of an address keeps repeated names and leaves order and place out", () => {
  assert.deepEqual(filterOf("?state=labeled&state=in_review&q=&sort=new&after=7&lot=L7"), {
    state: ["labeled", "in_review"],
    lot: ["L7"],
  });
});
