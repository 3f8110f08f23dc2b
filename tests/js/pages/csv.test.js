// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { toCsv } from "../../../static/pages/csv.js";

test("a cell that a spreadsheet would run is quoted", () => {
  assert.equal(toCsv(["file", "why"], [["=1+1", 'a "b", c']]), 'file,why\r\n\'=1+1,"a ""b"", c"\r\n');
});
