// @ts-check
// The canvas and its frames: setters mark it dirty, one animation frame draws it. The canvas has
// device pixels; painters work in CSS pixels.

/** @typedef {import("../boxes/types.js").Size} Size */

/**
 * @typedef {object} Renderer
 * @property {() => void} invalidate
 * @property {() => Size} sizeScr
 * @property {() => void} stop
 */

/**
 * Draw a canvas whenever it is dirty, once per frame.
 * @param {object} parts
 * @param {HTMLCanvasElement} parts.canvasElement
 * @param {(context: CanvasRenderingContext2D, sizeScr: Size) => void} parts.paint
 * @param {(beforeScr: Size, afterScr: Size) => void} parts.resized
 * @returns {Renderer}
 */
export function createRenderer({ canvasElement, paint, resized }) {
  const context = canvasElement.getContext("2d");
  if (!context) throw new Error("This browser cannot draw on a canvas.");
  let sizeScr = { width: 1, height: 1 };
  let frame = 0;

  function draw() {
    frame = 0;
    if (!context) return;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(1, Math.round(sizeScr.width * ratio));
    const height = Math.max(1, Math.round(sizeScr.height * ratio));
    if (canvasElement.width !== width || canvasElement.height !== height) {
      canvasElement.width = width;
      canvasElement.height = height;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, sizeScr.width, sizeScr.height);
    paint(context, sizeScr);
  }

  function invalidate() {
    frame ||= requestAnimationFrame(draw);
  }

  const observer = new ResizeObserver(() => {
    const before = sizeScr;
    sizeScr = { width: Math.max(1, canvasElement.clientWidth), height: Math.max(1, canvasElement.clientHeight) };
    resized(before, sizeScr);
    invalidate();
  });
  observer.observe(canvasElement);

  return {
    invalidate,
    sizeScr: () => sizeScr,
    stop() {
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}
