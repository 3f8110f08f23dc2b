import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN } from "../../../static/imaging/tone_mapping.js";
import { createTiledPicture } from "../../../static/imaging/tiled_picture.js";

const SHAPE = { width: 100, height: 80, channels: 1, depth: 8, side: 512 };
const LOOK = { toneMapping: PLAIN, window: { low: 0, high: 255 } };

/** Tile workers that answer when they are told to, and refuse what they do not have open, as the workers do. */
function makeDarkroom() {
  /** @type {string[]} */
  const asked = [];
  /** @type {Set<string>} */
  const open = new Set();
  /** @type {(() => void)[]} */
  const answers = [];
  const ask = (/** @type {string} */ method) => (/** @type {string} */ id) => {
    asked.push(method);
    if (!open.has(id)) return Promise.reject(new Error(`The image ${id} is not open.`));
    return new Promise((/** @type {(answer: any) => void} */ resolve) => void answers.push(() => resolve(new Map())));
  };
  return {
    asked,
    answer: () => answers.shift()?.(),
    open: (/** @type {string} */ id) => void open.add(id),
    close: (/** @type {string} */ id) => void open.delete(id),
    setToneMapping() {},
    drop() {},
    base: ask("base"),
    load: ask("load"),
    loadWhole: ask("loadWhole"),
    render: ask("render"),
    probe: ask("probe"),
    count: ask("count"),
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

const TILES = { source: { urlOf: () => "/tile" }, steps: ["base", "load"] };
const WHOLE = { source: { whole: "/pixels" }, steps: ["loadWhole"] };

for (const { source, steps, leftAt } of [
  { ...TILES, leftAt: 1 },
  { ...TILES, leftAt: 2 },
  { ...WHOLE, leftAt: 1 },
]) {
  test(`a picture that is left while its levels come asks for nothing more (${steps[leftAt - 1]})`, async (t) => {
    const { fetch } = globalThis;
    globalThis.fetch = async () => new Response(new ArrayBuffer(8000));
    t.after(() => void (globalThis.fetch = fetch));
    const tileWorkers = makeDarkroom();
    const picture = createTiledPicture({
      shape: SHAPE,
      source,
      histogram: null,
      tileWorkers,
      currentToneMapping: () => LOOK,
      changed() {},
      troubled() {},
      screen: { width: 100, height: 80 },
    });
    for (let step = 1; step < leftAt; step += 1) {
      await settle();
      tileWorkers.answer();
    }
    await settle();
    assert.deepEqual(tileWorkers.asked, steps.slice(0, leftAt));
    picture.leave();
    tileWorkers.answer();
    await settle();
    assert.deepEqual(tileWorkers.asked, steps.slice(0, leftAt));
  });
}
