// @ts-check
// Where the pointer is and what it does there: the box under it, the shape of the cursor, and who gets a press:
// a layer above the boxes, the tool, or, where nothing may be edited, the selection.
import { cursorFor } from "./hit_test.js";
import { followPointer } from "./pointer.js";

/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").PointScr} PointScr */
/** @typedef {import("../boxes/types.js").Hit} Hit */

/**
 * @typedef {object} Pointing
 * @property {() => PointScr | null} cursor
 * @property {() => string | null} hovered        id of the box under the cursor
 * @property {() => boolean} panning              whether a drag moves the view: the space bar is held
 * @property {(held: boolean) => void} setPanning
 * @property {() => void} refresh                 the tool, or what may be edited, is another one
 * @property {() => void} viewMoved
 */

/** @type {Hit} */
const NOTHING = { kind: "nothing" };

/**
 * Follow the pointer on a canvas.
 * @param {object} parts
 * @param {HTMLCanvasElement} parts.canvasElement
 * @param {import("./view.js").View} parts.view
 * @param {import("./toolbox.js").Toolbox} parts.toolbox
 * @param {Pick<ReturnType<typeof import("./layers.js").createLayers>, "press">} parts.layers
 * @param {() => boolean} parts.mayEdit
 * @param {(point: Point, touch: boolean) => Hit} parts.hitAt
 * @param {(id: string | null) => void} parts.select
 * @param {() => boolean} parts.showsCrosshair
 * @param {() => void} parts.repaint
 * @param {(point: Point | null) => void} parts.cursorMoved   at most once a frame
 * @param {() => void} parts.viewChanged                       at most once a frame
 * @returns {Pointing}
 */
export function createPointing({ canvasElement, view, toolbox, layers, mayEdit, hitAt, select, showsCrosshair, repaint, cursorMoved, viewChanged }) {
  /** @type {PointScr | null} */
  let cursor = null;
  /** @type {string | null} */
  let hovered = null;
  let panning = false;
  /** Whether a layer took the present press. */
  let isTaken = false;
  let viewHasMoved = false;
  let frame = 0;

  /** Notify the page of the cursor and of the view, at most once a frame. */
  function notifySoon() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      if (viewHasMoved) viewChanged();
      viewHasMoved = false;
      cursorMoved(cursor && view.toImage(cursor));
    });
  }

  /** @param {PointScr | null} at */
  function hover(at) {
    cursor = at;
    notifySoon();
    const isEditing = toolbox.mode() === "edit";
    const hit = at && isEditing ? hitAt(view.toImage(at), false) : NOTHING;
    const id = hit.kind === "nothing" ? null : hit.id;
    if (id !== hovered || showsCrosshair()) repaint();
    hovered = id;
    canvasElement.style.cursor = cursorStyle(hit, isEditing);
    if (mayEdit()) toolbox.hover(at && view.toImage(at));
  }

  /** @param {Hit} hit @param {boolean} isEditing @returns {string} of CSS */
  function cursorStyle(hit, isEditing) {
    if (panning) return "grab";
    if (!mayEdit()) return hovered ? "pointer" : "default";
    return isEditing ? cursorFor(hit) : "crosshair";
  }

  /** @param {PointScr} at @param {import("./draw_tool.js").Press} press */
  function pressed(at, press) {
    canvasElement.focus({ preventScroll: true });
    const point = view.toImage(at);
    isTaken = layers.press(point);
    if (isTaken) return;
    if (mayEdit()) {
      toolbox.press(point, press);
      return;
    }
    const hit = hitAt(point, press.touch);
    select(hit.kind === "nothing" ? null : hit.id);
  }

  followPointer(canvasElement, {
    wantsPan: () => panning,
    press: pressed,
    drag(at) {
      if (mayEdit() && !isTaken) toolbox.drag(view.toImage(at));
      hover(at);
    },
    release(at, dragged) {
      if (mayEdit() && !isTaken) toolbox.release(view.toImage(at), dragged);
      hover(at);
    },
    cancel: () => void toolbox.cancel(),
    hover,
    pan: view.pan,
    zoom: view.zoomAt,
  });

  return {
    cursor: () => cursor,
    hovered: () => hovered,
    panning: () => panning,
    setPanning(held) {
      panning = held;
      hover(cursor);
    },
    refresh: () => hover(cursor),
    viewMoved() {
      viewHasMoved = true;
      notifySoon();
    },
  };
}
