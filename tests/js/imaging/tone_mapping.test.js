import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN, STEPS, levelTable, placeTable, readToneMapping, toneTable, windowOf } from "../../../static/imaging/tone_mapping.js";

test("8 bits through the whole window come out as they are", () => {
  const table = levelTable(PLAIN, { low: 0, high: 255 }, 256);
  assert.deepEqual([...table], Array.from({ length: 256 }, (_, level) => level));
});

test("a plain look gives what the server's window gives", () => {
  const window = { low: 1000, high: 50000 };
  const table = levelTable(PLAIN, window, 65536);
  for (const level of [0, 999, 1000, 1001, 1096, 1097, 20000, 49999, 50000, 65535]) {
    const place = Math.min(Math.max(level, window.low), window.high) - window.low;
    assert.equal(table[level], Math.floor((place * 255) / 49000 + 0.5), `level ${level}`);
  }
});

test("a 16-bit ramp shows no bands through a narrow window", () => {
  for (const toneMapping of [PLAIN, { ...PLAIN, gamma: 2 }, { ...PLAIN, invert: true }]) {
    const table = levelTable(toneMapping, { low: 30000, high: 30900 }, 65536);
    const shown = table.subarray(30000, 30901);
    assert.equal(new Set(shown).size >= (toneMapping.gamma === 1 ? 250 : 230), true, `${new Set(shown).size} tones`);
    const runs = [...shown].reduce((longest, tone, index) => (tone === shown[index - 1] ? [longest[0], longest[1] + 1] : [Math.max(...longest), 1]), [0, 0]);
    if (toneMapping.gamma === 1) assert.ok(Math.max(...runs) <= 5, `a band of ${Math.max(...runs)} levels`);
    for (let level = 30001; level <= 30900; level += 1) {
      if (toneMapping.gamma === 1) assert.ok(Math.abs(table[level] - table[level - 1]) <= 1);
    }
  }
});

test("the tables of local contrast keep a narrow ramp smooth too", () => {
  const places = placeTable({ low: 30000, high: 30900 }, 65536);
  const tones = toneTable(PLAIN);
  for (let level = 30001; level <= 30900; level += 1) {
    assert.ok(Math.abs(tones[places[level]] - tones[places[level - 1]]) <= 1);
  }
  assert.equal(places[0], 0);
  assert.equal(places[65535], STEPS - 1);
});

test("brightness lifts, contrast steepens around the middle, gamma lifts what is dark", () => {
  const all = { low: 0, high: 255 };
  assert.ok(levelTable({ ...PLAIN, brightness: 20 }, all, 256)[100] > 140);
  const steep = levelTable({ ...PLAIN, contrast: 50 }, all, 256);
  assert.ok(steep[64] < 10 && steep[192] > 245 && Math.abs(steep[128] - 128) <= 2);
  const lifted = levelTable({ ...PLAIN, gamma: 2 }, all, 256);
  assert.ok(lifted[64] > 120 && lifted[0] === 0 && lifted[255] === 255);
  assert.deepEqual([...levelTable({ ...PLAIN, invert: true }, all, 256)].slice(0, 2), [255, 254]);
});

test("settings from anywhere become settings that can be shown", () => {
  assert.deepEqual(readToneMapping({}), PLAIN);
  assert.deepEqual(readToneMapping({ low: 9, high: 3, brightness: "x", contrast: 900, gamma: NaN, local: -4, area: "huge" }), {
    ...PLAIN,
    contrast: 100,
  });
  assert.deepEqual(readToneMapping({ low: 3, high: 9.5, invert: true }), { ...PLAIN, low: 3, high: 9.5, invert: true });
});

test("without a window of one's own the project's is used, else every level", () => {
  assert.deepEqual(windowOf(PLAIN, { low: 5, high: 9 }, 16), { low: 5, high: 9 });
  assert.deepEqual(windowOf(PLAIN, { low: null, high: null }, 16), { low: 0, high: 65535 });
  assert.deepEqual(windowOf({ ...PLAIN, low: 7, high: 8 }, { low: 5, high: 9 }, 8), { low: 7, high: 8 });
});
