import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Unreachable } from "../../../static/server/api.js";
import { createUnsentWork } from "../../../static/saving/unsent_work.js";
import { createOutbox } from "../../../static/saving/outbox.js";
import { workAsText } from "../../../static/saving/download.js";
import { createUnsentNotice } from "../../../static/saving/unsent_notice.js";
import { openBrowserStorage } from "../../../static/saving/browser_storage.js";
import { Disk, fakeIndexedDB } from "../fakestorage.js";
import { box } from "../sample.js";

const a = box("a", [0, 0, 10, 10]);
const image = { id: 7, name: "7.png", created_at: "then" };

/** @param {any} parts */
function setUp({ kind = "label", decide = async () => ({}), state = "labeled" } = {}) {
  const disk = new Disk();
  /** @type {any} */
  const server = { version: 3, boxes: [a], created_at: "then", fails: null };
  const open = (tab, of) =>
    createUnsentWork({
      ...{ storage: openBrowserStorage({ indexedDB: fakeIndexedDB(disk) }), person: { id: 1, name: "anna" }, kind: of, project: "steel", tab },
      findOpen: async () => new Set(),
    });
  const api = {
    getImage: async () => {
      if (server.fails) throw server.fails;
      return { created_at: server.created_at, state };
    },
    getBoxes: async () => structuredClone({ version: server.version, boxes: server.boxes }),
    putBoxes: async (_, save) => {
      if (save.version !== server.version) throw new ApiError(412, { version: server.version, boxes: server.boxes });
      server.version += 1;
      server.boxes = structuredClone(save.boxes);
      return structuredClone({ version: server.version, boxes: server.boxes });
    },
    decide,
  };
  let sendings = 0;
  const outbox = createOutbox({ api: /** @type {any} */ (api), createOwner: () => open(`new.sent${(sendings += 1)}`, "label") });
  return { disk, server, api, outbox, dead: open("dead", kind), unsentWork: open("new", "label") };
}

const keptOf = async ({ unsentWork }) => (await unsentWork.all())[0];
const grown = [{ ...a, xmax: 20 }];

test("kept work of a closed page is merged, sent and forgotten", async () => {
  const setting = setUp();
  await setting.dead.put(image, { version: 2, base: [a], boxes: [...grown, box("new", [1, 1, 2, 2])] });
  setting.server.boxes = [a, box("theirs", [5, 5, 6, 6])];
  assert.equal(await setting.outbox.send(await keptOf(setting)), "sent");
  assert.deepEqual(setting.server.boxes.map(({ id, xmax }) => [id, xmax]), [["a", 20], ["theirs", 6], ["new", 2]]);
  assert.deepEqual(await setting.unsentWork.all(), []);
});

test("what two people changed waits for a choice", async () => {
  const setting = setUp();
  await setting.dead.put(image, { version: 2, base: [a], boxes: grown });
  setting.server.boxes = [{ ...a, xmax: 30 }];
  assert.equal(await setting.outbox.send(await keptOf(setting)), "asked");
  assert.equal(setting.server.boxes[0].xmax, 30);
  assert.equal((await setting.unsentWork.find(7)).length, 1);
});

test("of a deleted image, of another one with its number, and without a server, all is kept", async () => {
  const setting = setUp();
  await setting.dead.put(image, { version: 3, base: [a], boxes: grown });
  const unsent = await keptOf(setting);
  for (const [fails, made, outcome] of [
    [new ApiError(404, {}), "then", "gone"],
    [new ApiError(401, {}), "then", "expired"],
    [new Unreachable("no"), "then", "offline"],
    [null, "later", "gone"],
  ]) {
    Object.assign(setting.server, { fails, created_at: made });
    assert.equal(await setting.outbox.send(unsent), outcome);
  }
  assert.equal((await setting.unsentWork.all()).length, 1);
  assert.equal(JSON.parse(workAsText(unsent)).boxes[0].xmax, 20);
});

test("a decision that was not answered is sent as it was", async () => {
  const sent = [];
  const setting = setUp({ kind: "review", decide: async (_, decision) => sent.push(decision) });
  const decision = { decision: "correct", version: 3, mutation: "m" };
  await setting.dead.put(image, { version: 3, base: [a], boxes: grown, decision });
  assert.equal(await setting.outbox.send(await keptOf(setting)), "sent");
  assert.deepEqual([sent[0].mutation, sent[0].boxes[0].xmax], ["m", 20]);
  assert.deepEqual(await setting.unsentWork.all(), []);
});

test("a correction of an image that somebody else decided becomes work for the label page", async () => {
  const refuse = async () => {
    throw new ApiError(409, { detail: "decided" });
  };
  const setting = setUp({ kind: "review", decide: refuse });
  await setting.dead.put(image, { version: 3, base: [a], boxes: grown, decision: { decision: "correct", version: 3 } });
  assert.equal(await setting.outbox.send(await keptOf(setting)), "asked");
  const [left] = await setting.unsentWork.all();
  assert.deepEqual([left.kind, left.boxes], ["label", grown]);
});

test("an unfinished correction waits for its image while that is to be reviewed", async () => {
  const setting = setUp({ kind: "review", state: "in_review" });
  await setting.dead.put(image, { version: 3, base: [a], boxes: grown });
  assert.equal(await setting.outbox.send(await keptOf(setting)), "waiting");
  assert.equal((await setting.unsentWork.all())[0].kind, "review");
});

test("what lies on this computer is told and sent when asked", async () => {
  const setting = setUp();
  await setting.dead.put(image, { version: 3, base: [a], boxes: grown });
  await setting.dead.put({ id: 8, name: "8.png" }, { version: 3, base: [a], boxes: grown });
  /** @type {any[]} */
  const notes = [];
  const unsentNotice = createUnsentNotice({ unsentWork: setting.unsentWork, outbox: setting.outbox, tab: "new", show: (note) => notes.push(note) });
  await unsentNotice.refresh();
  assert.match(notes[0].text, /^2 images have work kept on this computer/);
  notes[0].actions[0].perform();
  while (notes.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(notes[2].text, /2 images are saved/);
  await unsentNotice.refresh();
  assert.equal(notes.at(-1), null);
});
