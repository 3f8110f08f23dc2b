// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Upload, cutIntoBatches, inOrder, isPassing, readAnswer } from "../../../../static/pages/upload/upload.js";
import { summaryOf } from "../../../../static/pages/upload/upload_view.js";

const files = (/** @type {number[]} */ ...sizes) => sizes.map((size, index) => ({ name: `${index}.png`, size }));

test("a batch holds few files and few bytes, in the order of the list", () => {
  const batches = cutIntoBatches(files(4, 4, 4, 1), { most: 3, bytes: 8 });
  assert.deepEqual(batches.map((batch) => batch.map((file) => file.size)), [[4, 4], [4, 1]]);
  assert.deepEqual(cutIntoBatches(files(1, 1, 1), { most: 2, bytes: 99 }).map((batch) => batch.length), [2, 1]);
});

test("a file larger than a batch travels alone", () => {
  const batches = cutIntoBatches(files(1, 50, 1), { most: 9, bytes: 10 });
  assert.deepEqual(batches.map((batch) => batch.length), [1, 1, 1]);
});

test("no file makes no batch", () => {
  assert.deepEqual(cutIntoBatches([]), []);
});

test("an answer tells what went in and why the rest did not", () => {
  const answer = {
    images: [{ id: 1, name: "0.png" }],
    annotations: [{ id: 1, name: "0.xml", boxes: 2 }],
    failed: [{ name: "1.png", code: "unusable_file", detail: "1.png: is cut off" }],
  };
  assert.deepEqual(readAnswer(207, JSON.stringify(answer), files(1, 1)), {
    added: 1,
    annotated: 1,
    known: 0,
    archives: [],
    failed: [{ name: "1.png", code: "unusable_file", why: "1.png: is cut off" }],
  });
});

test("when all files are refused each keeps its own reason", () => {
  const answer = { images: [], annotations: [], failed: [{ name: "0.png", detail: "is known already" }], code: "x" };
  assert.deepEqual(readAnswer(400, JSON.stringify(answer), files(1)).failed, [{ name: "0.png", code: "", why: "is known already" }]);
});

test("an answer that is no JSON is told for every file of the batch", () => {
  const { added, failed } = readAnswer(502, "<html>Bad gateway</html>", files(1, 1));
  assert.equal(added, 0);
  assert.deepEqual(failed.map((one) => one.why), Array(2).fill("the server answered with error 502"));
});

test("a session that ended and a body that is too large are said in words", () => {
  assert.match(readAnswer(403, "", files(1)).failed[0].why, /signed out/);
  assert.match(readAnswer(413, "", files(1)).failed[0].why, /larger than the server takes/);
});

test("annotations travel last, archives before them", () => {
  const names = inOrder(["a.xml", "b.zip", "c.png", "d.XML"].map((name) => ({ name }))).map(({ name }) => name);
  assert.deepEqual(names, ["c.png", "b.zip", "a.xml", "d.XML"]);
});

test("only what says nothing of the files is sent again by itself", () => {
  assert.deepEqual([0, 502, 503, 400, 413, 500].map(isPassing), [true, true, true, false, false, false]);
});

/** An upload whose server answers from a list of [status, text]. @param {[number, string][]} answers */
function uploadOf(answers) {
  const files = /** @type {any[]} */ (["a.png", "b.png"].map((name) => ({ name, size: 1 })));
  const upload = new Upload(files, { address: "/", known: {}, token: "" }, () => {});
  upload.send = async () => {
    const [status, text] = answers.shift() ?? [500, ""];
    return { status, text };
  };
  upload.wait = async () => true;
  return upload;
}

test("a batch whose answer was lost goes again, and what was known is no failure", async () => {
  const failed = ["a.png", "b.png"].map((name) => ({ name, code: "duplicate_image", detail: "here" }));
  const upload = uploadOf([[0, ""], [400, JSON.stringify({ images: [], failed })]]);
  await upload.run();
  assert.equal(upload.known, 2);
  assert.deepEqual(upload.failed, []);
  assert.equal(summaryOf(upload), "2 there before.");
});

test("what failed is sent once more on demand", async () => {
  const failed = [{ name: "b.png", code: "storage_full", detail: "b.png: the disk is full" }];
  const upload = uploadOf([[207, JSON.stringify({ images: [{}], failed })], [201, JSON.stringify({ images: [{}] })]]);
  await upload.run();
  assert.equal(summaryOf(upload), "1 image added, 1 not taken.");
  await upload.retry();
  assert.equal(summaryOf(upload), "2 images added.");
  assert.equal(upload.finished, 2);
});
