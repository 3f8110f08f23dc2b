// @ts-check
// The canvas as one thing: view, pointer, tools, selection and drawing around one store.
import { HANDLE_REACH_SCR, TOUCH_REACH_SCR, hitTest } from "./hit_test.js";
import { createLayers } from "./layers.js";
import { paintBoxes } from "./outlines.js";
import { paintCrosshair, paintGesture, paintPicture } from "./paint.js";
import { createPointing } from "./pointing.js";
import { createRenderer } from "./render.js";
import { createSelection } from "../boxes/selection.js";
import { createSpatialIndex } from "./spatial_index.js";
import { createToolbox } from "./toolbox.js";
import { createView } from "./view.js";

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
 * @property {() => boolean} isDrawing            whether a new box is being drawn now
 * @property {() => boolean} busy                 whether any gesture is in progress
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
 * @typedef {object} CanvasParts
 * @property {HTMLCanvasElement} canvasElement
 * @property {Store} store
 * @property {(box: Box) => BoxStyle} styleOf
 * @property {() => boolean} mayEdit
 * @property {(rect: Rect) => Box | null} makeBox
 * @property {(text: string) => void} say
 * @property {() => void} selectionChanged
 * @property {(point: Point | null) => void} cursorMoved   at most once a frame
 * @property {() => void} viewChanged                       at most once a frame
 */

/**
 * Make the canvas of a page.
 * @param {CanvasParts} parts
 * @returns {Canvas}
 */
export function createCanvas(parts) {
  const { canvasElement, store, mayEdit, selectionChanged } = parts;
  const repaint = () => renderer.invalidate();
  const display = { tags: true, crosshair: false, boxesHidden: false };
  const picture = createPictureSlot(repaint);
  const spatialIndex = createSpatialIndex(store);
  const layers = createLayers(repaint);
  const selection = createNotifyingSelection(store, () => {
    repaint();
    selectionChanged();
  });
  const view = createView({
    sizeScr: () => renderer.sizeScr(),
    changed() {
      pointing.viewMoved();
      repaint();
    },
  });
  const showsCrosshair = () => (display.crosshair || toolbox.mode() !== "edit") && mayEdit() && !pointing.panning();

  /** @param {Point} point @param {boolean} touch @returns {Hit} */
  function hitAt(point, touch) {
    const { scale } = view.viewport();
    const handleReachScr = touch ? TOUCH_REACH_SCR : HANDLE_REACH_SCR;
    const boxes = display.boxesHidden ? [] : spatialIndex.near(point, handleReachScr / scale);
    const selected = mayEdit() ? selection.state.only() : null;
    return hitTest({ boxes, selected, point, scale, handleReachScr });
  }

  const toolbox = createToolbox(toolContext(parts, { view, spatialIndex, selection, display, hitAt }), repaint);
  const renderer = createRenderer({
    canvasElement,
    paint(context, sizeScr) {
      const gesture = toolbox.gesture();
      const [viewport, cursor] = [view.viewport(), pointing.cursor()];
      paintPicture(context, { picture: picture.get(), size: view.size(), view: viewport, sizeScr });
      if (!display.boxesHidden) {
        const boxes = spatialIndex.within(view.inSight());
        const { styleOf } = parts;
        const hovered = pointing.hovered();
        paintBoxes(context, sizeScr, { view: viewport, boxes, gesture, get: store.get, selection: selection.state, hovered, styleOf, tags: display.tags });
      }
      if (cursor && showsCrosshair()) paintCrosshair(context, sizeScr, cursor);
      paintGesture(context, viewport, gesture);
      layers.paint(context, sizeScr, viewport);
    },
    resized: view.resized,
  });
  const { cursorMoved, viewChanged } = parts;
  const pointing = createPointing({ canvasElement, view, toolbox, layers, mayEdit, hitAt, select: selection.select, showsCrosshair, repaint, cursorMoved, viewChanged });

  store.subscribe(({ deleted }) => {
    if (deleted.length > 0) selection.retain((id) => store.get(id) !== undefined);
    repaint();
  });

  return {
    ...viewCalls(view),
    ...displayCalls(display, repaint),
    ...selectionCalls(selection),
    show(nextPicture, nextSize) {
      // A picture that arrives late for the image that is open ends no gesture.
      if (nextSize !== view.size()) toolbox.cancel();
      view.setSize(nextSize);
      picture.set(nextPicture);
    },
    addLayer: layers.add,
    mode: toolbox.mode,
    setMode(mode) {
      toolbox.setMode(mode);
      pointing.refresh();
      selectionChanged();
    },
    setPanning: pointing.setPanning,
    hiddenTypes: spatialIndex.hiddenTypes,
    hideTypes(types) {
      spatialIndex.hideTypes(types);
      selection.retain((id) => !types.has(store.get(id)?.defect_type ?? ""));
      repaint();
    },
    isDrawing: () => toolbox.gesture().marks.length > 0 || toolbox.gesture().drafts.some(({ id }) => !store.get(id)),
    busy: toolbox.busy,
    cancel: toolbox.cancel,
    back: toolbox.back,
    picture: picture.get,
    pictureChanged: picture.onChange,
    invalidate: picture.changed,
  };
}

/**
 * Hold the picture under the boxes, and who wants to know of another one.
 * @param {() => void} repaint
 */
function createPictureSlot(repaint) {
  /** @type {CanvasImageSource | Picture | null} */
  let picture = null;
  /** @type {(() => void)[]} */
  const listeners = [];
  function changed() {
    for (const listener of listeners) listener();
    repaint();
  }
  return {
    get: () => picture,
    /** @param {CanvasImageSource | Picture | null} next */
    set(next) {
      picture = next;
      changed();
    },
    changed,
    onChange: (/** @type {() => void} */ listener) => void listeners.push(listener),
  };
}

/**
 * Hold the selection, and notify where it really is another one.
 * @param {Store} store
 * @param {() => void} changed
 */
function createNotifyingSelection(store, changed) {
  const state = createSelection();
  const notify = (/** @type {boolean} */ isNews) => void (isNews && changed());
  return {
    state,
    boxes: () => state.ids().flatMap((id) => store.get(id) ?? []),
    select: (/** @type {string | null} */ id) => notify(state.set(id === null ? [] : [id])),
    selectMany: (/** @type {readonly string[]} */ ids) => notify(state.set(ids)),
    toggle: (/** @type {string} */ id) => notify(state.toggle(id)),
    add: (/** @type {readonly string[]} */ ids) => notify(state.add(ids)),
    retain: (/** @type {(id: string) => boolean} */ isKept) => notify(state.retain(isKept)),
  };
}

/** @typedef {ReturnType<typeof createNotifyingSelection>} NotifyingSelection */
/** @typedef {{tags: boolean, crosshair: boolean, boxesHidden: boolean}} Display */

/**
 * Give the tools what they may see and do.
 * @param {CanvasParts} parts
 * @param {{view: import("./view.js").View, spatialIndex: import("./spatial_index.js").SpatialIndex,
 *   selection: NotifyingSelection, display: Display, hitAt: (point: Point, touch: boolean) => Hit}} state
 * @returns {Parameters<typeof createToolbox>[0]}
 */
function toolContext({ store, makeBox, say }, { view, spatialIndex, selection, display, hitAt }) {
  return {
    size: view.size,
    hitAt,
    within: (rect) => (display.boxesHidden ? [] : spatialIndex.within(rect)),
    selection: selection.boxes,
    select: selection.select,
    toggle: selection.toggle,
    addToSelection: selection.add,
    makeBox,
    commitNew(box) {
      store.create(box);
      selection.select(box.id);
    },
    commitEdits: (rects) => void store.updateMany(rects),
    say,
  };
}

/** @param {import("./view.js").View} view */
function viewCalls({ viewport, size, fit, zoomBy, zoomToPixels, pan, centerOn, reveal, inSight, middle }) {
  return { view: viewport, size, fit, zoomBy, zoomToPixels, pan, centerOn, reveal, inSight, middle };
}

/** @param {NotifyingSelection} selection */
function selectionCalls({ state, select, selectMany, toggle }) {
  return { selected: state.lead, selection: state.ids, select, selectMany, toggle };
}

/** @param {Display} display @param {() => void} repaint */
function displayCalls(display, repaint) {
  /** @param {Partial<Display>} part */
  function change(part) {
    Object.assign(display, part);
    repaint();
  }
  return {
    tags: () => display.tags,
    setTags: (/** @type {boolean} */ tags) => change({ tags }),
    crosshair: () => display.crosshair,
    setCrosshair: (/** @type {boolean} */ crosshair) => change({ crosshair }),
    setBoxesHidden: (/** @type {boolean} */ boxesHidden) => change({ boxesHidden }),
  };
}
