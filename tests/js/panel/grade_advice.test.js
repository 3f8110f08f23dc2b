// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { Unreachable } from "../../../static/server/api.js";
import { createGradeAdvice, likeliest } from "../../../static/panel/grade_advice.js";
import { box } from "../sample.js";

const PIT = {
  id: 1,
  name: "pit",
  color: "#000000",
  hotkey: "p",
  graded: true,
  has_grader: true,
  grades: [1, 2, 3].map((level) => ({ level, name: `grade ${level}`, criteria: "" })),
};
const DRAWN = box("a", [0, 0, 10, 10], { defect_type: "pit" });

/** Timers that run when the test says so. */
function makeClock() {
  /** @type {{callback: () => void}[]} */
  const waiting = [];
  return {
    later(/** @type {() => void} */ callback) {
      const entry = { callback };
      waiting.push(entry);
      return entry;
    },
    cancelLater(/** @type {any} */ entry) {
      if (waiting.includes(entry)) waiting.splice(waiting.indexOf(entry), 1);
    },
    async run() {
      while (waiting.length > 0) {
        waiting.shift()?.callback();
        for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
      }
    },
  };
}

/** @param {any[]} answers one for each request */
function makeAdvice(answers) {
  const clock = makeClock();
  /** @type {string[]} */
  const asked = [];
  let told = 0;
  const advice = createGradeAdvice({
    ask: async (_imageId, [{ id }]) => {
      asked.push(id);
      return { id: 7, state: "queued", grades: {} };
    },
    fetchAnswer: async () => {
      const answer = answers.shift() ?? { state: "queued", grades: {} };
      if (answer instanceof Error) throw answer;
      return answer;
    },
    changed: () => void (told += 1),
    later: clock.later,
    cancelLater: clock.cancelLater,
  });
  return { advice, clock, asked, told: () => told };
}

test("the median grade is proposed with its own probability", () => {
  assert.deepEqual(likeliest([0.4, 0.3, 0.3], PIT), { level: 2, name: "grade 2", probability: 0.3 });
  assert.equal(likeliest([0, 0, 1], PIT).level, 3);
});

test("a drawn box gets its grade once a worker has answered", async () => {
  const { advice, clock, asked, told } = makeAdvice([
    { state: "running", grades: {} },
    { state: "done", grades: { a: [0.1, 0.8, 0.1] } },
  ]);
  advice.want(5, DRAWN, PIT);
  assert.equal(advice.of(DRAWN, PIT), null);
  await clock.run();
  assert.deepEqual(advice.of(DRAWN, PIT), { level: 2, name: "grade 2", probability: 0.8 });
  assert.equal(told(), 1);
  advice.want(5, DRAWN, PIT);
  await clock.run();
  assert.deepEqual(asked, ["a"]);
});

test("only the place where a box comes to rest is asked about", async () => {
  const { advice, clock, asked } = makeAdvice([{ state: "done", grades: { a: [1, 0, 0] } }]);
  const moved = { ...DRAWN, xmax: 20 };
  advice.want(5, DRAWN, PIT);
  advice.want(5, moved, PIT);
  await clock.run();
  assert.deepEqual(asked, ["a"]);
  assert.equal(advice.of(moved, PIT)?.level, 1);
  assert.equal(advice.of(DRAWN, PIT), null);
});

test("a box of a model brings its probabilities, a graded one needs none", async () => {
  const { advice, clock, asked } = makeAdvice([]);
  const proposed = { ...DRAWN, grade_probabilities: [0, 1, 0] };
  advice.want(5, proposed, PIT);
  advice.want(5, { ...DRAWN, grade: 3 }, PIT);
  advice.want(5, DRAWN, { ...PIT, has_grader: false });
  await clock.run();
  assert.deepEqual(asked, []);
  assert.equal(advice.of(proposed, PIT)?.level, 2);
  assert.equal(advice.of({ ...proposed, grade: 1 }, PIT), null);
  assert.equal(advice.of({ ...proposed, grade_probabilities: [0, 1] }, PIT), null);
});

test("a worker that never answers is not asked again, an unreachable server is", async () => {
  const silent = makeAdvice([]);
  silent.advice.want(5, DRAWN, PIT);
  await silent.clock.run();
  silent.advice.want(5, DRAWN, PIT);
  await silent.clock.run();
  assert.deepEqual(silent.asked, ["a"]);

  const offline = makeAdvice([new Unreachable("The server cannot be reached.")]);
  offline.advice.want(5, DRAWN, PIT);
  await offline.clock.run();
  offline.advice.want(5, DRAWN, PIT);
  await offline.clock.run();
  assert.deepEqual(offline.asked, ["a", "a"]);
});
