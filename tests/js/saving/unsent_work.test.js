import assert from "node:assert/strict";
import { test } from "node:test";
import { createUnsentWork, moveOldWork } from "../../../static/saving/unsent_work.js";
import { openBrowserStorage } from "../../../static/saving/browser_storage.js";
import { Disk, fakeIndexedDB, fakeLocalStorage } from "../fakestorage.js";
import { box } from "../sample.js";

const anna = { id: 1, name: "anna" };
const image = { id: 7, name: "7.png", created_at: "then" };
const a = box("a", [0, 0, 10, 10]);
const b = box("b", [20, 20, 30, 30]);

/** @param {any} parts */
function open({ disk = new Disk(), tab = "t1", person = anna, findOpen = [], localStorage = null, kind = "label", page } = {}) {
  const storage = openBrowserStorage({ indexedDB: fakeIndexedDB(disk, page), localStorage });
  const unsentWork = createUnsentWork({
    ...{ storage, person, kind, project: "steel", tab },
    findOpen: async (tabs) => new Set(tabs.filter((name) => findOpen.includes(name))),
  });
  return { disk, storage, unsentWork };
}

test("kept work is found again by the next page, box by box", async () => {
  const { disk, unsentWork } = open();
  const moved = { ...a, xmax: 15 };
  const made = box("new", [1, 1, 2, 2]);
  assert.equal(await unsentWork.put(image, { version: 3, base: [a, b], boxes: [moved, made], unanswered: ["m"] }), true);
  const [unsent] = await open({ disk, tab: "t2" }).unsentWork.find(7);
  assert.deepEqual([unsent.version, unsent.base, unsent.boxes, unsent.unanswered], [3, [a, b], [moved, made], ["m"]]);
  assert.deepEqual([unsent.image, unsent.project, unsent.kind], [image, "steel", "label"]);
});

test("work of a page that is still open is left to it", async () => {
  const { disk, unsentWork } = open();
  await unsentWork.put(image, { version: 3, base: [a], boxes: [] });
  assert.deepEqual(await open({ disk, tab: "t2", findOpen: ["t1"] }).unsentWork.find(7), []);
  assert.equal((await open({ disk, tab: "t2" }).unsentWork.find(7)).length, 1);
});

test("of work by several pages the page's own comes first: it would be written over", async () => {
  const { disk, unsentWork } = open({ tab: "t9" });
  await open({ disk, tab: "t1" }).unsentWork.put(image, { version: 3, base: [a], boxes: [a, b] });
  await unsentWork.put(image, { version: 3, base: [a], boxes: [] });
  assert.deepEqual((await unsentWork.find(7)).map(({ tab }) => tab), ["t9", "t1"]);
});

test("two pages of one person keep their work apart", async () => {
  const { disk, unsentWork } = open();
  const second = open({ disk, tab: "t2", findOpen: ["t1"] }).unsentWork;
  await unsentWork.put(image, { version: 3, base: [a], boxes: [] });
  await second.put(image, { version: 3, base: [a], boxes: [a, b] });
  assert.deepEqual((await open({ disk, tab: "t3" }).unsentWork.find(7)).map(({ boxes }) => boxes.length).sort(), [0, 2]);
});

test("work of another person is never offered", async () => {
  const { disk, unsentWork } = open();
  await unsentWork.put(image, { version: 3, base: [a], boxes: [] });
  const igor = open({ disk, tab: "t2", person: { id: 11, name: "igor" } }).unsentWork;
  assert.deepEqual(await igor.find(7), []);
  assert.deepEqual(await igor.all(), []);
  assert.equal((await open({ disk, tab: "t2" }).unsentWork.all()).length, 1, "it stays kept for her");
});

test("work that is taken up is its heir's own, and of two heirs one gets it", async () => {
  const { disk, unsentWork } = open();
  await unsentWork.put(image, { version: 3, base: [a], boxes: [], unanswered: ["m"] });
  const [heir, other] = ["t2", "t3"].map((tab) => open({ disk, tab }).unsentWork);
  const [[unsent], [same]] = await Promise.all([heir.find(7), other.find(7)]);
  const taken = await Promise.all([heir.take(unsent), other.take(same)]);
  assert.deepEqual([...taken].sort(), [false, true]);
  const winner = taken[0] ? heir : other;
  assert.deepEqual([...disk.stores.get("work").keys()], [`1|label|7|${taken[0] ? "t2" : "t3"}`]);
  const [again] = await winner.find(7);
  assert.deepEqual([again.boxes, again.unanswered, again.turn], [[], ["m"], 1]);
  await winner.put(image, { version: 4, base: [a, b], boxes: [b] });
  assert.deepEqual((await winner.find(7)).map(({ version }) => version), [4]);
  await winner.put(image, null);
  assert.equal(disk.stores.get("work").size + disk.stores.get("bases").size, 0);
});

test("a review's work that is taken up goes when the label's work is written", async () => {
  const { disk, unsentWork } = open({ kind: "review" });
  await unsentWork.put(image, { version: 3, base: [a], boxes: [] });
  const heir = open({ disk, tab: "t2.1" }).unsentWork;
  assert.equal(await heir.take((await heir.all())[0]), true);
  assert.deepEqual([...disk.stores.get("work").keys()], ["1|review|7|t2.1"]);
  await heir.put(image, { version: 3, base: [a], boxes: [] });
  assert.deepEqual([...disk.stores.get("work").keys()], ["1|label|7|t2.1"]);
});

test("of many changes at once the newest is written, and all wait for it", async () => {
  const { disk, unsentWork } = open();
  const writings = [1, 2, 3, 4, 5].map((grade) => unsentWork.put(image, { version: 3, base: [a], boxes: [{ ...a, grade }] }));
  assert.deepEqual(await Promise.all(writings), [true, true, true, true, true]);
  const [unsent] = await unsentWork.find(7);
  assert.equal(unsent.boxes[0].grade, 5);
  assert.ok(disk.commits <= 3, `${disk.commits} commits`);
});

test("what a killed page had not committed is not half there", async () => {
  let isAlive = true;
  const disk = new Disk();
  const { unsentWork } = open({ disk, page: { isAlive: () => isAlive } });
  await unsentWork.put(image, { version: 3, base: [a], boxes: [b] });
  void unsentWork.put(image, { version: 4, base: [a, b], boxes: [] });
  isAlive = false;
  await new Promise((resolve) => setTimeout(resolve, 5));
  const [unsent] = await open({ disk, tab: "t2" }).unsentWork.find(7);
  assert.deepEqual([unsent.version, unsent.boxes], [3, [b]]);
});

test("a full database falls back to localStorage, and the newest of both is found", async () => {
  const disk = new Disk();
  const localStorage = fakeLocalStorage();
  const { unsentWork } = open({ disk, localStorage });
  await unsentWork.put(image, { version: 3, base: [a], boxes: [] });
  disk.fault = "full";
  assert.equal(await unsentWork.put(image, { version: 3, base: [a], boxes: [a, b] }), true);
  disk.fault = "";
  const next = open({ disk, tab: "t2", localStorage }).unsentWork;
  const [unsent] = await next.find(7);
  assert.deepEqual(unsent.boxes, [a, b]);
  assert.equal(await next.take(unsent), true);
  assert.deepEqual((await next.find(7)).map(({ boxes, tab }) => [boxes, tab]), [[[a, b], "t2"]]);
  await next.put(image, null);
  assert.deepEqual(await open({ disk, tab: "t3", localStorage }).unsentWork.find(7), []);
});

test("without any room the page is told, and nothing breaks", async () => {
  const disk = new Disk();
  disk.fault = "denied";
  for (const localStorage of [null, fakeLocalStorage({}, { room: 10 })]) {
    const { unsentWork } = open({ disk, localStorage });
    assert.equal(await unsentWork.put(image, { version: 3, base: [a], boxes: [] }), false);
    assert.deepEqual(await unsentWork.find(7), []);
    assert.equal(await unsentWork.put(image, null), true);
  }
});

test("what an earlier version kept in localStorage is moved and found", async () => {
  const old = JSON.stringify({ version: 2, base: [a], boxes: [a, b], keptAt: "2026-01-01" });
  const localStorage = fakeLocalStorage({
    "blemish.work.anna.7": old,
    "blemish.work.anna.review.8": old,
    "blemish.work.anna.9": "{broken",
    "blemish.work.igor.7": old,
  });
  const { storage, unsentWork } = open({ tab: "t2" });
  assert.equal(await moveOldWork({ localStorage, storage, person: anna }), 2);
  const [unsent] = await unsentWork.find(7);
  assert.deepEqual([unsent.version, unsent.boxes], [2, [a, b]]);
  assert.deepEqual((await unsentWork.all()).map(({ kind }) => kind).sort(), ["label", "review"]);
  assert.equal(localStorage.length, 2);
});

test("a record that nobody understands is left alone", async () => {
  const { storage, unsentWork } = open();
  await storage.put({ entry: { key: "1|label|7|odd", turn: 1 }, base: [] });
  assert.deepEqual(await unsentWork.find(7), []);
});

