// @ts-check
// The canvas as one thing: viewport, pointer, tools, selection and drawing around one store.
import { createSpatialIndex } from "./spatial_index.js";
import { overlap } from "../boxes/geometry.js";
import { HANDLE_REACH_SCR, TOUCH_REACH_SCR, cursorFor, hitTest } from "./hit_test.js";
import { createLayers } from "./layers.js";
import { paintBoxes } from "./outlines.js";
import { paintCrosshair, paintGesture, paintPicture } from "./paint.js";
import { followPointer } from "./pointer.js";
import { createRenderer } from "./render.js";
import { createSelection } from "../boxes/selection.js";
import { createToolbox } from "./toolbox.js";
import { fitImage, keepInSight, minScale, panBy, recenter, toImage, viewOn, visibleRect, zoomAt } from "./viewport.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").PointScr} PointScr */
/** @typedef {import("../boxes/types.js").Viewport} Viewport */
/** @typedef {import("../boxes/types.js").Hit} Hit */
/** @typedef {import("../boxes/store.js").Store} Store */
/** @typedef {import("./paint.js").BoxStyle} BoxStyle */
/** @typedef {import("./paint.js").Picture} Picture */
/** @typedef {import("./toolbox.js").Mode} Mode */
/** @typedef {import("./layers.js").Layer} Layer */

/**
 * @typedef {object} Canvas
 * @property {(picture: CanvasImageSource | Picture | null, size: Size) => void} show
 * @property {(layer: Layer) => () => void} addLayer   above the boxes; answers how to take it away
 * @property {(rect: Rect) => void} centerOn      bring something in sight, as large as it fits
 * @property {(rect: Rect) => void} reveal        the same, only when nothing of it is in sight
 * @property {() => void} fit
 * @property {() => void} zoomToPixels            one image pixel is one device pixel
 * @property {(factor: number) => void} zoomBy    around the middle
 * @property {(shift: PointScr) => void} pan
 * @property {() => string | null} selected       the box that was selected last
 * @property {() => readonly string[]} selection
 * @property {(id: string | null) => void} select
 * @property {(ids: readonly string[]) => void} selectMany
 * @property {(id: string) => void} toggle        whether it is selected
 * @property {() => Mode} mode
 * @property {(mode: Mode) => void} setMode
 * @property {(held: boolean) => void} setPanning  the space bar
 * @property {(shown: boolean) => void} setTags
 * @property {() => boolean} tags
 * @property {(shown: boolean) => void} setCrosshair   also while nothing is drawn
 * @property {() => boolean} crosshair
 * @property {(hidden: boolean) => void} setBoxesHidden
 * @property {() => ReadonlySet<string>} hiddenTypes
 * @property {(types: ReadonlySet<string>) => void} hideTypes   kept from image to image
 * @property {() => boolean} sketching            whether a new box is being drawn now
 * @property {() => boolean} busy                 whether any gesture is in hand
 * @property {() => boolean} cancel               true when there was a gesture to cancel
 * @property {() => boolean} back                 takes the last extreme point back; false when there is none
 * @property {() => CanvasImageSource | Picture | null} picture
 * @property {(listener: () => void) => void} pictureChanged
 * @property {() => void} invalidate              the picture, or a layer, is different
 * @property {() => Viewport} view
 * @property {() => Size} size
 * @property {() => Rect} inSight                 the part of the image that the canvas shows
 * @property {() => Rect} middle                  a rectangle in the middle of what is seen
 */

/**
 * @param {object} parts
 * @param {HTMLCanvasElement} parts.canvasElement
 * @param {Store} parts.store
 * @param {(box: Box) => BoxStyle} parts.styleOf
 * @param {() => boolean} parts.mayEdit
 * @param {(rect: Rect) => Box | null} parts.makeBox
 * @param {(text: string) => void} parts.say
 * @param {() => void} parts.selectionChanged
 * @param {(point: Point | null) => void} parts.cursorMoved   at most once a frame
 * @param {() => void} parts.viewChanged                       at most once a frame
 * @returns {Canvas}
 */
export function createCanvas({ canvasElement, store, styleOf, mayEdit, makeBox, say, selectionChanged, cursorMoved, viewChanged }) {
  /** @type {CanvasImageSource | Picture | null} */
  let picture = null;
  /** @type {(() => void)[]} */
  const pictureListeners = [];
  /** Whether the press in hand was taken by a layer. */
  let taken = false;
  /** @type {Size} */
  let size = { width: 1, height: 1 };
  /** @type {Viewport} */
  let view = { scale: 1, leftScr: 0, topScr: 0 };
  let fitted = true;
  /** @type {string | null} */
  let hovered = null;
  /** @type {PointScr | null} */
  let cursor = null;
  let viewIsNews = false;
  let newsFrame = 0;
  let panning = false;
  let tags = true;
  let crosshair = false;
  let boxesHidden = false;
  const spatialIndex = createSpatialIndex(store);
  const selection = createSelection();
  const layers = createLayers(() => renderer.invalidate());

  const renderer = createRenderer({
    canvasElement,
    paint(context, sizeScr) {
      const gesture = toolbox.gesture();
      paintPicture(context, { picture, size, view, sizeScr });
      if (!boxesHidden) {
        const boxes = spatialIndex.within(visibleRect(view, sizeScr));
        paintBoxes(context, sizeScr, { view, boxes, gesture, get: store.get, selection, hovered, styleOf, tags });
      }
      if (cursor && showsCrosshair()) paintCrosshair(context, sizeScr, cursor);
      paintGesture(context, view, gesture);
      layers.paint(context, sizeScr, view);
    },
    resized(beforeScr, afterScr) {
      setView(fitted ? fitImage(size, afterScr) : recenter(view, beforeScr, afterScr), fitted);
    },
  });

  const showsCrosshair = () => (crosshair || toolbox.mode() !== "edit") && mayEdit() && !panning;

  /** Tell the page where the cursor and the view are, at most once a frame. */
  function notifySoon() {
    newsFrame ||= requestAnimationFrame(() => {
      newsFrame = 0;
      if (viewIsNews) viewChanged();
      viewIsNews = false;
      cursorMoved(cursor && toImage(view, cursor));
    });
  }

  /** @param {Viewport} next @param {boolean} [whole] */
  function setView(next, whole = false) {
    view = whole ? next : keepInSight(next, size, renderer.sizeScr());
    fitted = whole;
    viewIsNews = true;
    notifySoon();
    renderer.invalidate();
  }

  /** @param {boolean} isNews whether the selection really is another one */
  function selected(isNews) {
    if (!isNews) return;
    renderer.invalidate();
    selectionChanged();
  }
  /** @param {string | null} id */
  const select = (id) => selected(selection.set(id === null ? [] : [id]));

  /** @param {Point} point @param {boolean} touch @returns {Hit} */
  function hitAt(point, touch) {
    const handleReachScr = touch ? TOUCH_REACH_SCR : HANDLE_REACH_SCR;
    const boxes = boxesHidden ? [] : spatialIndex.near(point, handleReachScr / view.scale);
    const selected = mayEdit() ? selection.only() : null;
    return hitTest({ boxes, selected, point, scale: view.scale, handleReachScr });
  }

  const toolbox = createToolbox(
    {
      size: () => size,
      hitAt,
      within: (rect) => (boxesHidden ? [] : spatialIndex.within(rect)),
      selection: () => selection.ids().flatMap((id) => store.get(id) ?? []),
      select,
      toggle: (id) => selected(selection.toggle(id)),
      addToSelection: (ids) => selected(selection.add(ids)),
      makeBox,
      commitNew(box) {
        store.create(box);
        select(box.id);
      },
      commitEdits: (rects) => void store.updateMany(rects),
      say,
    },
    () => renderer.invalidate(),
  );

  /** @param {PointScr | null} at */
  function hover(at) {
    cursor = at;
    notifySoon();
    const editing = toolbox.mode() === "edit";
    const hit = at && editing ? hitAt(toImage(view, at), false) : { kind: /** @type {const} */ ("nothing") };
    const id = hit.kind === "nothing" ? null : hit.id;
    if (id !== hovered || showsCrosshair()) renderer.invalidate();
    hovered = id;
    if (panning) canvasElement.style.cursor = "grab";
    else if (!mayEdit()) canvasElement.style.cursor = hovered ? "pointer" : "default";
    else canvasElement.style.cursor = editing ? cursorFor(hit) : "crosshair";
    if (mayEdit()) toolbox.hover(at && toImage(view, at));
  }

  followPointer(canvasElement, {
    wantsPan: () => panning,
    press(at, press) {
      canvasElement.focus({ preventScroll: true });
      const point = toImage(view, at);
      taken = layers.press(point);
      if (taken) return;
      if (mayEdit()) {
        toolbox.press(point, press);
        return;
      }
      const hit = hitAt(point, press.touch);
      select(hit.kind === "nothing" ? null : hit.id);
    },
    drag(at) {
      if (mayEdit() && !taken) toolbox.drag(toImage(view, at));
      hover(at);
    },
    release(at, dragged) {
      if (mayEdit() && !taken) toolbox.release(toImage(view, at), dragged);
      hover(at);
    },
    cancel: () => void toolbox.cancel(),
    hover,
    pan(shift) {
      setView(panBy(view, shift, size, renderer.sizeScr()));
    },
    zoom(at, factor) {
      setView(zoomAt(view, { at, factor, low: minScale(size, renderer.sizeScr()) }));
    },
  });

  store.subscribe(({ deleted }) => {
    if (deleted.length > 0) selected(selection.retain((id) => store.get(id) !== undefined));
    renderer.invalidate();
  });

  const middleScr = () => ({ xScr: renderer.sizeScr().width / 2, yScr: renderer.sizeScr().height / 2 });
  const inSight = () => visibleRect(view, renderer.sizeScr());

  /** @param {number} factor */
  function zoomBy(factor) {
    setView(zoomAt(view, { at: middleScr(), factor, low: minScale(size, renderer.sizeScr()) }));
  }

  /** @param {Rect} rect */
  const centerOn = (rect) => setView(viewOn(rect, view, renderer.sizeScr()));

  return {
    show(nextPicture, nextSize) {
      // A picture that arrives late for the image that is open ends no gesture.
      if (nextSize !== size) toolbox.cancel();
      picture = nextPicture;
      const sameSize = size.width === nextSize.width && size.height === nextSize.height;
      size = nextSize;
      if (!sameSize || fitted) setView(fitImage(size, renderer.sizeScr()), true);
      for (const listener of pictureListeners) listener();
      renderer.invalidate();
    },
    addLayer: layers.add,
    centerOn,
    reveal: (rect) => void (overlap(rect, inSight()) || centerOn(rect)),
    fit: () => setView(fitImage(size, renderer.sizeScr()), true),
    zoomToPixels: () => zoomBy(1 / (window.devicePixelRatio || 1) / view.scale),
    zoomBy,
    pan: (shift) => setView(panBy(view, shift, size, renderer.sizeScr())),
    selected: selection.lead,
    selection: selection.ids,
    select,
    selectMany: (ids) => selected(selection.set(ids)),
    toggle: (id) => selected(selection.toggle(id)),
    mode: toolbox.mode,
    setMode(mode) {
      toolbox.setMode(mode);
      hover(cursor);
      selectionChanged();
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
    crosshair: () => crosshair,
    setCrosshair(shown) {
      crosshair = shown;
      renderer.invalidate();
    },
    setBoxesHidden(hidden) {
      boxesHidden = hidden;
      renderer.invalidate();
    },
    hiddenTypes: spatialIndex.hiddenTypes,
    hideTypes(types) {
      spatialIndex.hideTypes(types);
      selected(selection.retain((id) => !types.has(store.get(id)?.defect_type ?? "")));
      renderer.invalidate();
    },
    sketching: () => toolbox.gesture().marks.length > 0 || toolbox.gesture().drafts.some(({ id }) => !store.get(id)),
    busy: toolbox.busy,
    cancel: toolbox.cancel,
    back: toolbox.back,
    picture: () => picture,
    pictureChanged: (listener) => void pictureListeners.push(listener),
    invalidate() {
      for (const listener of pictureListeners) listener();
      renderer.invalidate();
    },
    view: () => view,
    size: () => size,
    inSight,
    middle() {
      const { x, y } = toImage(view, middleScr());
      const reach = Math.max(4, 40 / view.scale);
      return { xmin: x - reach, ymin: y - reach, xmax: x + reach, ymax: y + reach };
    },
  };
}
