import assert from "node:assert/strict";
import { test } from "node:test";
import { countLevels, crop, halve, unpack } from "../../../static/imaging/raster.js";

/** Write levels as the server does: all high bytes, then all low bytes. */
function packed(levels, depth) {
  if (depth === 8) return Uint8Array.from(levels).buffer;
  return Uint8Array.from([...levels.map((level) => level >> 8), ...levels.map((level) => level & 255)]).buffer;
}

test("16-bit levels come back from their planes, and a cut transfer is refused", () => {
  const raster = unpack(packed([10, 300, 40000, 65535], 16), { width: 2, height: 2, channels: 1, depth: 16 });
  assert.deepEqual([...raster.levels], [10, 300, 40000, 65535]);
  assert.throws(() => unpack(new ArrayBuffer(7), { width: 2, height: 2, channels: 1, depth: 16 }), /7 bytes/);
});

test("halving takes means, rounded half up, as the server does", () => {
  const raster = { levels: Uint16Array.from([65535, 65535, 1, 65535, 65534, 2, 10, 11, 7]), width: 3, height: 3, channels: 1 };
  assert.deepEqual([...halve(raster).levels], [65535, 2, 11, 7]);
});

test("a part is cut out with all of its channels", () => {
  const raster = { levels: Uint8Array.from({ length: 27 }, (_, index) => index), width: 3, height: 3, channels: 3 };
  assert.deepEqual([...crop(raster, { left: 1, top: 2, width: 2, height: 1 }).levels], [21, 22, 23, 24, 25, 26]);
  assert.equal(countLevels([raster], 8)[26], 1);
});
