import assert from "node:assert/strict";
import { test } from "node:test";
import { createDrafts, newBeginning, readDraft } from "../../../static/comments/drafts.js";

function storageOf(entries = {}) {
  const map = new Map(Object.entries(entries));
  return {
    map,
    getItem: (/** @type {string} */ name) => map.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ text) => void map.set(name, text),
    removeItem: (/** @type {string} */ name) => void map.delete(name),
  };
}

test("words that were not sent are found again, with the id that they are sent under", () => {
  const storage = storageOf();
  const begin = newBeginning({ text: "Look.", x: 1, y: 2 });
  createDrafts(storage, "ann").keep(7, { begin, answers: { 10: { uid: "u", text: "Yes" }, 20: { uid: "v", text: "  " } } });
  assert.deepEqual(createDrafts(storage, "ann").find(7), { begin, answers: { 10: { uid: "u", text: "Yes" } } });
  assert.deepEqual(createDrafts(storage, "ben").find(7), { begin: null, answers: {} });
  createDrafts(storage, "ann").keep(7, { begin: null, answers: {} });
  assert.equal(storage.map.size, 0);
});

test("a full or denied store does not stop anybody from writing", () => {
  const full = { ...storageOf(), setItem: () => { throw new DOMException("full", "QuotaExceededError"); } };
  assert.equal(createDrafts(full, "ann").keep(7, { begin: newBeginning(), answers: {} }), false);
  assert.equal(createDrafts(null, "ann").keep(7, { begin: newBeginning(), answers: {} }), false);
  assert.deepEqual(createDrafts(null, "ann").find(7), { begin: null, answers: {} });
});

test("kept text that is not ours counts as nothing", () => {
  for (const text of ["{broken", "[]", "null", '{"begin": {"uid": 3}}', '{"answers": {"1": null}}']) {
    assert.deepEqual(readDraft(text), { begin: null, answers: {} }, text);
  }
});

test("two beginnings have two ids", () => {
  assert.notEqual(newBeginning().uid, newBeginning().uid);
});
