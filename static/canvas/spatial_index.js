// @ts-check
// Where a store's boxes lie and in which order they are drawn, kept up to date change by change, so that
// neither a frame nor a click reads, or sorts, all of them.
import { areaOf, touch } from "../boxes/geometry.js";
import { createGrid } from "./grid.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/store.js").Store} Store */

/**
 * @typedef {object} SpatialIndex
 * @property {(rect: Rect) => Box[]} within      those that touch it, in drawing order
 * @property {(point: Point, reach: number) => Box[]} near   those that a press could mean, in drawing order
 * @property {() => ReadonlySet<string>} hiddenTypes
 * @property {(types: ReadonlySet<string>) => void} hideTypes
 */

/**
 * Follow a store.
 * @param {Store} store
 * @returns {SpatialIndex}
 */
export function createSpatialIndex(store) {
  const grid = createGrid();
  /** @type {Box[] | null} all boxes in drawing order; null when stale */
  let ordered = null;
  /** @type {ReadonlySet<string>} */
  let hidden = new Set();

  for (const box of store.all()) grid.add(box);
  store.subscribe(({ created, updated, deleted }) => {
    for (const { oldValue, newValue } of updated) {
      grid.remove(oldValue);
      grid.add(newValue);
    }
    for (const { box } of deleted) grid.remove(box);
    for (const { box } of created) grid.add(box);
    ordered = null;
  });

  const isShown = (/** @type {Box} */ box) => !hidden.has(box.defect_type);

  /** @param {Rect} rect */
  function within(rect) {
    ordered ??= drawingOrder(store.all());
    return ordered.filter((box) => touch(box, rect) && isShown(box));
  }

  /** @param {Point} point @param {number} reach */
  function near({ x, y }, reach) {
    const place = { xmin: x - reach, ymin: y - reach, xmax: x + reach, ymax: y + reach };
    return drawingOrder(grid.touching(place).filter(isShown));
  }

  return {
    within,
    near,
    hiddenTypes: () => hidden,
    hideTypes(types) {
      hidden = types;
    },
  };
}

/**
 * Large boxes first, so that small ones lie on top; of equal ones the later is on top.
 * @param {readonly Box[]} boxes
 * @returns {Box[]}
 */
export function drawingOrder(boxes) {
  return [...boxes].sort((a, b) => areaOf(b) - areaOf(a));
}
