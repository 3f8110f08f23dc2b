// @ts-check
// What other parts of the page draw above the boxes, each as a layer of its own.

/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */

/**
 * Something such as pins. `press` is asked before the tools, in image
 * pixels, the last layer first; true says that the press was meant for the layer, and no tool sees it.
 * @typedef {object} Layer
 * @property {(context: CanvasRenderingContext2D, sizeScr: Size, view: Viewport) => void} paint
 * @property {(point: Point) => boolean} [press]
 */

/**
 * Make the stack of layers.
 * @param {() => void} changed
 */
export function createLayers(changed) {
  /** @type {readonly Layer[]} */
  let layers = [];
  return {
    /** @param {Layer} layer @returns {() => void} takes it away again */
    add(layer) {
      layers = [...layers, layer];
      changed();
      return () => {
        layers = layers.filter((known) => known !== layer);
        changed();
      };
    },
    /** @param {Point} point @returns {boolean} whether a layer took the press */
    press: (point) => [...layers].reverse().some((layer) => layer.press?.(point) === true),
    /** @param {CanvasRenderingContext2D} context @param {Size} sizeScr @param {Viewport} view */
    paint(context, sizeScr, view) {
      for (const layer of layers) {
        context.save();
        layer.paint(context, sizeScr, view);
        context.restore();
      }
    },
  };
}
