import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../static/server/api.js";
import { createCourier } from "../../../static/saving/outbox.js";
import { createKeeping } from "../../../static/saving/unsent_storage.js";
import { createSaver } from "../../../static/saving/saver.js";
import { openShelf } from "../../../static/saving/browser_storage.js";
import { createStore } from "../../../static/boxes/store.js";
import { Disk, fakeIndexedDB } from "../fakestorage.js";
import { box } from "../sample.js";

const image = { id: 7, name: "7.png", created_at: "then" };
const a = box("a", [0, 0, 10, 10]);
const made = box("made", [20, 20, 30, 30]);

/** @param {{disk?: Disk, tab?: string, living?: string[]}} parts */
function open({ disk = new Disk(), tab = "t1", living = [] } = {}) {
  const shelf = openShelf({ indexedDB: fakeIndexedDB(disk) });
  const tabs = { id: tab, living: async (asked) => new Set(asked.filter((name) => living.includes(name))) };
  return createKeeping({ shelf, person: { id: 1, name: "anna" }, project: "steel", kind: "label", tabs });
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

/** @param {any} carrier @param {any} put */
function saverOf(carrier, put) {
  const store = createStore();
  const saver = createSaver({ store, put, keep: (work) => carrier.keep(image, work), tell() {}, isOver: carrier.isEnded });
  return { store, saver };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

test("an image that is opened again takes over what was on its way, and a late answer brings nothing back", async () => {
  const keeping = open();
  const { server, put } = slowServer();
  const first = await keeping.takeUp(image);
  assert.equal(first.kept, null);
  const before = saverOf(first.carrier, put);
  before.saver.open({ version: 3, boxes: [a] });
  before.store.create(made);
  void before.saver.saveNow();
  await turn();
  void before.saver.stop().then(first.carrier.end);
  const answerLate = server.answer;

  const second = await keeping.takeUp(image);
  assert.deepEqual(second.kept?.boxes, [a, made]);
  assert.deepEqual(second.kept?.unanswered, [server.puts[0].mutation]);
  const now = saverOf(second.carrier, put);
  now.saver.open({ version: 3, boxes: [a] }, second.kept);
  answerLate(); // the first save arrives; its saver is over and must not touch what its heir keeps
  now.store.remove(made.id);
  const saved = now.saver.saveNow();
  await turn();
  server.answer();
  await turn();
  server.answer();
  assert.equal(await saved, "saved");
  await turn();
  assert.deepEqual(server.boxes, [a], "the box that was made and deleted stays deleted");
  assert.equal(server.puts.length, 3, "made; refused with what had arrived; deleted");
  assert.deepEqual(await keeping.backup.all(), []);
  await now.saver.stop();
});

test("work that is on its way is not offered, and is free again when it could not be sent", async () => {
  const keeping = open();
  const { carrier } = await keeping.takeUp(image);
  await carrier.keep(image, { version: 3, base: [a], boxes: [a, made] });
  assert.deepEqual(await keeping.backup.all(), []);
  await carrier.end();
  assert.equal((await keeping.backup.all()).length, 1);
  assert.equal(await carrier.keep(image, null), false, "what has ended writes nothing");
  assert.equal((await keeping.backup.all()).length, 1);
});

test("two pages that find a dead page's work do not both send it", async () => {
  const disk = new Disk();
  const dead = open({ disk, tab: "dead" });
  await dead.backup.keep(image, { version: 3, base: [a], boxes: [a, made] });
  const pages = ["t1", "t2"].map((tab) => open({ disk, tab, living: ["t1", "t2"] }));
  const taken = await Promise.all(pages.map((keeping) => keeping.takeUp(image)));
  assert.equal(taken.filter(({ kept }) => kept !== null).length, 1);
});

test("a courier leaves work alone that a visit has taken meanwhile", async () => {
  const keeping = open();
  await keeping.backup.keep(image, { version: 3, base: [a], boxes: [a, made] });
  const [listed] = await keeping.backup.all();
  const { kept } = await keeping.takeUp(image);
  assert.deepEqual(kept?.boxes, [a, made]);
  const api = /** @type {any} */ ({ getImage: async () => image, getBoxes: () => assert.fail("it was sent") });
  assert.equal(await createCourier({ api, carrier: keeping.carrier }).send(listed), "taken");
});
