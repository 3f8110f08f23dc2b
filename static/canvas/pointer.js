// @ts-check
// Turns pointer and wheel events of a canvas into a few plain calls: press, drag, release, pan, zoom.
// A drag starts only after the pointer left its place, so that a shaky click stays a click. Two
// fingers pan and zoom together.
import { wheelAction } from "./wheel.js";

/** @typedef {import("../boxes/types.js").PointScr} PointScr */

/**
 * @typedef {object} PointerCalls
 * @property {() => boolean} wantsPan           the space bar is held
 * @property {(at: PointScr, press: import("./draw_tool.js").Press) => void} press
 * @property {(at: PointScr) => void} drag
 * @property {(at: PointScr, dragged: boolean) => void} release
 * @property {() => void} cancel
 * @property {(at: PointScr | null) => void} hover
 * @property {(shift: PointScr) => void} pan
 * @property {(at: PointScr, factor: number) => void} zoom
 */

export const DRAG_FROM_SCR = 3;
/** A swipe that has begun goes on, also where one of its steps looks like a wheel's. */
const SWIPE_MS = 200;

/** @typedef {{kind: "tool", from: PointScr, dragged: boolean, id: number} | {kind: "pan", id: number}
 *   | {kind: "pinch"}} Gesture */

/**
 * @param {HTMLElement} element
 * @param {PointerCalls} calls
 */
export function followPointer(element, calls) {
  /** @type {Map<number, PointScr>} */
  const down = new Map();
  /** @type {Gesture | null} */
  let gesture = null;

  const { placeOf, forget } = createPlaceReader(element);

  /** @param {PointerEvent} event */
  function pressed(event) {
    forget();
    const at = placeOf(event);
    if (event.pointerType === "mouse" && down.size > 0) return;
    down.set(event.pointerId, at);
    element.setPointerCapture(event.pointerId);
    if (down.size === 2) {
      if (gesture?.kind === "tool") calls.cancel();
      gesture = { kind: "pinch" };
    } else if (event.button === 1 || (event.button === 0 && calls.wantsPan())) {
      event.preventDefault();
      gesture = { kind: "pan", id: event.pointerId };
    } else if (event.button === 0) {
      gesture = { kind: "tool", from: at, dragged: false, id: event.pointerId };
      calls.press(at, {
        touch: event.pointerType === "touch",
        extend: event.shiftKey || event.ctrlKey || event.metaKey,
      });
    }
  }

  /** @param {PointerEvent} event */
  function moved(event) {
    const at = placeOf(event);
    const before = down.get(event.pointerId);
    if (!before || !gesture) {
      calls.hover(at);
      return;
    }
    if (gesture.kind === "pinch") pinched(event.pointerId, before, at);
    down.set(event.pointerId, at);
    if (gesture.kind === "pan") {
      calls.pan({ xScr: at.xScr - before.xScr, yScr: at.yScr - before.yScr });
    } else if (gesture.kind === "tool" && gesture.id === event.pointerId) {
      gesture.dragged ||= distance(gesture.from, at) >= DRAG_FROM_SCR;
      if (gesture.dragged) calls.drag(at);
    }
  }

  /** @param {number} id @param {PointScr} before @param {PointScr} at */
  function pinched(id, before, at) {
    const other = [...down].find(([otherId]) => otherId !== id)?.[1];
    if (!other) return;
    const middle = { xScr: (at.xScr + other.xScr) / 2, yScr: (at.yScr + other.yScr) / 2 };
    calls.pan({ xScr: (at.xScr - before.xScr) / 2, yScr: (at.yScr - before.yScr) / 2 });
    calls.zoom(middle, distance(at, other) / Math.max(1, distance(before, other)));
  }

  /** @param {PointerEvent} event */
  function released(event) {
    const at = placeOf(event);
    if (!down.delete(event.pointerId)) return;
    if (gesture?.kind === "tool" && gesture.id === event.pointerId) {
      if (event.type === "pointercancel") calls.cancel();
      else calls.release(at, gesture.dragged);
    }
    if (gesture?.kind !== "pinch" || down.size === 0) gesture = null;
  }

  element.addEventListener("pointerdown", pressed);
  element.addEventListener("pointermove", moved);
  element.addEventListener("pointerup", released);
  element.addEventListener("pointercancel", released);
  element.addEventListener("pointerleave", () => {
    if (!gesture) calls.hover(null);
  });
  element.addEventListener("contextmenu", (event) => event.preventDefault());
  // A middle press would start the browser's own scrolling.
  element.addEventListener("mousedown", (event) => {
    if (event.button === 1) event.preventDefault();
  });
  followWheel(element, calls, placeOf);
}

/**
 * Read where on an element an event happened. The element's place is asked for once, not at every move: that would
 * make the browser lay the page out again and again.
 * @param {HTMLElement} element
 */
function createPlaceReader(element) {
  /** @type {DOMRect | null} */
  let frame = null;
  const forget = () => (frame = null);
  new ResizeObserver(forget).observe(element);
  window.addEventListener("resize", forget);
  window.addEventListener("scroll", forget, { passive: true, capture: true });
  return {
    forget,
    /** @param {MouseEvent} event @returns {PointScr} */
    placeOf(event) {
      frame ??= element.getBoundingClientRect();
      return { xScr: event.clientX - frame.left, yScr: event.clientY - frame.top };
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {PointerCalls} calls
 * @param {(event: MouseEvent) => PointScr} placeOf
 */
function followWheel(element, calls, placeOf) {
  let swipedAt = -Infinity;
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const action = wheelAction(event, event.timeStamp - swipedAt < SWIPE_MS);
      if (action.kind === "zoom") {
        calls.zoom(placeOf(event), action.factor);
        return;
      }
      if (!event.shiftKey) swipedAt = event.timeStamp;
      calls.pan(action.shift);
    },
    { passive: false },
  );
}

/** @param {PointScr} a @param {PointScr} b @returns {number} */
function distance(a, b) {
  return Math.hypot(a.xScr - b.xScr, a.yScr - b.yScr);
}
