// @ts-check
// Paints the tiles that are held: each at its place, or the part of a coarser tile where a fine one is missing.
import { nameOf, parentOf, rectOf, tilesIn, topOf } from "./pyramid.js";

/** @typedef {import("../boxes/types.js").Viewport} Viewport */
/** @typedef {import("./pyramid.js").Tile} Tile */
/** @typedef {import("./pyramid.js").Pyramid} Pyramid */
/** @typedef {import("./tile_cache.js").HeldTile} HeldTile */

/**
 * Paint what is held of an image.
 * @param {object} parts
 * @param {import("./pyramid.js").Pyramid} parts.pyramid
 * @param {import("./tile_cache.js").TileCache} parts.cache
 * @param {import("./tile_rendering.js").TileRendering} parts.rendering
 */
export function createPainter({ pyramid, cache, rendering }) {
  const top = topOf(pyramid);
  return {
    /** @param {CanvasRenderingContext2D} context @param {Viewport} view */
    paintWhole(context, view) {
      const whole = cache.peek(nameOf(top));
      context.imageSmoothingQuality = "low";
      if (whole?.bitmap) drawTile(context, { pyramid, view }, top, top, whole.bitmap);
    },
    /** @param {CanvasRenderingContext2D} context @param {Viewport} view @param {import("./tile_plan.js").Sight} sight */
    paintSight(context, view, { level, rect }) {
      const place = { pyramid, view };
      context.imageSmoothingQuality = "low";
      let isStale = false;
      for (const tile of tilesIn(pyramid, level, rect)) {
        const held = cache.get(nameOf(tile));
        isStale ||= rendering.isStale(tile);
        const shown = held?.bitmap ? held : drawableAbove(cache, pyramid, tile);
        // Magnified pixels stay squares: an inspector must see what is measured.
        context.imageSmoothingEnabled = view.scale < 2 || shown?.tile.level !== 0;
        if (shown?.bitmap) drawTile(context, place, tile, shown.tile, shown.bitmap);
      }
      if (isStale && !rendering.isBusy()) void rendering.renderStale();
    },
  };
}

/**
 * Draw the part of the image that `tile` covers, from `from`, which is that tile or one above it.
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {{pyramid: Pyramid, view: Viewport}} place
 * @param {Tile} tile        what is to be covered
 * @param {Tile} from        the tile that is drawn
 * @param {ImageBitmap} bitmap   of `from`
 */
function drawTile(context, { pyramid, view }, tile, from, bitmap) {
  const rect = rectOf(pyramid, tile);
  const origin = rectOf(pyramid, from);
  const shrink = 2 ** from.level;
  const ratio = globalThis.devicePixelRatio || 1;
  // On whole device pixels, so that neighbours meet without a seam.
  const left = Math.round((rect.xmin * view.scale + view.leftScr) * ratio) / ratio;
  const right = Math.round((rect.xmax * view.scale + view.leftScr) * ratio) / ratio;
  const upper = Math.round((rect.ymin * view.scale + view.topScr) * ratio) / ratio;
  const lower = Math.round((rect.ymax * view.scale + view.topScr) * ratio) / ratio;
  if (right <= left || lower <= upper) return;
  context.drawImage(
    bitmap,
    (rect.xmin - origin.xmin) / shrink,
    (rect.ymin - origin.ymin) / shrink,
    (rect.xmax - rect.xmin) / shrink,
    (rect.ymax - rect.ymin) / shrink,
    left,
    upper,
    right - left,
    lower - upper,
  );
}

/**
 * Find the nearest tile above another one that can be drawn.
 * @param {Pick<import("./tile_cache.js").TileCache, "peek">} cache
 * @param {Pyramid} pyramid
 * @param {Tile} tile
 * @returns {HeldTile | null}
 */
function drawableAbove(cache, pyramid, tile) {
  const top = topOf(pyramid);
  for (let parent = parentOf(tile); parent.level <= top.level; parent = parentOf(parent)) {
    const held = cache.peek(nameOf(parent));
    if (held?.bitmap) return held;
  }
  return null;
}
