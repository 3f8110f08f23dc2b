// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonText } from "../../../static/revisions/revision_list.js";

test("why a revision was made is said in words", () => {
  assert.equal(reasonText("save"), "Saved");
  assert.equal(reasonText("restore of version 3"), "Restored version 3");
  assert.equal(reasonText("restore of version 0"), "Restored the image without boxes");
  assert.equal(reasonText("review: accept"), "Review: accept");
});
