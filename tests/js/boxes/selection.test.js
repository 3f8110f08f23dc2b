import assert from "node:assert/strict";
import { test } from "node:test";
import { createSelection } from "../../../static/boxes/selection.js";

test("the one that was touched last leads", () => {
  const selection = createSelection();
  selection.set(["a", "b"]);
  assert.equal(selection.lead(), "b");
  selection.toggle("c");
  assert.deepEqual(selection.ids(), ["a", "b", "c"]);
  selection.toggle("c");
  assert.equal(selection.lead(), "b");
});

test("only is the one that is selected alone", () => {
  const selection = createSelection();
  assert.equal(selection.only(), null);
  selection.set(["a"]);
  assert.equal(selection.only(), "a");
  selection.add(["b"]);
  assert.equal(selection.only(), null);
});

test("every change says whether anything is different now", () => {
  const selection = createSelection();
  assert.equal(selection.set([]), false);
  assert.equal(selection.set(["a", "a"]), true);
  assert.equal(selection.set(["a"]), false);
  assert.equal(selection.add(["a"]), false);
  assert.equal(selection.retain((id) => id === "a"), false);
  assert.equal(selection.retain(() => false), true);
  assert.equal(selection.has("a"), false);
});
