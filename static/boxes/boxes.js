// @ts-check
// What a box is made of: the fields that a person writes, and how two boxes compare.

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */

/** The fields that travel to the server; everything else on a box is the server's to say. */
export const WRITTEN_FIELDS = /** @type {const} */ ([
  "id",
  "defect_type",
  "xmin",
  "ymin",
  "xmax",
  "ymax",
  "grade",
  "difficult",
  "truncated",
  "occluded",
  "pose",
]);

/** The poses that Pascal VOC names.
 * @type {readonly string[]} */
export const POSES = ["Unspecified", "Frontal", "Left", "Right", "Rear"];

/** Fields that are merged as one: half of one person's rectangle and half of another's is neither's. */
const GROUPS = /** @type {const} */ ([
  ["xmin", "ymin", "xmax", "ymax"],
  ["defect_type", "grade"],
  ["difficult"],
  ["truncated"],
  ["occluded"],
  ["pose"],
]);

/**
 * Make a new box.
 * @param {Rect} rect
 * @param {string} defectType
 * @param {Partial<Box>} [more]
 * @returns {Box}
 */
export function makeBox(rect, defectType, more = {}) {
  return {
    id: makeId(),
    defect_type: defectType,
    ...rect,
    grade: null,
    difficult: false,
    truncated: false,
    occluded: false,
    pose: "Unspecified",
    ...more,
  };
}

/**
 * Make a version 4 uuid. `crypto.randomUUID` exists on secure origins alone, and a factory's
 * server often has no certificate.
 * @returns {string}
 */
export function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/**
 * Give what the server accepts of a box.
 * @param {Box} box
 * @returns {Record<string, unknown>}
 */
export function toWire(box) {
  return Object.fromEntries(WRITTEN_FIELDS.map((field) => [field, box[field]]));
}

/**
 * Tell whether two boxes agree in everything that a person writes.
 * @param {Box} a
 * @param {Box} b
 * @returns {boolean}
 */
export function sameBox(a, b) {
  return WRITTEN_FIELDS.every((field) => a[field] === b[field]);
}

/**
 * Tell whether two lists hold the same boxes, in the same order.
 * @param {readonly Box[]} a
 * @param {readonly Box[]} b
 * @returns {boolean}
 */
export function sameBoxes(a, b) {
  return a.length === b.length && a.every((box, index) => sameBox(box, b[index]));
}

/**
 * Merge two edits of one box. Groups of fields that only one side touched take that side;
 * a group that both changed differently keeps mine and makes `clash` true.
 * @param {{base: Box, mine: Box, theirs: Box}} versions
 * @returns {{box: Box, clash: boolean}} read-only fields are always theirs
 */
export function mergeBox({ base, mine, theirs }) {
  const box = { ...theirs };
  let clash = false;
  for (const group of GROUPS) {
    const changedByMe = group.some((field) => mine[field] !== base[field]);
    if (!changedByMe) continue;
    const changedByThem = group.some((field) => theirs[field] !== base[field]);
    if (changedByThem && group.some((field) => mine[field] !== theirs[field])) clash = true;
    for (const field of group) Object.assign(box, { [field]: mine[field] });
  }
  return { box, clash };
}
