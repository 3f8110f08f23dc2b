import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Unreachable } from "../../../static/server/api.js";
import { createPreferences } from "../../../static/saving/preferences.js";

function setUp({ storage = new Map(), person = {}, project = {}, slug = "steel" } = {}) {
  const sent = [];
  const answers = [];
  const timers = new Map();
  const refused = [];
  let count = 0;
  const preferences = createPreferences({
    api: {
      async putPreference(name, value, place) {
        const answer = answers.shift();
        if (answer) await answer();
        sent.push([place, name, structuredClone(value)]);
        return value;
      },
    },
    data: { user: "ann", project: { slug }, preferences: { person, project } },
    storage: {
      getItem: (name) => storage.get(name) ?? null,
      setItem: (name, text) => storage.set(name, text),
      removeItem: (name) => storage.delete(name),
    },
    refused: (sentence) => refused.push(sentence),
    later: (call, ms) => timers.set((count += 1), { call, ms }) && count,
    cancelLater: (timer) => timers.delete(timer),
  });
  return { preferences, sent, answers, timers, refused, storage };
}

test("what the server knows is there at once, and nothing chosen is an empty object", () => {
  const { preferences } = setUp({ person: { keys: { a: "b" } }, project: { view: { gamma: 2 } } });
  assert.deepEqual(preferences.get("keys"), { a: "b" });
  assert.deepEqual(preferences.get("view"), { gamma: 2 });
  assert.deepEqual(preferences.get("panels"), {});
});

test("many choices in a row are sent once, the view to its project, the rest to the person", async () => {
  const { preferences, sent, timers, storage } = setUp();
  for (let gamma = 1; gamma <= 5; gamma += 1) preferences.set("view", { gamma });
  preferences.set("keys", { next: "n" });
  assert.equal(timers.size, 1);
  await preferences.flush();
  assert.deepEqual(sent, [
    ["steel", "view", { gamma: 5 }],
    [null, "keys", { next: "n" }],
  ]);
  assert.equal(storage.size, 0);
});

test("a choice made without a network is there after a reload, and is sent then", async () => {
  const before = setUp();
  before.answers.push(() => Promise.reject(new Unreachable("no network")));
  before.preferences.set("view", { gamma: 3 });
  await before.preferences.flush();
  assert.equal(before.sent.length, 0);
  assert.equal(before.timers.size, 1, "it tries again");
  const after = setUp({ storage: before.storage, project: { view: { gamma: 1 } } });
  assert.deepEqual(after.preferences.get("view"), { gamma: 3 });
  await after.preferences.flush();
  assert.deepEqual(after.sent, [["steel", "view", { gamma: 3 }]]);
});

test("a choice kept for one project is not shown in another, but still reaches its own", async () => {
  const before = setUp();
  before.preferences.set("view", { gamma: 3 });
  const { preferences, sent } = setUp({ storage: before.storage, slug: "glass" });
  assert.deepEqual(preferences.get("view"), {});
  await preferences.flush();
  assert.deepEqual(sent, [["steel", "view", { gamma: 3 }]]);
});

test("a value that the server will never take is told once and not sent again", async () => {
  const { preferences, sent, answers, refused } = setUp();
  answers.push(() => Promise.reject(new ApiError(400, { detail: "too large", code: "invalid_preference" })));
  preferences.set("keys", { all: "x" });
  await preferences.flush();
  await preferences.flush();
  assert.deepEqual(refused, ["too large"]);
  assert.deepEqual(sent, []);
});

test("a choice made while another is on its way is not lost", async () => {
  const { preferences, sent, answers } = setUp();
  preferences.set("keys", { n: 1 });
  answers.push(async () => preferences.set("keys", { n: 2 }));
  await preferences.flush();
  await preferences.flush();
  assert.deepEqual(sent.at(-1), [null, "keys", { n: 2 }]);
});

test("text on this computer that is not ours counts as nothing", () => {
  const { preferences } = setUp({ storage: new Map([["blemish.preferences.ann", "{broken"]]) });
  assert.deepEqual(preferences.get("keys"), {});
});
