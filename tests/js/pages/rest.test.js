// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { sentenceOf } from "../../../static/pages/rest.js";

test("an error is told by its sentence or its first field", () => {
  assert.equal(sentenceOf({ detail: "No.", code: "x" }), "No.");
  assert.equal(sentenceOf({ ids: ["Too many."], code: "invalid" }), "ids: Too many.");
  assert.equal(sentenceOf(null), null);
});
