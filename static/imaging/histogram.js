// @ts-check
// A histogram of native levels as bars on an axis, and the places of levels on that axis.

/** @typedef {import("./tone_mapping.js").Window} Window */
/** @typedef {import("./tiled_picture.js").Histogram} Histogram */
/** @typedef {{low: number, high: number}} Axis */

/** Room beside the levels that occur, as a share of their range. */
const MARGIN = 0.04;

/**
 * Make an axis for the levels that occur, with a little room; never beyond what the depth can hold.
 * @param {Histogram} histogram
 * @param {number} depth   bits
 * @returns {Axis}
 */
export function axisOf({ low, high }, depth) {
  const room = Math.max(2, Math.ceil((high - low) * MARGIN));
  return { low: Math.max(0, low - room), high: Math.min(2 ** depth - 1, high + room) };
}

/** @param {Axis} axis @param {number} level @returns {number} 0 to 1; levels beyond the axis stand at its end */
export function placeOf({ low, high }, level) {
  return Math.min(1, Math.max(0, (level - low) / (high - low)));
}

/** @param {Axis} axis @param {number} place @returns {number} a whole level */
export function levelAt({ low, high }, place) {
  return Math.round(low + Math.min(1, Math.max(0, place)) * (high - low));
}

/**
 * Give the heights of bars, 0 to 1. The root makes rare levels visible beside frequent ones: a defect has few.
 * @param {Histogram} histogram
 * @param {Axis} axis
 * @param {number} count   bars
 * @returns {Float64Array}
 */
export function barsOf({ low, step, counts }, axis, count) {
  const bars = new Float64Array(count);
  const perBar = (axis.high - axis.low + 1) / count;
  for (let index = 0; index < counts.length; index += 1) {
    // One count may cover several bars, and one bar several counts.
    const from = (low + index * step - axis.low) / perBar;
    const to = (low + (index + 1) * step - axis.low) / perBar;
    for (let bar = Math.max(0, Math.floor(from)); bar < Math.min(count, to); bar += 1) {
      bars[bar] += counts[index] * ((Math.min(to, bar + 1) - Math.max(from, bar)) / (to - from));
    }
  }
  const most = Math.sqrt(bars.reduce((max, bar) => Math.max(max, bar), 0)) || 1;
  return bars.map((bar) => Math.sqrt(bar) / most);
}

/**
 * Give the window that holds all levels but a share at each end.
 * @param {ArrayLike<number>} counts   one per level
 * @param {number} share
 * @returns {Window | null} null when nothing was counted
 */
export function windowHolding(counts, share) {
  let total = 0;
  for (let level = 0; level < counts.length; level += 1) total += counts[level];
  if (total === 0) return null;
  const spare = total * share;
  let low = 0;
  for (let sum = counts[0]; sum <= spare; sum += counts[low]) low += 1;
  let high = counts.length - 1;
  for (let sum = counts[high]; sum <= spare; sum += counts[high]) high -= 1;
  return low < high ? { low, high } : { low: Math.max(0, low - 1), high: low + 1 };
}

/**
 * Move a window as a whole, or one of its ends, and keep it a window on the axis.
 * @param {Window} window
 * @param {"low" | "high" | "both"} part
 * @param {number} to      the level of that end; of the lower end when both move
 * @param {number} depth
 * @returns {Window}
 */
export function movedWindow({ low, high }, part, to, depth) {
  const most = 2 ** depth - 1;
  const level = Math.round(to);
  if (part === "low") return { low: Math.max(0, Math.min(level, high - 1)), high };
  if (part === "high") return { low, high: Math.min(most, Math.max(level, low + 1)) };
  const start = Math.max(0, Math.min(level, most - (high - low)));
  return { low: start, high: start + (high - low) };
}

/**
 * Write bars as the outline of a drawing one unit wide per bar and 100 high.
 * @param {Float64Array} bars
 * @returns {string} for the attribute d of a path
 */
export function outlineOf(bars) {
  const steps = [...bars].map((bar) => `V${bar > 0 ? Math.min(99, Math.round(100 - bar * 100)) : 100}h1`);
  return `M0 100${steps.join("")}V100Z`;
}
