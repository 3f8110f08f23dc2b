import assert from "node:assert/strict";
import { test } from "node:test";
import { reservedReason } from "../../../static/ui/reserved_keys.js";

test("the browser's own keys are refused with a word", () => {
  for (const key of ["Tab", "Shift+Tab", "Ctrl+t", "Ctrl+Shift+n", "Ctrl+w", "F5", "Ctrl+r", "Alt+F4", "Ctrl+1", "Ctrl++", "Escape"]) {
    assert.notEqual(reservedReason(key), "", key);
  }
  for (const key of ["t", "n", "Ctrl+s", "Ctrl+z", "Shift+Enter", "F2", "1", "+", " ", "Ctrl+Enter"]) {
    assert.equal(reservedReason(key), "", key);
  }
});
