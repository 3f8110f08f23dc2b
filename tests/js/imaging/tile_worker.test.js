import assert from "node:assert/strict";
import { test } from "node:test";
import { gridOf, limit, measureRegions, weightsAlong } from "../../../static/imaging/clahe.js";
import { createTileWorker, shareOf } from "../../../static/imaging/tile_worker.js";
import { PLAIN, STEPS, placeTable } from "../../../static/imaging/tone_mapping.js";
import { countLevels, crop, halve, unpack } from "../../../static/imaging/raster.js";

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

test("two labs share the tiles of an image and lose none of its levels", () => {
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

test("contrast is limited: no bin keeps more than the clip allows, and nothing is lost", () => {
  const counts = Float64Array.from({ length: 256 }, (_, bin) => (bin === 9 ? 1000 : 1));
  const limited = limit(counts, 3);
  const mean = 1255 / 256;
  assert.ok(Math.max(...limited) <= 3 * mean + 1000 / 256 + 1e-9);
  assert.ok(Math.abs(limited.reduce((sum, count) => sum + count, 0) - 1255) < 1e-6);
});

test("regions of a flat image change nothing but even it out, and rise with the level", () => {
  const whole = { levels: Uint8Array.from({ length: 4096 }, (_, index) => index % 251), width: 64, height: 64, channels: 1 };
  const { tables, columns, rows } = measureRegions(whole, { places: placeTable({ low: 0, high: 255 }, 256), most: 8, clip: 4 });
  assert.ok(columns === 4 && rows === 4, "each region has pixels enough");
  for (let place = 1; place < STEPS; place += 1) assert.ok(tables[place] >= tables[place - 1]);
});

test("the grid follows the shape of the image", () => {
  assert.deepEqual(gridOf({ width: 512, height: 256 }, 8), { columns: 8, rows: 4 });
  assert.deepEqual(gridOf({ width: 512, height: 3 }, 16), { columns: 16, rows: 1 });
  assert.deepEqual(gridOf({ width: 4, height: 4 }, 8), { columns: 1, rows: 1 });
});

test("weights run evenly from one region to the next, over the edges of tiles", () => {
  const whole = weightsAlong({ start: 0, length: 100, whole: 100, count: 4 });
  const part = weightsAlong({ start: 60, length: 40, whole: 100, count: 4 });
  assert.deepEqual([...part.weight], [...whole.weight.subarray(60)]);
  assert.deepEqual([...part.before], [...whole.before.subarray(60)]);
  assert.equal(whole.before[0], 0);
  assert.equal(whole.after[99], 3);
});
