// @ts-check
// Local contrast: contrast limited adaptive histogram equalization (Zuiderveld, Graphics Gems IV, 1994).
// The regions are measured once, on the coarsest level of the whole image, so that tiles have no seams and
// nothing changes while the view is moved; between their middles the results are interpolated.
import { STEPS } from "./tone_mapping.js";

/** @typedef {import("./raster.js").Raster} Raster */
/** @typedef {import("./tone_mapping.js").Window} Window */

/**
 * `tables` holds STEPS values for each region, row by row: from a place in the window to its place among
 * the levels around, both 0 to STEPS - 1.
 * @typedef {{columns: number, rows: number, tables: Uint16Array}} Regions
 */

const BINS = 256;
/** Fewer pixels than this say too little of a region. */
const LEAST_PIXELS = 256;

/**
 * Measure the regions of an image.
 * @param {Raster} whole        the whole image on a coarse level
 * @param {object} options
 * @param {Uint16Array} options.places  from native level to place (see placeTable)
 * @param {number} options.most         regions along the longer side
 * @param {number} options.clip         how many times steeper than even the contrast may get
 * @returns {Regions}
 */
export function measureRegions(whole, { places, most, clip }) {
  const { columns, rows } = gridOf(whole, most);
  const tables = new Uint16Array(columns * rows * STEPS);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const counts = countPlaces(whole, places, {
        left: Math.floor((column * whole.width) / columns),
        right: Math.floor(((column + 1) * whole.width) / columns),
        top: Math.floor((row * whole.height) / rows),
        bottom: Math.floor(((row + 1) * whole.height) / rows),
      });
      const at = (row * columns + column) * STEPS;
      equalize(limit(counts, clip), tables.subarray(at, at + STEPS));
    }
  }
  return { columns, rows, tables };
}

/**
 * @param {{width: number, height: number}} size
 * @param {number} most
 * @returns {{columns: number, rows: number}}
 */
export function gridOf({ width, height }, most) {
  const longer = Math.max(width, height);
  const count = Math.max(1, Math.min(most, Math.floor(longer / Math.sqrt(LEAST_PIXELS))));
  const along = (/** @type {number} */ side) => Math.max(1, Math.round((count * side) / longer));
  return { columns: along(width), rows: along(height) };
}

/** @param {Raster} raster @param {number} at @returns {number} the level that a pixel is judged by */
function grayAt({ levels, channels }, at) {
  if (channels === 1) return levels[at];
  // Rec. 601 luma in whole numbers.
  return (levels[at] * 77 + levels[at + 1] * 150 + levels[at + 2] * 29) >> 8;
}

/**
 * @param {Raster} whole
 * @param {Uint16Array} places
 * @param {{left: number, right: number, top: number, bottom: number}} part
 */
function countPlaces(whole, places, { left, right, top, bottom }) {
  const counts = new Float64Array(BINS);
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      counts[(places[grayAt(whole, (y * whole.width + x) * whole.channels)] * BINS) / STEPS | 0] += 1;
    }
  }
  return counts;
}

/**
 * Cut counts off above `clip` times their mean and spread what was cut, evenly.
 * @param {Float64Array} counts
 * @param {number} clip
 * @returns {Float64Array}
 */
export function limit(counts, clip) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = (clip * total) / counts.length;
  const cut = counts.reduce((sum, count) => sum + Math.max(0, count - most), 0);
  return counts.map((count) => Math.min(count, most) + cut / counts.length);
}

/** @param {Float64Array} counts @param {Uint16Array} table  gets the shares of all counts below each place */
function equalize(counts, table) {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const perBin = STEPS / counts.length;
  let below = 0;
  for (let bin = 0; bin < counts.length; bin += 1) {
    for (let step = 0; step < perBin; step += 1) {
      const share = (below + (counts[bin] * (step + 0.5)) / perBin) / total;
      table[bin * perBin + step] = Math.round(share * (STEPS - 1));
    }
    below += counts[bin];
  }
}

/**
 * Give, for each pixel along one side of a tile, the regions before and after it and the weight of the latter.
 * @param {object} side
 * @param {number} side.start    first pixel of the tile on its level
 * @param {number} side.length   pixels of the tile
 * @param {number} side.whole    pixels of the level
 * @param {number} side.count    regions
 * @returns {{before: Int32Array, after: Int32Array, weight: Float32Array}}
 */
export function weightsAlong({ start, length, whole, count }) {
  const before = new Int32Array(length);
  const after = new Int32Array(length);
  const weight = new Float32Array(length);
  for (let index = 0; index < length; index += 1) {
    const place = ((start + index + 0.5) / whole) * count - 0.5;
    const floor = Math.floor(place);
    before[index] = Math.max(0, Math.min(count - 1, floor));
    after[index] = Math.max(0, Math.min(count - 1, floor + 1));
    weight[index] = place - floor;
  }
  return { before, after, weight };
}

/**
 * Render a tile with local contrast.
 * @param {Raster} raster
 * @param {object} options
 * @param {Regions} options.regions
 * @param {Uint16Array} options.near     from native level to place among the levels that occur
 * @param {Uint16Array} options.places   from native level to place in the window
 * @param {Uint8Array} options.tones     from place to screen level
 * @param {number} options.share         0 (the window alone) to 1 (the regions alone)
 * @param {{left: number, top: number, width: number, height: number}} options.on   the tile's corner on its
 *   level, and the level's size
 * @param {Uint32Array} rgba             gets the pixels, little-endian
 */
export function renderLocally(raster, { regions, near, places, tones, share, on }, rgba) {
  const { levels, width, height, channels } = raster;
  const { tables } = regions;
  const across = weightsAlong({ start: on.left, length: width, whole: on.width, count: regions.columns });
  const down = weightsAlong({ start: on.top, length: height, whole: on.height, count: regions.rows });
  for (let y = 0, at = 0; y < height; y += 1) {
    const upper = down.before[y] * regions.columns;
    const lower = down.after[y] * regions.columns;
    const fall = down.weight[y];
    for (let x = 0; x < width; x += 1, at += 1) {
      const from = at * channels;
      const gray = channels === 1 ? levels[from] : grayAt(raster, from);
      const place = near[gray];
      const [left, right, weight] = [across.before[x] * STEPS + place, across.after[x] * STEPS + place, across.weight[x]];
      const above = tables[upper * STEPS + left] * (1 - weight) + tables[upper * STEPS + right] * weight;
      const below = tables[lower * STEPS + left] * (1 - weight) + tables[lower * STEPS + right] * weight;
      const shift = (above + (below - above) * fall - places[gray]) * share;
      if (channels === 1) {
        rgba[at] = 0xff000000 | (tones[bounded(places[gray] + shift)] * 0x010101);
      } else {
        const red = tones[bounded(places[levels[from]] + shift)];
        const green = tones[bounded(places[levels[from + 1]] + shift)];
        const blue = tones[bounded(places[levels[from + 2]] + shift)];
        rgba[at] = 0xff000000 | (blue << 16) | (green << 8) | red;
      }
    }
  }
}

/** @param {number} place @returns {number} a whole number from 0 to STEPS - 1 */
function bounded(place) {
  return place <= 0 ? 0 : place >= STEPS - 1 ? STEPS - 1 : (place + 0.5) | 0;
}
