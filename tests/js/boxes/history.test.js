import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistory } from "../../../static/boxes/history.js";
import { createStore } from "../../../static/boxes/store.js";
import { createDice } from "../dice.js";
import { box } from "../sample.js";

/** Do one random thing as a person does it: to one box or to several, as one gesture or a row of them. */
function act(store, dice, step) {
  const known = store.all().filter(() => dice.below(3) === 0);
  const action = dice.below(6);
  if (action < 2 || known.length === 0) {
    const made = Array.from({ length: 1 + dice.below(4) }, (_, index) => box(`p${step}-${index}`, [0, 0, 5 + step, 9]));
    store.createMany(made);
  } else if (action < 4) {
    const patch = dice.pick([{ xmin: step / 7 }, { grade: dice.below(5) }, { defect_type: `type ${step}` }, { difficult: step % 2 > 0 }]);
    store.updateMany(new Map(known.map(({ id }) => [id, patch])), dice.pick([undefined, `nudge ${step >> 2}`]));
  } else store.removeMany(known.map(({ id }) => id));
}

test("whatever a person did, undoing all of it gives the start, and redoing all of it the end", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const dice = createDice(seed);
    const start = Array.from({ length: 5 }, (_, index) => box(`s${index}`, [index, 0, index + 9, 9]));
    const store = createStore(start);
    const history = createHistory(store);
    const seen = [start];
    for (let step = 0; step < 40; step += 1) {
      const before = store.all();
      act(store, dice, step);
      if (store.all() !== before) seen.push([...store.all()]);
    }
    const end = [...store.all()];
    while (history.undo()) assert.ok(seen.some((list) => isSame(list, store.all())), "a state that never was");
    assert.deepEqual(store.all(), start);
    while (history.redo());
    assert.deepEqual(store.all(), end);
  }
});

/** @param {readonly any[]} a @param {readonly any[]} b */
const isSame = (a, b) => a.length === b.length && a.every((item, index) => JSON.stringify(item) === JSON.stringify(b[index]));

test("what the server brings meanwhile never enters undo, and no undo takes it away", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const dice = createDice(seed);
    const store = createStore([box("s0", [0, 0, 9, 9])]);
    const history = createHistory(store);
    const theirs = new Set();
    for (let step = 0; step < 40; step += 1) {
      if (dice.below(4) > 0) act(store, dice, step);
      else if (dice.below(2) > 0) {
        theirs.add(`t${step}`);
        store.replaceAll([...store.all(), box(`t${step}`, [step, step, step + 4, step + 4], { score: 0.5 })], "server");
      } else {
        const version = step + 100;
        store.replaceAll(store.all().map((item) => ({ ...item, model_name: `m${version}` })), "server");
        history[dice.pick(["undo", "redo"])]();
      }
    }
    while (history.redo());
    const left = new Set(store.all().map(({ id }) => id));
    // Those that a person deleted come back; those of the server never go.
    while (history.undo());
    for (const id of theirs) assert.ok(store.get(id), `${id} of the server is lost (seed ${seed})`);
    const personal = store.all().filter(({ id }) => id.startsWith("p"));
    assert.deepEqual(personal, [], "everything that the person made is taken back");
    while (history.redo());
    assert.deepEqual(new Set(store.all().map(({ id }) => id)), left);
  }
});

test("two thousand boxes are changed, and taken back, at once", () => {
  const store = createStore(Array.from({ length: 2000 }, (_, index) => box(`b${index}`, [index, 0, index + 5, 5])));
  const history = createHistory(store);
  const start = [...store.all()];
  store.updateMany(new Map(start.map(({ id }) => [id, { grade: 1 }])));
  store.removeMany(start.map(({ id }) => id).filter((_, index) => index % 2 > 0));
  assert.equal(store.all().length, 1000);
  history.undo();
  history.undo();
  assert.deepEqual(store.all(), start);
});
