// @ts-check
// Which tiles are wanted for what is seen, the most urgent first, and when to ask for them while a zoom goes on.
import { levelFor, parentOf, rectOf, tilesIn, topOf } from "./pyramid.js";

/** @typedef {import("./pyramid.js").Tile} Tile */
/** @typedef {import("./pyramid.js").Pyramid} Pyramid */

/**
 * What the canvas shows of an image: a rectangle in image pixels, and the level that fits its scale.
 * @typedef {{level: number, rect: import("../boxes/types.js").Rect}} Sight
 */

/** While a zoom goes on, tiles are asked for when it rests, or now and then: most levels are only passed. */
const REST_MS = 80;
const LONGEST_MS = 240;

/**
 * Tell what is seen of an image that is shown whole.
 * @param {Pyramid} pyramid
 * @param {import("../boxes/types.js").Size} screen   in device pixels
 * @returns {Sight}
 */
export function sightOfWhole(pyramid, screen) {
  const { width, height } = pyramid.levels[0];
  const scale = Math.min(screen.width / width, screen.height / height);
  return { level: levelFor(pyramid, scale), rect: rectOf(pyramid, topOf(pyramid)) };
}

/**
 * List the tiles that are wanted, the most urgent first: the whole image, what is seen, the tile under the cursor, and
 * what lies around or one level above.
 * @param {Pyramid} pyramid
 * @param {Sight} sight
 * @param {{probed: Tile | null, isZooming: boolean}} state   while zooming, nothing around is wanted
 * @returns {Tile[]}
 */
export function wantedTiles(pyramid, { level, rect }, { probed, isZooming }) {
  const top = topOf(pyramid);
  const seen = tilesIn(pyramid, level, rect);
  const wanted = [top, ...seen];
  if (probed) wanted.push(probed);
  if (isZooming) return wanted;
  return [...wanted, ...tilesIn(pyramid, level, rect, 1), ...seen.map(parentOf).filter((tile) => tile.level < top.level)];
}

/**
 * List the tiles that are not rendered as they should be: those in sight, and, when there are none, their neighbours.
 * @param {Pyramid} pyramid
 * @param {Sight} sight
 * @param {(tile: Tile) => boolean} isStale
 * @returns {Tile[]}
 */
export function staleTiles(pyramid, { level, rect }, isStale) {
  const seen = [topOf(pyramid), ...tilesIn(pyramid, level, rect)].filter(isStale);
  return seen.length > 0 ? seen : tilesIn(pyramid, level, rect, 1).filter(isStale);
}

/**
 * Know whether a zoom goes on.
 * @param {() => void} rested   it has come to rest
 */
export function createZoomRest(rested) {
  let drawnScale = 0;
  let plannedAt = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  let timer = 0;
  return {
    isZooming: () => timer !== 0,
    planned: () => void (plannedAt = performance.now()),
    /**
     * Take the scale of a frame.
     * @param {number} scale
     * @returns {boolean} whether what is wanted may change with the next frame again
     */
    isPassing(scale) {
      if (drawnScale !== 0 && scale !== drawnScale) {
        clearTimeout(timer);
        timer = setTimeout(() => {
          timer = 0;
          rested();
        }, REST_MS);
      }
      drawnScale = scale;
      return timer !== 0 && performance.now() - plannedAt < LONGEST_MS;
    },
    stop() {
      clearTimeout(timer);
      timer = 0;
    },
  };
}
