// @ts-check
// The canvas as one thing: viewport, pointer, tools, selection and drawing around one store.
import { createDrawTool } from "./draw.js";
import { createEditTool } from "./edit.js";
import { cursorFor, hitTest } from "./hittest.js";
import { paintScene } from "./paint.js";
import { createRenderer } from "./render.js";
import { followPointer } from "./pointer.js";
import { fitImage, keepInSight, minScale, panBy, recenter, toImage, viewOn, zoomAt } from "./viewport.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./types.js").Size} Size */
/** @typedef {import("./types.js").Point} Point */
/** @typedef {import("./types.js").PointScr} PointScr */
/** @typedef {import("./types.js").Viewport} Viewport */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./paint.js").Look} Look */
/** @typedef {import("./paint.js").Picture} Picture */

/**
 * What somebody else draws above the boxes, such as pins. `press` is asked before the tools, in image
 * pixels, the last layer first; true says that the press was meant for the layer, and no tool sees it.
 * @typedef {object} Layer
 * @property {(context: CanvasRenderingContext2D, sizeScr: Size, view: Viewport) => void} paint
 * @property {(point: Point) => boolean} [press]
 */

/**
 * @typedef {object} Stage
 * @property {(picture: CanvasImageSource | Picture | null, size: Size) => void} show
 * @property {(layer: Layer) => () => void} addLayer   above the boxes; answers how to take it away
 * @property {(rect: Rect) => void} centerOn      bring something in sight, as large as it fits
 * @property {() => void} fit
 * @property {() => void} zoomToPixels            one image pixel is one device pixel
 * @property {(factor: number) => void} zoomBy    around the middle
 * @property {(shift: PointScr) => void} pan
 * @property {() => string | null} selected
 * @property {(id: string | null) => void} select
 * @property {() => boolean} drawing              whether every drag draws
 * @property {(on: boolean) => void} setDrawing
 * @property {(held: boolean) => void} setPanning  the space bar
 * @property {(shown: boolean) => void} setTags
 * @property {() => boolean} tags
 * @property {(hidden: boolean) => void} setBoxesHidden
 * @property {() => boolean} sketching            whether a new box is being drawn now
 * @property {() => boolean} cancel               true when there was a gesture to cancel
 * @property {() => void} invalidate
 * @property {() => Viewport} view
 * @property {() => Size} size
 * @property {() => Rect} middle                  a rectangle in the middle of what is seen
 */

/**
 * @param {object} parts
 * @param {HTMLCanvasElement} parts.canvas
 * @param {Store} parts.store
 * @param {(box: Box) => Look} parts.lookOf
 * @param {() => boolean} parts.mayEdit
 * @param {(rect: Rect) => Box | null} parts.makeBox
 * @param {(id: string | null) => void} parts.selectionChanged
 * @param {(point: Point | null) => void} parts.cursorMoved
 * @param {() => void} parts.viewChanged
 * @returns {Stage}
 */
export function createStage({
  canvas,
  store,
  lookOf,
  mayEdit,
  makeBox,
  selectionChanged,
  cursorMoved,
  viewChanged,
}) {
  /** @type {CanvasImageSource | Picture | null} */
  let picture = null;
  /** @type {Layer[]} */
  let layers = [];
  /** Whether the press in hand was taken by a layer. */
  let taken = false;
  /** @type {Size} */
  let size = { width: 1, height: 1 };
  /** @type {Viewport} */
  let view = { scale: 1, leftScr: 0, topScr: 0 };
  let fitted = true;
  /** @type {Box | null} */
  let draft = null;
  /** @type {string | null} */
  let selected = null;
  /** @type {string | null} */
  let hovered = null;
  /** @type {PointScr | null} */
  let cursor = null;
  let drawing = false;
  let panning = false;
  let tags = true;
  let boxesHidden = false;

  const renderer = createRenderer({
    canvas,
    paint(context, sizeScr) {
      paintScene(context, sizeScr, {
        picture,
        size,
        view,
        boxes: store.all(),
        draft,
        selected,
        hovered,
        lookOf,
        tags,
        boxesHidden,
        crosshair: drawing && mayEdit() && !panning ? cursor : null,
      });
      for (const layer of layers) {
        context.save();
        layer.paint(context, sizeScr, view);
        context.restore();
      }
    },
    resized(beforeScr, afterScr) {
      setView(fitted ? fitImage(size, afterScr) : recenter(view, beforeScr, afterScr), fitted);
    },
  });

  /** @param {Viewport} next @param {boolean} [whole] */
  function setView(next, whole = false) {
    view = whole ? next : keepInSight(next, size, renderer.sizeScr());
    fitted = whole;
    renderer.invalidate();
    viewChanged();
  }

  /** @param {string | null} id */
  function select(id) {
    if (id === selected) return;
    selected = id;
    renderer.invalidate();
    selectionChanged(id);
  }

  /** @type {import("./draw.js").Bench} */
  const bench = {
    size: () => size,
    scale: () => view.scale,
    boxes: () => (boxesHidden ? [] : store.all()),
    selected: () => selected,
    select,
    makeBox,
    setDraft(box) {
      draft = box;
      renderer.invalidate();
    },
    commitNew(box) {
      store.create(box);
      select(box.id);
    },
    commitEdit: (id, rect) => void store.update(id, rect),
  };
  const drawTool = createDrawTool(bench);
  const editTool = createEditTool(bench, drawTool);
  const tool = () => (drawing ? drawTool : editTool);

  /** @param {PointScr | null} at */
  function hover(at) {
    cursor = at;
    const point = at && toImage(view, at);
    const hit = point
      ? hitTest({ boxes: bench.boxes(), selected: mayEdit() ? selected : null, point, scale: view.scale })
      : { kind: /** @type {const} */ ("nothing") };
    const id = hit.kind === "nothing" || drawing ? null : hit.id;
    if (id !== hovered || drawing) renderer.invalidate();
    hovered = id;
    if (panning) canvas.style.cursor = "grab";
    else if (!mayEdit()) canvas.style.cursor = hit.kind === "nothing" ? "default" : "pointer";
    else canvas.style.cursor = drawing ? "crosshair" : cursorFor(hit);
    cursorMoved(point);
  }

  followPointer(canvas, {
    wantsPan: () => panning,
    press(at, touch) {
      canvas.focus({ preventScroll: true });
      const point = toImage(view, at);
      taken = layers.findLast((layer) => layer.press?.(point)) !== undefined;
      if (taken) return;
      if (mayEdit()) {
        tool().press(point, touch);
        return;
      }
      const hit = hitTest({ boxes: bench.boxes(), selected: null, point, scale: view.scale });
      select(hit.kind === "nothing" ? null : hit.id);
    },
    drag(at) {
      if (mayEdit() && !taken) tool().drag(toImage(view, at));
      hover(at);
    },
    release(at, dragged) {
      if (mayEdit() && !taken) tool().release(toImage(view, at), dragged);
      hover(at);
    },
    cancel: () => void cancel(),
    hover,
    pan: (shift) => setView(panBy(view, shift, size, renderer.sizeScr())),
    zoom(at, factor) {
      setView(zoomAt(view, { at, factor, low: minScale(size, renderer.sizeScr()) }));
      hover(at);
    },
  });

  store.subscribe(() => {
    if (selected !== null && !store.get(selected)) select(null);
    renderer.invalidate();
  });

  /** @returns {boolean} */
  function cancel() {
    const busy = draft !== null;
    tool().cancel();
    return busy;
  }

  const middleScr = () => ({ xScr: renderer.sizeScr().width / 2, yScr: renderer.sizeScr().height / 2 });

  /** @param {number} factor */
  function zoomBy(factor) {
    setView(zoomAt(view, { at: middleScr(), factor, low: minScale(size, renderer.sizeScr()) }));
  }

  return {
    show(nextPicture, nextSize) {
      cancel();
      picture = nextPicture;
      const sameSize = size.width === nextSize.width && size.height === nextSize.height;
      size = nextSize;
      if (!sameSize || fitted) setView(fitImage(size, renderer.sizeScr()), true);
      renderer.invalidate();
    },
    addLayer(layer) {
      layers = [...layers, layer];
      renderer.invalidate();
      return () => {
        layers = layers.filter((known) => known !== layer);
        renderer.invalidate();
      };
    },
    centerOn: (rect) => setView(viewOn(rect, view, renderer.sizeScr())),
    fit: () => setView(fitImage(size, renderer.sizeScr()), true),
    zoomToPixels: () => zoomBy(1 / (window.devicePixelRatio || 1) / view.scale),
    zoomBy,
    pan: (shift) => setView(panBy(view, shift, size, renderer.sizeScr())),
    selected: () => selected,
    select,
    drawing: () => drawing,
    setDrawing(on) {
      cancel();
      drawing = on;
      hover(cursor);
      renderer.invalidate();
    },
    setPanning(held) {
      panning = held;
      hover(cursor);
    },
    tags: () => tags,
    setTags(shown) {
      tags = shown;
      renderer.invalidate();
    },
    setBoxesHidden(hidden) {
      boxesHidden = hidden;
      renderer.invalidate();
    },
    sketching: () => draft !== null && !store.get(draft.id),
    cancel,
    invalidate: renderer.invalidate,
    view: () => view,
    size: () => size,
    middle() {
      const { x, y } = toImage(view, middleScr());
      const reach = Math.max(4, 40 / view.scale);
      return { xmin: x - reach, ymin: y - reach, xmax: x + reach, ymax: y + reach };
    },
  };
}
