import assert from "node:assert/strict";
import { test } from "node:test";
import { displayCommands } from "../../../static/imaging/display_commands.js";
import { PLAIN, readToneMapping } from "../../../static/imaging/tone_mapping.js";

function setUp() {
  let toneMapping = readToneMapping({});
  const said = [];
  const commands = displayCommands({
    toneMapping: () => toneMapping,
    change: (part) => void (toneMapping = readToneMapping({ ...toneMapping, ...part })),
    togglePanel() {},
    toggleLocal() {},
    async fitWindow() {},
    retry() {},
    say: (sentence) => said.push(sentence),
  });
  const perform = (/** @type {string} */ name) => commands.find((command) => command.name === name)?.perform(/** @type {any} */ ({}));
  return { perform, said, now: () => toneMapping };
}

test("brightness and contrast go by 5, gamma by a twentieth of a power of ten, and each is read out", () => {
  const { perform, said, now } = setUp();
  perform("brightness up");
  perform("contrast down");
  perform("gamma up");
  assert.deepEqual([now().brightness, now().contrast, now().gamma], [5, -5, 1.12]);
  assert.deepEqual(said, ["Brightness 5", "Contrast -5", "Gamma 1.12"]);
});

test("a step stops at the end of its range, and a reset is plain again", () => {
  const { perform, now } = setUp();
  for (let step = 0; step < 40; step += 1) perform("brightness down");
  assert.equal(now().brightness, -100);
  perform("invert");
  assert.equal(now().invert, true);
  perform("reset view");
  assert.deepEqual(now(), { ...PLAIN });
});
