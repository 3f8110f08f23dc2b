import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Unreachable } from "../../../static/server/api.js";
import { createHistory } from "../../../static/boxes/history.js";
import { createSaver } from "../../../static/saving/saver.js";
import { createStore } from "../../../static/boxes/store.js";
import { box } from "../sample.js";

const a = box("a", [0, 0, 10, 10]);

function setUp({ boxes = [a], version = 3, room = true } = {}) {
  const server = { version, boxes: structuredClone(boxes) };
  const timers = [];
  const told = [];
  const kept = { work: /** @type {any} */ (null) };
  const answers = [];
  const store = createStore();
  const arrived = [];
  const sent = [];
  function write(list) {
    if (list.version !== server.version) {
      const applied = arrived.findLast(({ mutation }) => [list.mutation, ...list.unanswered].includes(mutation));
      throw new ApiError(412, { detail: "stale", code: "stale", ...structuredClone(server), ...(applied ? { applied } : {}) });
    }
    server.version += 1;
    server.boxes = structuredClone(list.boxes);
    arrived.push({ mutation: list.mutation, ...structuredClone(server) });
    return structuredClone(server);
  }
  async function put(list) {
    sent.push(structuredClone(list));
    const answer = answers.shift();
    if (answer) await answer(list, write);
    return write(list);
  }
  const saver = createSaver({
    store,
    put,
    storeUnsent: async (work) => {
      kept.work = work && structuredClone(work);
      return room || work === null;
    },
    report: (news) => told.push(news),
    later: (call, ms) => timers.push({ call, ms }) - 1,
    cancelLater: (index) => index !== undefined && (timers[index] = null),
  });
  saver.open(structuredClone(server));
  const states = () => told.map(({ state }) => state);
  return { server, store, saver, timers, told, states, kept, answers, sent };
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
  assert.equal(told.at(-1).isStored, true);
  await timers.filter(Boolean).at(0).call();
  await saver.saveNow();
  assert.equal(server.boxes[0].xmax, 12);
});

test("an expired session and a refused box say so and keep the work", async () => {
  for (const [status, state] of [
    [403, "refused"],
    [404, "gone"],
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

const lost = async (list, write) => {
  write(list);
  throw new Unreachable("the answer was lost");
};

test("a save whose answer was lost is known again, also when the box was moved since", async () => {
  const { server, store, saver, answers } = setUp();
  store.update("a", { xmax: 12 });
  answers.push(lost);
  assert.equal(await saver.saveNow(), "offline");
  store.update("a", { xmax: 14 });
  assert.equal(await saver.saveNow(), "saved");
  assert.equal(server.boxes[0].xmax, 14);
});

test("a box that was deleted after a lost answer stays deleted", async () => {
  const { server, store, saver, answers } = setUp();
  store.create(box("new", [1, 1, 5, 5]));
  answers.push(lost);
  await saver.saveNow();
  store.remove("new");
  assert.equal(saver.isDirty(), true, "it may have arrived");
  assert.equal(await saver.saveNow(), "saved");
  assert.deepEqual(server.boxes.map(({ id }) => id), ["a"]);
});

test("a lost answer under somebody else's save is no conflict", async () => {
  const { server, store, saver, answers } = setUp();
  store.update("a", { xmax: 12 });
  answers.push(lost);
  await saver.saveNow();
  server.version += 1;
  server.boxes = [...server.boxes, box("theirs", [6, 6, 9, 9])];
  store.update("a", { xmax: 16 });
  assert.equal(await saver.saveNow(), "saved");
  assert.deepEqual(server.boxes.map(({ id, xmax }) => [id, xmax]), [["a", 16], ["theirs", 9]]);
});

test("a page that opens after a crash knows the save that its predecessor sent", async () => {
  const { server, store, saver, answers, kept } = setUp();
  store.update("a", { xmax: 12 });
  answers.push(lost);
  await saver.saveNow();
  store.update("a", { xmax: 14 });
  const left = structuredClone(kept.work);
  saver.stop();
  const next = setUp({ boxes: server.boxes, version: server.version });
  const arrived = { mutation: left.unanswered[0], version: 4, boxes: structuredClone(server.boxes) };
  next.answers.push(async () => {
    throw new ApiError(412, { detail: "stale", ...structuredClone(next.server), applied: arrived });
  });
  next.saver.open(structuredClone(next.server), left);
  assert.equal(await next.saver.saveNow(), "saved");
  assert.deepEqual(next.sent[0].unanswered, left.unanswered);
  assert.equal(next.sent[0].version, 3, "it asks from where the work began");
  assert.equal(next.server.boxes[0].xmax, 14);
});

test("a request that arrives late finds its version gone", async () => {
  const { server, store, saver, answers } = setUp();
  store.update("a", { xmax: 12 });
  let late = () => {};
  answers.push(async (list, write) => {
    late = () => write(list);
    throw new Unreachable("slow");
  });
  await saver.saveNow();
  store.update("a", { xmax: 10 });
  assert.equal(await saver.saveNow(), "saved", "undone, and still said to the server");
  assert.throws(late, (error) => error.status === 412);
  assert.equal(server.boxes[0].xmax, 10);
});

test("what was refused once is not repeated for ever", async () => {
  const { store, saver, answers, sent } = setUp();
  for (let turn = 0; turn < 3; turn += 1) {
    store.update("a", { xmax: 12 + turn });
    answers.push(async () => {
      throw new ApiError(400, { detail: "no such type", code: "invalid_box", box: "a" });
    });
    assert.equal(await saver.saveNow(), "refused");
  }
  assert.deepEqual(sent.map(({ unanswered }) => unanswered), [[], [], []]);
  assert.deepEqual(sent.map(({ boxes }) => boxes[0].xmax), [12, 13, 14]);
});

test("a page that goes on to another image keeps its hands off that one", async () => {
  const { server, store, saver, answers } = setUp();
  store.update("a", { xmax: 12 });
  let goOn = (/** @type {any} */ _) => {};
  answers.push(() => new Promise((resolve) => (goOn = resolve)));
  const saving = saver.saveNow();
  await new Promise((resolve) => setTimeout(resolve));
  saver.stop();
  store.replaceAll([box("other", [0, 0, 3, 3])], "server");
  goOn(null);
  await saving;
  assert.equal(server.boxes[0].xmax, 12);
  assert.deepEqual(store.all().map(({ id }) => id), ["other"]);
});

test("each box of a conflict is chosen by itself, and undo takes the choice back as one step", async () => {
  const b = box("b", [20, 20, 30, 30]);
  const c = box("c", [40, 40, 50, 50]);
  const { server, store, saver } = setUp({ boxes: [a, b, c] });
  const history = createHistory(store);
  store.update("a", { xmax: 12 });
  store.update("b", { xmax: 32 });
  store.remove("c");
  server.version = 4;
  server.boxes = [{ ...a, xmax: 20 }, { ...b, xmax: 40 }, { ...c, xmax: 60 }];
  assert.equal(await saver.saveNow(), "conflict");
  assert.equal(await saver.resolve(new Map([["a", "mine"]])), "conflict", "two are still open");
  assert.equal(await saver.resolve(new Map([["a", "mine"], ["b", "both"], ["c", "mine"]])), "saved");
  assert.deepEqual(server.boxes.map(({ xmax }) => xmax), [12, 40, 32]);
  assert.notEqual(server.boxes[2].id, "b");
  history.undo();
  assert.deepEqual(store.all().map(({ id }) => id), ["a", "b", "c"]);
});

test("taking my change back ends a conflict, and another change may join it", async () => {
  const b = box("b", [20, 20, 30, 30]);
  const { server, store, saver, told } = setUp({ boxes: [a, b] });
  const history = createHistory(store);
  store.update("a", { xmax: 12 });
  server.version = 4;
  server.boxes = [{ ...a, xmax: 20 }, { ...b, xmax: 40 }];
  assert.equal(await saver.saveNow(), "conflict");
  store.update("b", { xmax: 32 });
  assert.deepEqual(told.at(-1).conflicts.map(({ id }) => id), ["a", "b"]);
  history.undo();
  history.undo();
  assert.equal(saver.state(), "saved");
  store.update("a", { ymax: 10.5 });
  store.update("a", { ymax: 10 });
  assert.equal(await saver.saveNow(), "saved");
});

test("what no place keeps is told with the state", async () => {
  const { store, saver, told, answers } = setUp({ room: false });
  answers.push(async () => {
    throw new Unreachable("gone");
  });
  store.update("a", { xmax: 12 });
  assert.equal(await saver.saveNow(), "offline");
  assert.equal(told.at(-1).isStored, false);
  assert.equal(saver.isStored(), false);
});
