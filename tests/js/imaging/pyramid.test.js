import assert from "node:assert/strict";
import { test } from "node:test";
import {
  levelFor,
  parentOf,
  pyramidOf,
  rectOf,
  tileAt,
  tileSize,
  tilesIn,
  topOf,
} from "../../../static/imaging/pyramid.js";

const everything = ({ levels }) => ({ xmin: 0, ymin: 0, xmax: levels[0].width, ymax: levels[0].height });

test("levels are halved, rounded up, down to one tile", () => {
  const { levels } = pyramidOf({ width: 2100, height: 3 }, 512);
  assert.deepEqual(levels[0], { width: 2100, height: 3, columns: 5, rows: 1 });
  assert.deepEqual(levels.at(-1), { width: 263, height: 1, columns: 1, rows: 1 });
  assert.equal(levels.length, 4);
});

test("the tiles of each level cover every pixel of the image once", () => {
  for (const [width, height, side] of [[1, 1, 4], [17, 5, 4], [64, 48, 16], [33, 65, 8], [7, 31, 5]]) {
    const pyramid = pyramidOf({ width, height }, side);
    for (let level = 0; level < pyramid.levels.length; level += 1) {
      const tiles = tilesIn(pyramid, level, everything(pyramid));
      assert.equal(tiles.length, pyramid.levels[level].columns * pyramid.levels[level].rows);
      const covered = new Uint8Array(width * height);
      for (const tile of tiles) {
        const rect = rectOf(pyramid, tile);
        for (let y = rect.ymin; y < rect.ymax; y += 1) for (let x = rect.xmin; x < rect.xmax; x += 1) covered[y * width + x] += 1;
        const size = tileSize(pyramid, tile);
        assert.equal(size.width, Math.ceil((rect.xmax - rect.xmin) / 2 ** level));
        assert.equal(size.height, Math.ceil((rect.ymax - rect.ymin) / 2 ** level));
      }
      assert.ok(covered.every((count) => count === 1), `${width} × ${height}, level ${level}`);
    }
  }
});

test("a level's pixel takes about one pixel of the screen", () => {
  const pyramid = pyramidOf({ width: 10000, height: 10000 }, 512);
  assert.equal(levelFor(pyramid, 64), 0);
  assert.equal(levelFor(pyramid, 1), 0);
  assert.equal(levelFor(pyramid, 0.5), 1);
  assert.equal(levelFor(pyramid, 0.1), 3);
  assert.equal(levelFor(pyramid, 0.56), 1, "a mosaic of single pixels shows no moiré");
  assert.equal(levelFor(pyramid, 0.0001), pyramid.levels.length - 1);
  for (let scale = 0.03; scale < 1; scale *= 1.07) {
    const pixel = scale * 2 ** levelFor(pyramid, scale);
    assert.ok(pixel >= 0.699 && pixel < 1.401, `${scale}: ${pixel}`);
  }
});

test("only tiles in sight are listed, those near the middle first, none outside of the image", () => {
  const pyramid = pyramidOf({ width: 8000, height: 6000 }, 512);
  const tiles = tilesIn(pyramid, 0, { xmin: 1030, ymin: 520, xmax: 2500, ymax: 1020 });
  assert.deepEqual(tiles.map(({ column }) => column).sort(), [2, 3, 4]);
  assert.ok(tiles.every(({ row }) => row === 1));
  assert.equal(tiles[0].column, 3);
  assert.deepEqual(tilesIn(pyramid, 0, { xmin: -900, ymin: -900, xmax: -1, ymax: -1 }), []);
  const ringed = tilesIn(pyramid, 0, { xmin: 0, ymin: 0, xmax: 512, ymax: 512 }, 1);
  assert.equal(ringed.length, 4);
});

test("a parent shows its children, and the top shows everything", () => {
  const pyramid = pyramidOf({ width: 3000, height: 2000 }, 512);
  const tile = { level: 0, column: 5, row: 3 };
  const parent = rectOf(pyramid, parentOf(tile));
  const rect = rectOf(pyramid, tile);
  assert.ok(parent.xmin <= rect.xmin && parent.xmax >= rect.xmax && parent.ymin <= rect.ymin && parent.ymax >= rect.ymax);
  assert.deepEqual(rectOf(pyramid, topOf(pyramid)), everything(pyramid));
});

test("a pixel is found in its tile, and nothing outside of the image", () => {
  const pyramid = pyramidOf({ width: 1000, height: 600 }, 512);
  assert.deepEqual(tileAt(pyramid, 999, 599), { tile: { level: 0, column: 1, row: 1 }, x: 487, y: 87 });
  assert.equal(tileAt(pyramid, 1000, 10), null);
  assert.equal(tileAt(pyramid, -1, 10), null);
});
