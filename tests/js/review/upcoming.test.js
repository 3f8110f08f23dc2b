import assert from "node:assert/strict";
import { test } from "node:test";
import { createUpcoming } from "../../../static/review/upcoming.js";

function setUp({ ready = [], next = async () => null } = {}) {
  const root = { dataset: {} };
  const events = [];
  let isOpen = false;
  const workbench = /** @type {any} */ ({
    root,
    queue: { take: () => ready.shift() ?? null, next, fill: async () => {} },
    editor: () => ({ refresh() {} }),
    showError: (error) => events.push(`error ${error.message}`),
  });
  const upcoming = createUpcoming(workbench, {
    isOpen: () => isOpen,
    show: ({ item }) => events.push(`show ${item}`),
    showNothing: () => events.push("nothing"),
  });
  return { upcoming, events, root, open: (/** @type {boolean} */ next) => (isOpen = next) };
}
const item = (/** @type {string} */ name) => /** @type {any} */ (name);

test("what came back is opened before what was claimed ahead", async () => {
  const { upcoming, events } = setUp({ ready: [item("claimed")] });
  upcoming.putBack({ item: item("returned") });
  await upcoming.goOn();
  await upcoming.goOn();
  assert.deepEqual(events, ["show returned", "show claimed"]);
});

test("the page waits for the server once, and says when nothing is left", async () => {
  let asked = 0;
  const { upcoming, events, root } = setUp({ next: async () => ((asked += 1), null) });
  await Promise.all([upcoming.goOn(), upcoming.goOn()]);
  assert.equal(asked, 1);
  assert.equal(root.dataset.state, "waiting");
  assert.deepEqual(events, ["nothing"]);
});

test("an item that arrives while another one was opened waits its turn", async () => {
  let arrive = (/** @type {any} */ _) => {};
  const { upcoming, events, open } = setUp({ next: () => new Promise((resolve) => (arrive = resolve)) });
  const waiting = upcoming.goOn();
  open(true);
  arrive(item("late"));
  await waiting;
  assert.deepEqual(events, []);
  await upcoming.goOn();
  assert.deepEqual(events, ["show late"]);
});

test("a claim that fails offers to try again", async () => {
  const { upcoming, events, root } = setUp({ next: async () => Promise.reject(new Error("no server")) });
  await upcoming.goOn();
  assert.equal(root.dataset.state, "claim");
  assert.deepEqual(events, ["error no server"]);
});
