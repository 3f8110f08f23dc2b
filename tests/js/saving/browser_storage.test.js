import assert from "node:assert/strict";
import { test } from "node:test";
import { openBrowserStorage } from "../../../static/saving/browser_storage.js";
import { StorageUnavailable } from "../../../static/saving/storage_unavailable.js";
import { Disk, fakeIndexedDB, fakeLocalStorage } from "../fakestorage.js";
import { box } from "../sample.js";

const a = box("a", [0, 0, 10, 10]);

test("a database that never answers does not hold up a save", async () => {
  const disk = new Disk();
  const storage = openBrowserStorage({ indexedDB: fakeIndexedDB(disk), localStorage: fakeLocalStorage() }, 20);
  await storage.list("");
  disk.fault = "stuck";
  await storage.put({ entry: { key: "k", turn: 1 }, base: [a] });
  assert.deepEqual((await storage.list("k")).map(({ base }) => base), [[a]]);
});

test("a refusal names its reason", async () => {
  const full = openBrowserStorage({ indexedDB: null, localStorage: fakeLocalStorage({}, { room: 1 }) });
  await assert.rejects(full.put({ entry: { key: "k", turn: 1 }, base: [] }), (error) => error instanceof StorageUnavailable && error.reason === "full");
  const none = openBrowserStorage({});
  await assert.rejects(none.put({ entry: { key: "k", turn: 1 }, base: [] }), { reason: "denied" });
});

test("stored names stay as they are, so that unsent work of an older page is found", async () => {
  const [disk, localStorage] = [new Disk(), fakeLocalStorage()];
  await openBrowserStorage({ indexedDB: fakeIndexedDB(disk) }).put({ entry: { key: "k", turn: 1 }, base: [a] });
  assert.deepEqual([...disk.stores.keys()].sort(), ["bases", "work"]);
  await openBrowserStorage({ indexedDB: null, localStorage }).put({ entry: { key: "k", turn: 1 }, base: [a] });
  assert.equal(localStorage.key(0), "blemish.shelf.k");
});

test("a record moves to another key once, and takes its list along", async () => {
  for (const places of [{ indexedDB: fakeIndexedDB(new Disk()) }, { localStorage: fakeLocalStorage() }]) {
    const storage = openBrowserStorage(places);
    await storage.put({ entry: { key: "old", turn: 1 }, base: [a] });
    assert.equal(await storage.move("old", { key: "new", tab: "t2" }), true);
    assert.equal(await storage.move("old", { key: "other" }), false);
    assert.deepEqual(await storage.list(""), [{ entry: { key: "new", turn: 1, tab: "t2" }, base: [a] }]);
    await storage.remove(["new"]);
    assert.deepEqual(await storage.list(""), []);
  }
});
