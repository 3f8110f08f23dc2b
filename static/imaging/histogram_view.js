// @ts-check
// The histogram of the display panel: its bars, and the window over it, whose ends and middle can be dragged.
import { find } from "../ui/element.js";
import { axisOf, barsOf, levelAt, movedWindow, outlineOf, placeOf } from "./histogram.js";

/** @typedef {import("./histogram.js").Axis} Axis */
/** @typedef {import("./tone_mapping.js").Window} Window */
/** @typedef {import("./display_panel.js").Shown} Shown */

const BARS = 128;
/** Steps of an arrow key along the axis; Shift makes each step ten times as large. */
const STEPS = 200;
/** How near a press must be to an end of the window to move that end alone. */
const REACH_SCR = 14;

/**
 * @param {HTMLElement} frame
 * @param {object} context
 * @param {(window: Window) => void} context.change
 * @param {() => Shown | null} context.shown
 */
export function createHistogramView(frame, { change, shown }) {
  const bars = frame.querySelector("path");
  const span = find("[data-span]", frame);
  const handles = { low: find('[data-handle="low"]', frame), high: find('[data-handle="high"]', frame) };
  /** @type {Axis} */
  let axis = { low: 0, high: 255 };
  /** @type {Shown["histogram"]} */
  let painted = null;

  for (const part of /** @type {const} */ (["low", "high"])) {
    handles[part].addEventListener("keydown", (event) => {
      const now = shown();
      if (!now) return;
      const step = Math.max(1, Math.round((axis.high - axis.low) / STEPS)) * (event.shiftKey ? 10 : 1);
      const to = keyedLevel(event.key, now.window[part], step, axis);
      if (to === undefined) return;
      event.preventDefault();
      change(movedWindow(now.window, part, to, now.depth));
    });
  }

  frame.addEventListener("pointerdown", (event) => {
    const now = shown();
    if (!now || event.button !== 0) return;
    const start = placeAt(event);
    const part = partAt(start, now.window);
    const grabbed = now.window;
    frame.setPointerCapture(event.pointerId);
    if (part !== "both") handles[part].focus();
    event.preventDefault();
    const drag = (/** @type {PointerEvent} */ move) => {
      const present = shown();
      if (!present) return;
      const shift = (placeAt(move) - start) * (axis.high - axis.low);
      const to = part === "both" ? grabbed.low + shift : levelAt(axis, placeAt(move));
      change(movedWindow(part === "both" ? grabbed : present.window, part, to, present.depth));
    };
    if (part !== "both") drag(event);
    followDrag(frame, drag);
  });

  /** @param {PointerEvent} event @returns {number} 0 to 1 along the axis */
  function placeAt(event) {
    const { left, width } = frame.getBoundingClientRect();
    return (event.clientX - left) / Math.max(1, width);
  }

  /** @param {number} place @param {Window} window @returns {"low" | "high" | "both"} what a press there moves */
  function partAt(place, window) {
    const [low, high] = [placeOf(axis, window.low), placeOf(axis, window.high)];
    const reach = REACH_SCR / Math.max(1, frame.clientWidth);
    if (place > low + reach && place < high - reach) return "both";
    return Math.abs(place - low) <= Math.abs(place - high) ? "low" : "high";
  }

  return {
    focus: () => handles.low.focus({ preventScroll: true }),
    /** @param {Shown} shown */
    draw({ window, histogram, depth }) {
      axis = histogram ? axisOf(histogram, depth) : { low: 0, high: 2 ** depth - 1 };
      if (histogram !== painted) bars?.setAttribute("d", histogram ? outlineOf(barsOf(histogram, axis, BARS)) : "");
      painted = histogram;
      span.style.left = `${placeOf(axis, window.low) * 100}%`;
      span.style.right = `${(1 - placeOf(axis, window.high)) * 100}%`;
      for (const part of /** @type {const} */ (["low", "high"])) {
        const handle = handles[part];
        handle.style.left = `${placeOf(axis, window[part]) * 100}%`;
        handle.setAttribute("aria-valuemin", "0");
        handle.setAttribute("aria-valuemax", String(2 ** depth - 1));
        handle.setAttribute("aria-valuenow", String(Math.round(window[part])));
        handle.toggleAttribute("data-beyond", window[part] < axis.low || window[part] > axis.high);
      }
    },
  };
}

/**
 * Find the level that a key moves an end of the window to.
 * @param {string} key
 * @param {number} level
 * @param {number} step
 * @param {Axis} axis
 * @returns {number | undefined} undefined for a key that moves nothing
 */
export function keyedLevel(key, level, step, axis) {
  if (key === "ArrowLeft" || key === "ArrowDown") return level - step;
  if (key === "ArrowRight" || key === "ArrowUp") return level + step;
  if (key === "Home") return axis.low;
  return key === "End" ? axis.high : undefined;
}

/** @param {HTMLElement} frame @param {(move: PointerEvent) => void} drag  until the pointer goes up */
function followDrag(frame, drag) {
  function end() {
    frame.removeEventListener("pointermove", drag);
    frame.removeEventListener("pointerup", end);
    frame.removeEventListener("pointercancel", end);
  }
  frame.addEventListener("pointermove", drag);
  frame.addEventListener("pointerup", end);
  frame.addEventListener("pointercancel", end);
}
