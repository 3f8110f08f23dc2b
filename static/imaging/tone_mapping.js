// @ts-check
// How gray levels are shown to one person: window, brightness, contrast, gamma, inversion. Pure: from the
// settings come tables from native level to screen level. Labels, thumbnails and training know nothing of it.

/**
 * @typedef {object} ToneMapping
 * @property {number | null} low        native level that is shown black; null: the project's
 * @property {number | null} high       native level that is shown white; null: the project's
 * @property {number} brightness        -100 to 100, in percent of the screen's range
 * @property {number} contrast          -100 to 100; 100 is eight times as steep, -100 an eighth
 * @property {number} gamma             0.2 to 5; above 1 lifts what is dark
 * @property {boolean} invert
 * @property {number} local             local contrast, 0 (off) to 100
 * @property {"fine" | "medium" | "coarse"} area   how large a surrounding local contrast toneMappings at
 */

/** @typedef {{low: number, high: number}} Window  native levels, low < high */

/** @type {Readonly<ToneMapping>} */
export const PLAIN = Object.freeze({
  low: null,
  high: null,
  brightness: 0,
  contrast: 0,
  gamma: 1,
  invert: false,
  local: 0,
  area: "medium",
});

/** The areas as counts of regions along the longer side. */
export const AREAS = Object.freeze({ fine: 16, medium: 8, coarse: 4 });

/** Steps of the tables between native and screen levels, enough that 8 bits show no step of theirs. */
export const STEPS = 4096;

/**
 * Read settings that may come from anywhere; what is not a setting is left at its plain value.
 * @param {Record<string, any>} value
 * @returns {ToneMapping}
 */
export function readToneMapping(value) {
  const number = (/** @type {any} */ given, /** @type {number} */ plain, /** @type {number} */ low, /** @type {number} */ high) =>
    typeof given === "number" && Number.isFinite(given) ? Math.min(high, Math.max(low, given)) : plain;
  const level = (/** @type {any} */ given) =>
    typeof given === "number" && Number.isFinite(given) ? Math.min(65535, Math.max(0, given)) : null;
  const [low, high] = [level(value.low), level(value.high)];
  const isWindow = low !== null && high !== null && low < high;
  return {
    low: isWindow ? low : null,
    high: isWindow ? high : null,
    brightness: number(value.brightness, PLAIN.brightness, -100, 100),
    contrast: number(value.contrast, PLAIN.contrast, -100, 100),
    gamma: number(value.gamma, PLAIN.gamma, 0.2, 5),
    invert: value.invert === true,
    local: number(value.local, PLAIN.local, 0, 100),
    area: value.area in AREAS ? value.area : PLAIN.area,
  };
}

/**
 * Give the window of gray levels that a tone mapping shows.
 * @param {ToneMapping} toneMapping
 * @param {Partial<Record<"low" | "high", number | null>>} project   the project's window; null: every level
 * @param {number} depth   bits
 * @returns {Window}
 */
export function windowOf(toneMapping, project, depth) {
  if (toneMapping.low !== null && toneMapping.high !== null) return { low: toneMapping.low, high: toneMapping.high };
  if (typeof project.low === "number" && typeof project.high === "number") return { low: project.low, high: project.high };
  return { low: 0, high: 2 ** depth - 1 };
}

/**
 * Map a place in the window to a screen level: contrast around the middle, brightness, gamma, inversion.
 * @param {ToneMapping} toneMapping
 * @returns {(place: number) => number} 0 to 1 to 0 to 1
 */
export function toneOf(toneMapping) {
  const slope = 8 ** (toneMapping.contrast / 100);
  const lift = toneMapping.brightness / 100;
  return (place) => {
    let tone = (place - 0.5) * slope + 0.5 + lift;
    tone = tone <= 0 ? 0 : tone >= 1 ? 1 : tone;
    if (toneMapping.gamma !== 1) tone **= 1 / toneMapping.gamma;
    return toneMapping.invert ? 1 - tone : tone;
  };
}

/**
 * Make the table from native to screen level. Plain settings give what the server's window gives.
 * @param {ToneMapping} toneMapping
 * @param {Window} window
 * @param {number} levels   256 or 65536
 * @returns {Uint8Array}
 */
export function levelTable(toneMapping, window, levels) {
  const tone = toneOf(toneMapping);
  const table = new Uint8Array(levels);
  const span = window.high - window.low;
  for (let level = 0; level < levels; level += 1) {
    const place = Math.min(1, Math.max(0, (level - window.low) / span));
    table[level] = Math.floor(tone(place) * 255 + 0.5);
  }
  return table;
}

/**
 * Make the table from native level to its place in a window, 0 to STEPS - 1.
 * @param {Window} window
 * @param {number} levels
 * @returns {Uint16Array}
 */
export function placeTable(window, levels) {
  const table = new Uint16Array(levels);
  const factor = (STEPS - 1) / (window.high - window.low);
  for (let level = 0; level < levels; level += 1) {
    table[level] = Math.round(Math.min(STEPS - 1, Math.max(0, (level - window.low) * factor)));
  }
  return table;
}

/** @param {ToneMapping} toneMapping @returns {Uint8Array} from a place, 0 to STEPS - 1, to the screen level */
export function toneTable(toneMapping) {
  const tone = toneOf(toneMapping);
  return Uint8Array.from({ length: STEPS }, (_, place) => Math.floor(tone(place / (STEPS - 1)) * 255 + 0.5));
}
