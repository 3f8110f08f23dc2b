// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRevisionReader } from "../../../static/revisions/revision_reader.js";
import { box } from "../sample.js";

/** An image with revisions 1 to `count`. @param {number} count */
function readerOf(count) {
  /** @type {string[]} */
  const asked = [];
  const api = {
    getRevisions: async (/** @type {any} */ _, /** @type {any} */ { before = count + 1, page_size }) => {
      asked.push(`list before ${before}`);
      const versions = Array.from({ length: before - 1 }, (_, index) => before - 1 - index).slice(0, page_size);
      return versions.map((version) => /** @type {any} */ ({ version }));
    },
    getRevision: async (/** @type {any} */ _, /** @type {number} */ version) => {
      asked.push(`boxes of ${version}`);
      return { version, boxes: [box(`box ${version}`, [0, 0, 1, 1])] };
    },
  };
  return { reader: createRevisionReader(api, 7), asked };
}

test("revisions are read in portions, newest first", async () => {
  const { reader } = readerOf(60);
  await reader.load();
  assert.deepEqual([reader.rows().length, reader.rows()[0].version, reader.more()], [50, 60, true]);
  await reader.load({ older: true });
  assert.deepEqual([reader.rows().length, reader.more()], [60, false]);
});

test("the version before the last row is looked for in the next portion", async () => {
  const { reader } = readerOf(60);
  await reader.load();
  assert.equal(await reader.versionBefore(11), 10);
  assert.equal(await reader.versionBefore(1), 0);
});

test("the boxes of a version are read once, those of version 0 never", async () => {
  const { reader, asked } = readerOf(3);
  await reader.boxesOf(2);
  assert.deepEqual((await reader.boxesOf(2)).map(({ id }) => id), ["box 2"]);
  assert.deepEqual(await reader.boxesOf(0), []);
  assert.deepEqual(asked, ["boxes of 2"]);
});

test("no image has no revisions", async () => {
  const reader = createRevisionReader(/** @type {any} */ ({}), null);
  await reader.load();
  assert.deepEqual([reader.rows(), await reader.boxesOf(4)], [[], []]);
});
