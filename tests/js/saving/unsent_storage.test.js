import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../static/server/api.js";
import { createOutbox } from "../../../static/saving/outbox.js";
import { createUnsentStorage } from "../../../static/saving/unsent_storage.js";
import { createSaver } from "../../../static/saving/saver.js";
import { openBrowserStorage } from "../../../static/saving/browser_storage.js";
import { createStore } from "../../../static/boxes/store.js";
import { Disk, fakeIndexedDB } from "../fakestorage.js";
import { box } from "../sample.js";

const image = { id: 7, name: "7.png", created_at: "then" };
const a = box("a", [0, 0, 10, 10]);
const made = box("made", [20, 20, 30, 30]);

/** @param {{disk?: Disk, tab?: string, findOpen?: string[]}} parts */
function open({ disk = new Disk(), tab = "t1", findOpen = [] } = {}) {
  const storage = openBrowserStorage({ indexedDB: fakeIndexedDB(disk) });
  const tabs = { id: tab, findOpen: async (asked) => new Set(asked.filter((name) => findOpen.includes(name))) };
  return createUnsentStorage({ storage, person: { id: 1, name: "anna" }, project: "steel", kind: "label", tabs });
}

/** A server that answers a save when it is told to. */
function slowServer() {
  /** @type {any} */
  const server = { version: 3, boxes: [a], applied: [], puts: [], answer: () => {} };
  const put = (save) =>
    new Promise((resolve, reject) => {
      server.puts.push(save);
      server.answer = () => {
        if (save.version !== server.version) {
          const arrived = server.applied.find(({ mutation }) => [save.mutation, ...save.unanswered].includes(mutation));
          const body = { version: server.version, boxes: server.boxes, applied: arrived };
          reject(new ApiError(412, structuredClone(body)));
          return;
        }
        server.version += 1;
        server.boxes = structuredClone(save.boxes);
        server.applied.push({ mutation: save.mutation, version: server.version, boxes: server.boxes });
        resolve(structuredClone({ version: server.version, boxes: server.boxes }));
      };
    });
  return { server, put };
}

/** @param {any} owner @param {any} put */
function saverOf(owner, put) {
  const store = createStore();
  const saver = createSaver({ store, put, storeUnsent: (work) => owner.put(image, work), report() {}, isTakenOver: owner.isEnded });
  return { store, saver };
}

/** Wait until `isTrue`, however slow the machine is. @param {() => boolean} isTrue */
async function until(isTrue) {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve));
}

test("an image that is opened again takes over what was on its way, and a late answer brings nothing back", async () => {
  const unsentStorage = open();
  const { server, put } = slowServer();
  const first = await unsentStorage.resume(image);
  assert.equal(first.unsent, null);
  const before = saverOf(first.owner, put);
  before.saver.open({ version: 3, boxes: [a] });
  before.store.create(made);
  void before.saver.saveNow();
  await until(() => server.puts.length === 1);
  void before.saver.stop().then(first.owner.end);
  const answerLate = server.answer;

  const second = await unsentStorage.resume(image);
  assert.deepEqual(second.unsent?.boxes, [a, made]);
  assert.deepEqual(second.unsent?.unanswered, [server.puts[0].mutation]);
  const now = saverOf(second.owner, put);
  now.saver.open({ version: 3, boxes: [a] }, second.unsent);
  answerLate(); // the first save arrives; its saver is over and must not touch what its heir keeps
  now.store.remove(made.id);
  const saved = now.saver.saveNow();
  await until(() => server.puts.length === 2);
  server.answer();
  await until(() => server.puts.length === 3);
  server.answer();
  assert.equal(await saved, "saved");
  assert.deepEqual(server.boxes, [a], "the box that was made and deleted stays deleted");
  assert.equal(server.puts.length, 3, "made; refused with what had arrived; deleted");
  assert.deepEqual(await unsentStorage.unsentWork.all(), []);
  await now.saver.stop();
});

test("work that is on its way is not offered, and is free again when it could not be sent", async () => {
  const unsentStorage = open();
  const { owner } = await unsentStorage.resume(image);
  await owner.put(image, { version: 3, base: [a], boxes: [a, made] });
  assert.deepEqual(await unsentStorage.unsentWork.all(), []);
  await owner.end();
  assert.equal((await unsentStorage.unsentWork.all()).length, 1);
  assert.equal(await owner.put(image, null), false, "what has ended writes nothing");
  assert.equal((await unsentStorage.unsentWork.all()).length, 1);
});

test("two pages that find a dead page's work do not both send it", async () => {
  const disk = new Disk();
  const dead = open({ disk, tab: "dead" });
  await dead.unsentWork.put(image, { version: 3, base: [a], boxes: [a, made] });
  const pages = ["t1", "t2"].map((tab) => open({ disk, tab, findOpen: ["t1", "t2"] }));
  const taken = await Promise.all(pages.map((unsentStorage) => unsentStorage.resume(image)));
  assert.equal(taken.filter(({ unsent }) => unsent !== null).length, 1);
});

test("an outbox leaves work alone that an image session has taken meanwhile", async () => {
  const unsentStorage = open();
  await unsentStorage.unsentWork.put(image, { version: 3, base: [a], boxes: [a, made] });
  const [listed] = await unsentStorage.unsentWork.all();
  const { unsent } = await unsentStorage.resume(image);
  assert.deepEqual(unsent?.boxes, [a, made]);
  const api = /** @type {any} */ ({ getImage: async () => image, getBoxes: () => assert.fail("it was sent") });
  assert.equal(await createOutbox({ api, createOwner: unsentStorage.createOwner }).send(listed), "taken");
});
