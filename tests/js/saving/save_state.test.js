// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { initialState, isAtWork, isDirty, rebase, saveOf, saveStateOf, withName } from "../../../static/saving/save_state.js";
import { box } from "../sample.js";

const a = box("a", [0, 0, 10, 10]);

test("boxes that differ from the base are dirty, and so is a save that may have arrived", () => {
  const state = { ...initialState(), base: { version: 3, boxes: [a] }, mine: [a] };
  assert.equal(isDirty(state), false);
  assert.equal(isDirty({ ...state, mine: [] }), true);
  assert.equal(isDirty({ ...state, unanswered: ["m"] }), true);
});

test("the page calls every phase of waiting Saving", () => {
  const phases = /** @type {const} */ (["storing", "sending", "settling"]);
  assert.deepEqual(phases.map((phase) => saveStateOf({ ...initialState(), phase })), ["saving", "saving", "saving"]);
  assert.equal(isAtWork({ ...initialState(), phase: "offline" }), false);
});

test("edits since a list are put on top of a newer one", () => {
  const state = { ...initialState(), base: { version: 3, boxes: [a] }, mine: [{ ...a, grade: 2 }] };
  const next = rebase(state, { version: 5, boxes: [a, box("b", [1, 1, 2, 2])] }, [a]);
  assert.deepEqual(next.mine.map(({ id, grade }) => [id, grade]), [["a", 2], ["b", null]]);
  assert.equal(next.base.version, 5);
});

test("a save names the older saves that may arrive, fifty at most, and not itself", () => {
  const names = Array.from({ length: 60 }, (_, index) => `save ${index}`);
  const save = saveOf({ version: 3, boxes: [] }, { mutation: "save 59", boxes: [a] }, names);
  assert.deepEqual([save.version, save.mutation, save.unanswered.length, save.unanswered.at(-1)], [3, "save 59", 50, "save 58"]);
  assert.equal(withName(names, "save 3").at(-1), "save 3");
});
