import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistory } from "../../../static/boxes/history.js";
import { changeOf, createStore, difference, inverted } from "../../../static/boxes/store.js";
import { box } from "../sample.js";

function setUp(boxes = [box("a", [0, 0, 10, 10]), box("b", [5, 5, 20, 20]), box("c", [1, 1, 3, 3])]) {
  const store = createStore(boxes);
  const changes = [];
  store.subscribe((change) => changes.push(change));
  return { store, history: createHistory(store), changes, start: structuredClone(boxes) };
}

test("every change tells what was created, updated and deleted, with old and new values", () => {
  const { store, changes } = setUp();
  store.create(box("d", [0, 0, 1, 1]));
  store.update("a", { xmin: 2 });
  store.remove("b");
  assert.deepEqual(changes[0].created, [{ box: box("d", [0, 0, 1, 1]), index: 3 }]);
  assert.equal(changes[1].updated[0].oldValue.xmin, 0);
  assert.equal(changes[1].updated[0].newValue.xmin, 2);
  assert.equal(changes[2].deleted[0].index, 1);
  assert.ok(changes.every(({ origin }) => origin === "person"));
});

test("a change that changes nothing is told to nobody", () => {
  const { store, changes } = setUp();
  store.update("a", { xmin: 0 });
  store.update("missing", { xmin: 3 });
  store.remove("missing");
  assert.deepEqual(changes, []);
});

test("undo and redo walk back and forth without a limit", () => {
  const { store, history, start } = setUp();
  for (let step = 1; step <= 500; step += 1) store.update("a", { xmin: step / 100 });
  store.remove("b");
  store.create(box("d", [0, 0, 1, 1]));
  const end = [...store.all()];
  while (history.undo());
  assert.deepEqual(store.all(), start);
  while (history.redo());
  assert.deepEqual(store.all(), end);
});

test("undoing a deletion puts the box back in its place", () => {
  const { store, history, start } = setUp();
  store.remove("b");
  store.remove("a");
  history.undo();
  history.undo();
  assert.deepEqual(store.all(), start);
});

test("one gesture is one step", () => {
  const { store, history } = setUp();
  for (let x = 1; x <= 5; x += 1) store.update("a", { xmin: x }, "nudge 1");
  store.update("a", { xmin: 6 }, "nudge 2");
  history.undo();
  assert.equal(store.get("a")?.xmin, 5);
  history.undo();
  assert.equal(store.get("a")?.xmin, 0);
  assert.equal(history.undo(), false);
});

test("what comes from the server never enters undo and survives it", () => {
  const { store, history } = setUp();
  store.update("a", { xmin: 4 });
  store.replaceAll([{ ...store.get("a"), grade: 3 }, box("new", [0, 0, 9, 9])], "server");
  history.undo();
  assert.equal(store.get("a")?.xmin, 0);
  assert.equal(store.get("a")?.grade, 3);
  assert.ok(store.get("new"));
  assert.equal(history.undo(), false);
});

test("undo does not bring back a box that the server took away", () => {
  const { store, history } = setUp();
  store.update("a", { xmin: 4 });
  store.replaceAll([box("b", [5, 5, 20, 20])], "server");
  history.undo();
  assert.equal(store.get("a"), undefined);
});

test("a new edit clears what could be redone", () => {
  const { store, history } = setUp();
  store.update("a", { xmin: 4 });
  history.undo();
  store.update("a", { xmin: 5 });
  assert.equal(history.redo(), false);
});

test("a change turned around twice is itself", () => {
  const change = changeOf({ created: [{ box: box("x", [0, 0, 1, 1]), index: 0 }] });
  assert.deepEqual(inverted(inverted(change)), change);
});

test("the difference of two lists turns one into the other, order included", () => {
  const before = [box("a", [0, 0, 1, 1]), box("b", [0, 0, 2, 2]), box("c", [0, 0, 3, 3])];
  const after = [box("c", [0, 0, 4, 4]), box("d", [0, 0, 5, 5]), box("a", [0, 0, 1, 1])];
  const store = createStore(before);
  store.replaceAll(after, "server");
  assert.deepEqual(store.all(), after);
  assert.deepEqual(difference(after, after), { created: [], updated: [], deleted: [] });
});
