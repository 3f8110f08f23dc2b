import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Unreachable } from "../../static/labeler/api.js";
import { createSaver } from "../../static/labeler/saver.js";
import { createStore } from "../../static/labeler/store.js";
import { box } from "./sample.js";

const a = box("a", [0, 0, 10, 10]);

function setUp({ boxes = [a], version = 3 } = {}) {
  const server = { version, boxes: structuredClone(boxes) };
  const timers = [];
  const told = [];
  const kept = { work: /** @type {any} */ (null) };
  const answers = [];
  const store = createStore();
  async function put(list) {
    const answer = answers.shift();
    if (answer) await answer(list);
    if (list.version !== server.version) {
      throw new ApiError(412, { detail: "stale", code: "stale", ...structuredClone(server) });
    }
    server.version += 1;
    server.boxes = structuredClone(list.boxes);
    return structuredClone(server);
  }
  const saver = createSaver({
    store,
    put,
    keep: async (work) => {
      kept.work = work && structuredClone(work);
      return true;
    },
    tell: (news) => told.push(news),
    later: (call, ms) => timers.push({ call, ms }) - 1,
    cancelLater: (index) => index !== undefined && (timers[index] = null),
  });
  saver.open(structuredClone(server));
  const states = () => told.map(({ state }) => state);
  return { server, store, saver, timers, told, states, kept, answers };
}

test("a change is unsaved, then saving, then saved at the next version", async () => {
  const { server, store, saver, states, timers } = setUp();
  store.update("a", { xmax: 12 });
  assert.ok(timers.some((timer) => timer && timer.ms <= 1000));
  assert.equal(await saver.saveNow(), "saved");
  assert.deepEqual(states(), ["saved", "unsaved", "saving", "saved"]);
  assert.equal(server.boxes[0].xmax, 12);
  assert.equal(saver.version(), 4);
});

test("work lies in the backup until the server has it", async () => {
  const { store, saver, kept } = setUp();
  store.update("a", { xmax: 12 });
  assert.equal(kept.work.boxes[0].xmax, 12);
  assert.equal(kept.work.version, 3);
  await saver.saveNow();
  assert.equal(kept.work, null);
});

test("an edit made while saving is saved next", async () => {
  const { server, store, saver, answers } = setUp();
  store.update("a", { xmax: 12 });
  answers.push(async () => store.update("a", { ymax: 15 }));
  assert.equal(await saver.saveNow(), "unsaved");
  assert.equal(await saver.saveNow(), "saved");
  assert.equal(server.boxes[0].ymax, 15);
  assert.equal(server.version, 5);
});

test("a stale version is merged by box id and saved again, and nobody's box is lost", async () => {
  const { server, store, saver } = setUp();
  store.create(box("mine", [1, 1, 5, 5]));
  server.version = 4;
  server.boxes.push(box("theirs", [6, 6, 9, 9]));
  assert.equal(await saver.saveNow(), "saved");
  assert.deepEqual(server.boxes.map(({ id }) => id).sort(), ["a", "mine", "theirs"]);
  assert.equal(server.version, 5);
});

test("two edits of one box are a conflict that waits for a person", async () => {
  const { server, store, saver, told, kept } = setUp();
  store.update("a", { xmax: 12 });
  server.version = 4;
  server.boxes[0].xmax = 20;
  assert.equal(await saver.saveNow(), "conflict");
  assert.equal(told.at(-1).conflicts.length, 1);
  assert.equal(kept.work.boxes[0].xmax, 12);
  assert.equal(await saver.saveNow(), "conflict", "a conflict is never saved over");
  assert.equal(server.boxes[0].xmax, 20);
});

test("keeping mine puts my edit on top of theirs", async () => {
  const { server, store, saver } = setUp();
  store.update("a", { xmax: 12 });
  server.version = 4;
  server.boxes[0].xmax = 20;
  server.boxes.push(box("theirs", [6, 6, 9, 9]));
  await saver.saveNow();
  assert.equal(await saver.resolve("mine"), "saved");
  assert.equal(server.boxes.length, 2);
  assert.equal(server.boxes[0].xmax, 12);
});

test("taking theirs shows their boxes and saves nothing", async () => {
  const { server, store, saver } = setUp();
  store.update("a", { xmax: 12 });
  server.version = 4;
  server.boxes[0].xmax = 20;
  await saver.saveNow();
  assert.equal(await saver.resolve("theirs"), "saved");
  assert.equal(store.get("a")?.xmax, 20);
  assert.equal(server.version, 4);
  store.update("a", { ymax: 30 });
  assert.equal(await saver.saveNow(), "saved");
});

test("an unreachable server keeps the work and is tried again", async () => {
  const { server, store, saver, answers, timers, told } = setUp();
  store.update("a", { xmax: 12 });
  answers.push(async () => {
    throw new Unreachable("gone");
  });
  assert.equal(await saver.saveNow(), "offline");
  assert.equal(told.at(-1).kept, true);
  await timers.filter(Boolean).at(0).call();
  await saver.saveNow();
  assert.equal(server.boxes[0].xmax, 12);
});

test("an expired session and a refused box say so and keep the work", async () => {
  for (const [status, state] of [
    [403, "expired"],
    [401, "expired"],
    [400, "refused"],
    [423, "locked"],
  ]) {
    const { store, saver, answers, kept, told } = setUp();
    store.update("a", { xmax: 12 });
    answers.push(async () => {
      throw new ApiError(Number(status), { detail: "The reason." });
    });
    assert.equal(await saver.saveNow(), state);
    assert.equal(told.at(-1).sentence, "The reason.");
    assert.equal(kept.work.boxes[0].xmax, 12);
  }
});

test("kept work is put on top of what the server has now", () => {
  const { server, store, saver } = setUp();
  const kept = { version: 2, base: [a], boxes: [{ ...a, grade: 2 }, box("kept", [1, 1, 4, 4])], keptAt: "" };
  server.boxes.push(box("theirs", [6, 6, 9, 9]));
  saver.open(structuredClone(server), kept);
  assert.deepEqual(store.all().map(({ id }) => id), ["a", "theirs", "kept"]);
  assert.equal(store.get("a")?.grade, 2);
  assert.equal(saver.isDirty(), true);
});

test("kept work that contradicts what was saved meanwhile is asked about, not saved over", async () => {
  const { server, store, saver } = setUp();
  const kept = { version: 2, base: [a], boxes: [{ ...a, grade: 2 }], keptAt: "" };
  server.boxes[0].grade = 4;
  saver.open(structuredClone(server), kept);
  await saver.saveNow();
  assert.equal(saver.state(), "conflict");
  assert.equal(store.get("a")?.grade, 2);
  assert.equal(server.boxes[0].grade, 4);
  assert.equal(saver.leave(), null);
  assert.equal(await saver.resolve("mine"), "saved");
  assert.equal(server.boxes[0].grade, 2);
});

test("a merge is told, so that nobody wonders where boxes come from", async () => {
  const { server, store, saver, told } = setUp();
  store.update("a", { xmax: 12 });
  server.version = 4;
  server.boxes.push(box("theirs", [6, 6, 9, 9]));
  await saver.saveNow();
  assert.equal(told.at(-1).merged, true);
});

test("undo back to the saved list needs no save", () => {
  const { store, saver, kept } = setUp();
  store.update("a", { xmax: 12 });
  store.update("a", { xmax: 10 });
  assert.equal(saver.state(), "saved");
  assert.equal(kept.work, null);
});

test("an unchanged list is saved only when asked to", async () => {
  const { server, saver } = setUp({ boxes: [], version: 0 });
  await saver.saveNow();
  assert.equal(server.version, 0);
  await saver.saveNow({ force: true });
  assert.equal(server.version, 1);
});
