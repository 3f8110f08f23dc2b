// @ts-check
// Whatever happens, in whatever order, the save machine loses no edit and comes to rest; docs/saving.md has its table.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sameBoxes } from "../../../static/boxes/boxes.js";
import { next } from "../../../static/saving/save_machine.js";
import { initialState, isDirty } from "../../../static/saving/save_state.js";
import { box } from "../sample.js";
import { World } from "./save_world.js";

const RUNS = 4000;
const TURNS = 150;

const docs = readFileSync(new URL("../../../docs/saving.md", import.meta.url), "utf8");

/** @param {number} seed @returns {World} after many turns and a good end */
function run(seed) {
  const world = new World(seed);
  try {
    for (let turn = 0; turn < TURNS; turn += 1) world.turn();
    world.comeToRest();
  } catch (error) {
    throw new Error(`seed ${seed}: ${/** @type {Error} */ (error).message}`, { cause: error });
  }
  return world;
}

/** @type {Set<string>} "phase event phase", for transitions between two phases */
const seen = new Set();

test("no order of events loses an edit, sends a stale version again or keeps the machine from its rest", () => {
  for (let number = 1; number <= RUNS; number += 1) {
    const seed = number * 7919;
    const { state, server, disk, seen: found } = run(seed);
    for (const transition of found) seen.add(transition);
    if (state.phase === "gone") continue;
    assert.equal(state.phase, "saved", `seed ${seed}`);
    assert.equal(isDirty(state), false, `seed ${seed}`);
    assert.equal(disk, null, `seed ${seed}: what the server has is deleted from the browser's storage`);
    if (state.base.version === server.version) assert.ok(sameBoxes(state.mine, server.boxes), `seed ${seed}`);
  }
});

/** @param {string} cell @returns {string[]} */
const namesIn = (cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name);

test("the table in docs/saving.md has every transition of the machine, and no other", () => {
  const table = docs.slice(docs.indexOf("| Event |"), docs.indexOf("`storage` (the browser"));
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const written = rows.flatMap((line) => {
    const [, event, from, to] = line.split("|");
    return namesIn(from).flatMap((before) => namesIn(to).map((after) => `${before} ${namesIn(event)[0]} ${after}`));
  });
  const changes = [...seen].filter((transition) => transition.split(" ")[0] !== transition.split(" ")[2]);
  assert.deepEqual(written.sort(), changes.sort());
});

test("the diagram in docs/saving.md draws transitions of the machine", () => {
  const arrows = [...docs.matchAll(/^ +(\w+) --> (\w+):/gm)].map(([, from, to]) => `${from} ${to}`);
  const pairs = new Set([...seen].map((transition) => transition.split(" ").filter((_, index) => index !== 1).join(" ")));
  assert.ok(arrows.length > 15);
  assert.deepEqual(arrows.filter((arrow) => !pairs.has(arrow)), []);
});

test("every phase is explained in docs/saving.md", () => {
  const phases = new Set([...seen].flatMap((transition) => [transition.split(" ")[0], transition.split(" ")[2]]));
  const explained = docs.slice(docs.indexOf("| Phase |"), docs.indexOf("## Transitions"));
  assert.deepEqual(namesIn(explained).sort(), [...phases].sort());
});

test("a state is never changed in place", () => {
  const a = box("a", [0, 0, 10, 10]);
  const before = next(initialState(), { type: "open", list: { version: 3, boxes: [a] }, work: null }).state;
  const copy = structuredClone(before);
  next(before, { type: "edit", boxes: [{ ...a, xmax: 12 }] });
  next(before, { type: "save", id: "m", force: true });
  assert.deepEqual(before, copy);
});
