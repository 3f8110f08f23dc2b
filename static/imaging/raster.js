// @ts-check
// Native gray levels in memory: unpacking what the server sends, halving, cutting, counting.

/** @typedef {Uint8Array | Uint16Array} Levels  row by row, the channels of a pixel side by side */
/** @typedef {{levels: Levels, width: number, height: number, channels: number}} Raster */

/** The bytes are not those of such an image. */
export class BrokenSamples extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "BrokenSamples";
  }
}

/**
 * Read what the server sends: 8 bits as they are; 16 bits as all high bytes and then all low bytes.
 * @param {ArrayBuffer} buffer
 * @param {{width: number, height: number, channels: number, depth: number}} shape
 * @returns {Raster}
 */
export function unpack(buffer, { width, height, channels, depth }) {
  const count = width * height * channels;
  if (buffer.byteLength !== count * (depth / 8)) {
    throw new BrokenSamples(`${buffer.byteLength} bytes came for ${width} × ${height} pixels of ${depth} bit.`);
  }
  const bytes = new Uint8Array(buffer);
  if (depth === 8) return { levels: bytes, width, height, channels };
  const levels = new Uint16Array(count);
  for (let index = 0; index < count; index += 1) levels[index] = (bytes[index] << 8) | bytes[count + index];
  return { levels, width, height, channels };
}

/**
 * Take the means of 2 × 2 pixels, rounded half up; a last odd row or column counts twice.
 * @param {Raster} raster
 * @returns {Raster}
 */
export function halve({ levels, width, height, channels }) {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const half = levels instanceof Uint8Array ? new Uint8Array(w * h * channels) : new Uint16Array(w * h * channels);
  for (let y = 0, to = 0; y < h; y += 1) {
    const upper = 2 * y * width * channels;
    const lower = Math.min(height - 1, 2 * y + 1) * width * channels;
    for (let x = 0; x < w; x += 1) {
      const left = 2 * x * channels;
      const right = Math.min(width - 1, 2 * x + 1) * channels;
      for (let channel = 0; channel < channels; channel += 1, to += 1) {
        const sum =
          levels[upper + left + channel] +
          levels[upper + right + channel] +
          levels[lower + left + channel] +
          levels[lower + right + channel];
        half[to] = (sum + 2) >> 2;
      }
    }
  }
  return { levels: half, width: w, height: h, channels };
}

/**
 * Copy a part.
 * @param {Raster} raster
 * @param {{left: number, top: number, width: number, height: number}} part   inside the raster
 * @returns {Raster}
 */
export function crop({ levels, width, channels }, part) {
  const count = part.width * part.height * channels;
  const cut = levels instanceof Uint8Array ? new Uint8Array(count) : new Uint16Array(count);
  const run = part.width * channels;
  for (let row = 0; row < part.height; row += 1) {
    const from = ((part.top + row) * width + part.left) * channels;
    cut.set(levels.subarray(from, from + run), row * run);
  }
  return { levels: cut, width: part.width, height: part.height, channels };
}

/**
 * Count the levels of some rasters, all channels together.
 * @param {readonly Raster[]} rasters
 * @param {number} depth
 * @returns {Uint32Array} one count per level
 */
export function countLevels(rasters, depth) {
  const counts = new Uint32Array(2 ** depth);
  for (const { levels } of rasters) for (let index = 0; index < levels.length; index += 1) counts[levels[index]] += 1;
  return counts;
}
