// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { archiveWords, isActive } from "../../../../static/pages/upload/upload_view.js";

test("an archive's line tells its state and how far it is", () => {
  const row = { id: 1, name: "lot.zip", state: "running", state_text: "Being unpacked", entries: 9, entry: 4, added: 3, annotated: 0, known: 1, refused: 0, failures: [], error: "" };
  assert.equal(archiveWords(row), "lot.zip: being unpacked (4 of 9), 3 images added, 1 there before.");
  assert.equal(isActive(row), true);
  assert.equal(isActive({ ...row, state: "done" }), false);
});
