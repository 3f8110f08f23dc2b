import assert from "node:assert/strict";
import { test } from "node:test";
import { errorSentence } from "../../../static/server/error_sentence.js";

test("the sentence is found in every shape of error", () => {
  assert.equal(errorSentence({ detail: "Gone.", code: "x" }), "Gone.");
  assert.equal(errorSentence({ version: ["Required."] }), "version: Required.");
  assert.equal(errorSentence(["One.", "Two."]), "One. Two.");
  assert.equal(errorSentence(null), "");
});
