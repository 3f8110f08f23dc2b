// @ts-check
// The small map of the whole image, shown while only a part of it is in sight. Pressing on it goes there.
import { element } from "../ui/element.js";
import { paintPicture } from "./paint.js";
import { toImage, toScreen } from "./viewport.js";

/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */
/** @typedef {import("./canvas.js").Canvas} Canvas */

/** The longer side of the map, as a share of the canvas's shorter one, and at most this many pixels. */
const SHARE = 0.25;
const LONGEST_SCR = 180;
/** So little out of sight needs no map. */
const MARGIN = 0.02;

/**
 * Tell whether enough of an image is out of sight for a map to help.
 * @param {Rect} inSight
 * @param {Size} size of the image
 * @returns {boolean}
 */
export function needsMap(inSight, { width, height }) {
  const marginX = width * MARGIN;
  const marginY = height * MARGIN;
  return (
    inSight.xmin > marginX ||
    inSight.ymin > marginY ||
    inSight.xmax < width - marginX ||
    inSight.ymax < height - marginY
  );
}

/**
 * Put the map over the canvas.
 * @param {object} parts
 * @param {HTMLElement} parts.frame   the place around the canvas
 * @param {Canvas} parts.canvas
 * @param {import("../boxes/store.js").Store} parts.store
 * @param {(box: import("../boxes/types.js").Box) => string} parts.colorOf
 * @returns {{toggle: () => boolean}} toggle answers whether it is on now
 */
export function createOverview({ frame, canvas, store, colorOf }) {
  let on = true;
  /** @type {HTMLCanvasElement | null} made when it is first needed */
  let map = null;
  /** @type {Size} */
  let canvasScr = { width: 1, height: 1 };
  const content = createContent({ canvas, store, colorOf });

  canvas.addLayer({
    paint(_context, sizeScr) {
      canvasScr = sizeScr;
      const isShown = on && needsMap(canvas.inSight(), canvas.size());
      if (isShown) show();
      if (map) map.hidden = !isShown;
    },
  });

  /** @returns {Size} of the map */
  function mapSize() {
    const { width, height } = canvas.size();
    const longest = Math.min(LONGEST_SCR, SHARE * Math.min(canvasScr.width, canvasScr.height));
    const scale = longest / Math.max(width, height);
    return { width: Math.max(24, Math.round(width * scale)), height: Math.max(24, Math.round(height * scale)) };
  }

  function show() {
    map ??= makeMap();
    const sizeScr = mapSize();
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(sizeScr.width * ratio);
    const height = Math.round(sizeScr.height * ratio);
    if (map.width !== width || map.height !== height) {
      map.width = width;
      map.height = height;
      map.style.width = `${sizeScr.width}px`;
      map.style.height = `${sizeScr.height}px`;
      content.invalidate();
    }
    const context = map.getContext("2d");
    if (!context) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.drawImage(content.painted(sizeScr, ratio), 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paintSight(context, wholeView(canvas.size(), sizeScr), canvas.inSight());
  }

  /** @returns {HTMLCanvasElement} */
  function makeMap() {
    const made = element("canvas", { class: "overview", "aria-hidden": "true" });
    frame.append(made);
    made.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      made.setPointerCapture(event.pointerId);
      go(event, made);
    });
    made.addEventListener("pointermove", (event) => {
      if (made.hasPointerCapture(event.pointerId)) go(event, made);
    });
    return made;
  }

  /** @param {PointerEvent} event @param {HTMLCanvasElement} made */
  function go(event, made) {
    event.preventDefault();
    const place = made.getBoundingClientRect();
    const at = { xScr: event.clientX - place.left, yScr: event.clientY - place.top };
    const there = toScreen(canvas.view(), toImage(wholeView(canvas.size(), mapSize()), at));
    canvas.pan({ xScr: canvasScr.width / 2 - there.xScr, yScr: canvasScr.height / 2 - there.yScr });
  }

  return {
    toggle() {
      on = !on;
      canvas.invalidate();
      return on;
    },
  };
}

/** @param {CanvasRenderingContext2D} context @param {Viewport} view @param {Rect} sight */
function paintSight(context, view, sight) {
  const a = toScreen(view, { x: sight.xmin, y: sight.ymin });
  const b = toScreen(view, { x: sight.xmax, y: sight.ymax });
  for (const [width, color] of /** @type {const} */ ([
    [3, "rgba(0, 0, 0, 0.6)"],
    [1.5, "#ffffff"],
  ])) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.strokeRect(a.xScr, a.yScr, b.xScr - a.xScr, b.yScr - a.yScr);
  }
}

/** @param {Size} size of the image @param {Size} sizeScr @returns {Viewport} the whole image, without a margin */
function wholeView({ width, height }, sizeScr) {
  const scale = Math.min(sizeScr.width / width, sizeScr.height / height);
  return { scale, leftScr: (sizeScr.width - width * scale) / 2, topScr: (sizeScr.height - height * scale) / 2 };
}

/**
 * Paint the picture with its boxes aside, and keep it until one of them changes.
 * @param {object} parts
 * @param {Canvas} parts.canvas
 * @param {import("../boxes/store.js").Store} parts.store
 * @param {(box: import("../boxes/types.js").Box) => string} parts.colorOf
 */
function createContent({ canvas, store, colorOf }) {
  const canvasElement = document.createElement("canvas");
  let isStale = true;
  const invalidate = () => void (isStale = true);
  store.subscribe(invalidate);
  canvas.pictureChanged(invalidate);

  /** @param {CanvasRenderingContext2D} context @param {Viewport} view */
  function paintBoxes(context, view) {
    for (const box of store.all()) {
      const { xScr, yScr } = toScreen(view, { x: box.xmin, y: box.ymin });
      context.fillStyle = colorOf(box);
      const width = Math.max(2, (box.xmax - box.xmin) * view.scale);
      const height = Math.max(2, (box.ymax - box.ymin) * view.scale);
      context.globalAlpha = width * height > 100 ? 0.25 : 0.8;
      context.fillRect(xScr, yScr, width, height);
    }
    context.globalAlpha = 1;
  }

  return {
    invalidate,
    /** @param {Size} sizeScr @param {number} ratio device pixels per CSS pixel */
    painted(sizeScr, ratio) {
      const context = isStale ? canvasElement.getContext("2d") : null;
      if (!context) return canvasElement;
      canvasElement.width = Math.round(sizeScr.width * ratio);
      canvasElement.height = Math.round(sizeScr.height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const view = wholeView(canvas.size(), sizeScr);
      paintPicture(context, { picture: canvas.picture(), size: canvas.size(), view, sizeScr, isOverview: true });
      paintBoxes(context, view);
      isStale = false;
      return canvasElement;
    },
  };
}
