// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { changeMany, sentenceFor } from "../../../static/pages/gallery/bulk.js";
import { toCsv } from "../../../static/pages/csv.js";
import { nearsEnd, neighbor, sliceOf } from "../../../static/pages/gallery/grid_window.js";
import { sentenceOf } from "../../../static/pages/rest.js";
import { createSelection, filterOf } from "../../../static/pages/gallery/selection.js";
import { inOrder, isPassing, Upload } from "../../../static/pages/upload/upload.js";
import { archiveWords, isActive, summaryOf } from "../../../static/pages/upload/upload_view.js";

const GRID = { columns: 5, rowHeight: 200 };

test("the cards within a window's height of the window are shown, and the rest is room", () => {
  const slice = sliceOf(GRID, { count: 10_000, topScr: 100_000, heightScr: 800 });
  assert.deepEqual(slice, { first: 2480, last: 2540, before: 99_200, after: 298_400 });
  assert.equal(slice.before + slice.after + ((slice.last - slice.first) / 5) * 200, 2000 * 200);
});

test("above its beginning and behind its end a grid shows its ends", () => {
  assert.equal(sliceOf(GRID, { count: 23, topScr: -500, heightScr: 800 }).first, 0);
  assert.deepEqual(sliceOf(GRID, { count: 23, topScr: 9000, heightScr: 800 }), { first: 20, last: 23, before: 800, after: 0 });
  assert.deepEqual(sliceOf(GRID, { count: 0, topScr: 0, heightScr: 800 }), { first: 0, last: 0, before: 0, after: 0 });
});

test("more cards are asked for before the end is seen", () => {
  assert.equal(nearsEnd(GRID, { count: 55, topScr: 0, heightScr: 800 }), true);
  assert.equal(nearsEnd(GRID, { count: 600, topScr: 0, heightScr: 800 }), false);
});

test("arrows lead to the neighbors and nowhere beyond the edge", () => {
  const grid = { columns: 5, count: 23, page: 3 };
  assert.equal(neighbor("ArrowRight", 4, grid), 5);
  assert.equal(neighbor("ArrowLeft", 0, grid), null);
  assert.equal(neighbor("ArrowDown", 16, grid), 21);
  assert.equal(neighbor("ArrowDown", 19, grid), 22);
  assert.equal(neighbor("ArrowDown", 21, grid), null);
  assert.equal(neighbor("ArrowUp", 3, grid), null);
  assert.equal(neighbor("PageUp", 8, grid), 3);
  assert.equal(neighbor("End", 0, grid), 22);
  assert.equal(neighbor("x", 0, grid), null);
});

test("a range goes from the last choice to the click, in the order shown", () => {
  const selection = createSelection(() => {});
  selection.toggle(7);
  selection.extend(3, [9, 7, 5, 3, 1]);
  assert.deepEqual(selection.ids.sort(), [3, 5, 7]);
  selection.toggle(5);
  assert.equal(selection.has(5), false);
  selection.forget([3]);
  assert.deepEqual(selection.ids, [7]);
});

test("all that match are selected but those that were taken out again", () => {
  const selection = createSelection(() => {});
  selection.selectAll();
  selection.toggle(5);
  assert.equal(selection.has(5), false);
  assert.equal(selection.has(123), true);
  assert.equal(selection.count(100), 99);
  assert.equal(selection.count(null), null);
  selection.toggle(5);
  assert.deepEqual(selection.without, []);
  selection.clear();
  assert.equal(selection.empty, true);
});

test("the filter of an address keeps repeated names and leaves order and place out", () => {
  assert.deepEqual(filterOf("?state=labeled&state=in_review&q=&sort=new&after=7&lot=L7"), {
    state: ["labeled", "in_review"],
    lot: ["L7"],
  });
});

const whole = { done: [], also: [], refused: [], after: null };

test("many ids are sent in parts and gathered", async () => {
  /** @type {number[]} */
  const sizes = [];
  const send = async (/** @type {string} */ _, /** @type {any} */ body) => {
    sizes.push(body.ids.length);
    return { ...whole, done: body.ids };
  };
  const ids = Array.from({ length: 2500 }, (_, n) => n + 1);
  const watch = { progress: () => {}, stopped: () => false, send };
  const outcome = await changeMany("/bulk/", { ids }, { action: "delete" }, watch);
  assert.deepEqual(sizes, [1000, 1000, 500]);
  assert.equal(outcome.done.length, 2500);
});

test("a filter is followed to its end, and a stop ends it earlier", async () => {
  /** @type {any[]} */
  const bodies = [];
  const send = async (/** @type {string} */ _, /** @type {any} */ body) => {
    bodies.push(body);
    return { ...whole, done: [bodies.length], after: bodies.length < 3 ? bodies.length * 10 : null };
  };
  const chosen = { filter: { lot: ["L"] }, without: [4] };
  const outcome = await changeMany("/bulk/", chosen, { action: "review" }, { progress: () => {}, stopped: () => false, send });
  assert.deepEqual(bodies.map((body) => body.after), [undefined, 10, 20]);
  assert.deepEqual(bodies[2].without, [4]);
  assert.equal(outcome.done.length, 3);
  bodies.length = 0;
  const stopped = await changeMany("/bulk/", chosen, {}, { progress: () => {}, stopped: () => bodies.length > 0, send });
  assert.deepEqual([stopped.stopped, stopped.done], [true, [1]]);
});

test("an outcome is one sentence", () => {
  const refused = [{ id: 1, name: "a", code: "leased", detail: "" }];
  assert.equal(sentenceFor("delete", { done: [1], also: [], refused, stopped: false }), "1 image deleted, 1 left as they were.");
  assert.equal(
    sentenceFor("set_split", { done: [1, 2], also: [3], refused: [], stopped: true }),
    "2 images moved, 1 image of the same parts moved along, stopped before the rest.",
  );
});

test("a cell that a spreadsheet would run is quoted", () => {
  assert.equal(toCsv(["file", "why"], [["=1+1", 'a "b", c']]), 'file,why\r\n\'=1+1,"a ""b"", c"\r\n');
});

test("an error is told by its sentence or its first field", () => {
  assert.equal(sentenceOf({ detail: "No.", code: "x" }), "No.");
  assert.equal(sentenceOf({ ids: ["Too many."], code: "invalid" }), "ids: Too many.");
  assert.equal(sentenceOf(null), null);
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

test("an archive's line tells its state and how far it is", () => {
  const row = { id: 1, name: "lot.zip", state: "running", state_text: "Being unpacked", entries: 9, entry: 4, added: 3, annotated: 0, known: 1, refused: 0, failures: [], error: "" };
  assert.equal(archiveWords(row), "lot.zip: being unpacked (4 of 9), 3 images added, 1 there before.");
  assert.equal(isActive(row), true);
  assert.equal(isActive({ ...row, state: "done" }), false);
});
