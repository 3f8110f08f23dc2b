import assert from "node:assert/strict";
import { test } from "node:test";
import { createTileWorker, shareOf } from "../../../static/imaging/tile_worker.js";
import { PLAIN } from "../../../static/imaging/tone_mapping.js";
import { halve, unpack } from "../../../static/imaging/raster.js";

/** Write levels as the server does: all high bytes, then all low bytes. */
function packed(levels, depth) {
  if (depth === 8) return Uint8Array.from(levels).buffer;
  return Uint8Array.from([...levels.map((level) => level >> 8), ...levels.map((level) => level & 255)]).buffer;
}

/** A dark disc of 5 levels on a bright ground with slow shading. */
function faint(width, height) {
  return Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    const disc = (x - width * 0.8) ** 2 + (y - height * 0.3) ** 2 < (width / 16) ** 2 ? 5 : 0;
    return Math.round(80 + (60 * x) / width - disc);
  });
}

const grays = ({ rgba }) => rgba.filter((_, index) => index % 4 === 0);

test("two workers share the tiles of an image and lose none of its levels", () => {
  const [width, height, side] = [40, 23, 8];
  const levels = Array.from({ length: width * height }, (_, index) => index * 7);
  const workers = [createTileWorker(), createTileWorker()];
  workers.forEach((tileWorker, index) => {
    tileWorker.open("a", { width, height, channels: 1, depth: 16, side });
    const counts = tileWorker.loadWhole("a", packed(levels, 16), { of: 2, index });
    assert.equal(counts[7 * 39], 1);
  });
  for (let at = 0; at < levels.length; at += 13) {
    const [x, y] = [at % width, Math.floor(at / width)];
    const tile = { level: 0, column: Math.floor(x / side), row: Math.floor(y / side) };
    const own = shareOf(tile, 2);
    assert.deepEqual(workers[own].probe("a", tile, x % side, y % side), [levels[at]]);
    assert.equal(workers[1 - own].probe("a", tile, x % side, y % side), null);
  }
});

test("a tile is shown through the window, color by color", () => {
  const tileWorker = createTileWorker();
  tileWorker.open("c", { width: 1, height: 1, channels: 3, depth: 16, side: 8 });
  tileWorker.loadWhole("c", packed([1000, 1500, 2000], 16), { of: 1, index: 0 });
  tileWorker.setToneMapping("c", PLAIN, { low: 1000, high: 2000 });
  const [pixel] = tileWorker.render("c", [{ level: 0, column: 0, row: 0 }]);
  assert.deepEqual([...(pixel?.rgba ?? [])], [0, 128, 255, 255]);
  assert.deepEqual(tileWorker.render("c", [{ level: 0, column: 1, row: 0 }]), [null]);
});

test("local contrast makes a faint spot plain and leaves no seam between tiles", () => {
  const [width, height] = [256, 128];
  const levels = faint(width, height);
  const toneMapping = { ...PLAIN, local: 60 };
  const show = (/** @type {number} */ side, /** @type {import("../../../static/imaging/tone_mapping.js").ToneMapping} */ given) => {
    const tileWorker = createTileWorker();
    tileWorker.open("f", { width, height, channels: 1, depth: 8, side });
    tileWorker.base("f", packed(faint(width, height), 8), { level: 0, column: 0, row: 0 });
    tileWorker.setToneMapping("f", given, { low: 0, high: 255 });
    return tileWorker;
  };
  const whole = show(256, toneMapping);
  whole.loadWhole("f", packed(levels, 8), { of: 1, index: 0 });
  const one = grays(/** @type {any} */ (whole.render("f", [{ level: 0, column: 0, row: 0 }])[0]));
  const spot = (/** @type {ArrayLike<number>} */ shown) => Math.abs(shown[38 * width + 180] - shown[38 * width + 205]);
  assert.ok(spot(levels) <= 12);
  assert.ok(spot(one) > 2 * spot(levels), `${spot(levels)} levels became ${spot(one)}`);
  const local = (/** @type {number} */ at) => one[at];
  for (let y = 40; y < 90; y += 10) {
    // Across the middles of regions nothing jumps where the image does not.
    for (let x = 10; x < 150; x += 1) assert.ok(Math.abs(local(y * width + x) - local(y * width + x - 1)) <= 12);
  }
});

test("a tile on its own looks as it does within the whole", () => {
  const width = 64;
  const levels = faint(width, width);
  const shape = { width, height: width, channels: 1, depth: 8 };
  const toneMapping = { ...PLAIN, local: 100 };
  const shown = [64, 32].map((side) => {
    const tileWorker = createTileWorker();
    tileWorker.open("s", { ...shape, side });
    tileWorker.loadWhole("s", packed(levels, 8), { of: 1, index: 0 });
    // The same base for both, whatever their tiles are.
    tileWorker.setToneMapping("s", toneMapping, { low: 0, high: 255 });
    return tileWorker;
  });
  const base = halve(unpack(packed(levels, 8), shape));
  shown[1].base("s", /** @type {ArrayBuffer} */ (base.levels.slice().buffer), { level: 1, column: 0, row: 0 });
  const reference = createTileWorker();
  reference.open("s", { ...shape, side: 32 });
  reference.loadWhole("s", packed(levels, 8), { of: 1, index: 0 });
  reference.setToneMapping("s", toneMapping, { low: 0, high: 255 });
  const tile = { level: 0, column: 1, row: 0 };
  assert.deepEqual(shown[1].render("s", [tile])[0]?.rgba, reference.render("s", [tile])[0]?.rgba);
});
