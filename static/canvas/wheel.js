// @ts-check
// What a wheel event means. A mouse wheel magnifies; two fingers on a touch pad move the view, and a pinch,
// which browsers report as a wheel with Ctrl, magnifies. Pure.
import { clamp } from "../boxes/geometry.js";

/** @typedef {import("../boxes/types.js").PointScr} PointScr */

/** @typedef {{deltaX: number, deltaY: number, deltaMode: number, ctrlKey: boolean, shiftKey: boolean,
 *   wheelDeltaY?: number}} Wheel */

/** @typedef {{kind: "zoom", factor: number} | {kind: "pan", shift: PointScr}} WheelAction */

/** Pixels of a line and of a page, as browsers count a wheel. */
const PER_UNIT = [1, 16, 120];
/** One notch of a mouse wheel, in the unit of `wheelDeltaY`. */
const NOTCH = 120;
/** Steps of a touch pad are finer than a notch's. */
const FINE = 60;

/**
 * Say what to do about one wheel event.
 * @param {Wheel} wheel
 * @param {boolean} [swiping] whether a swipe of two fingers is going on
 * @returns {WheelAction}
 */
export function wheelAction(wheel, swiping = false) {
  const perUnit = PER_UNIT[wheel.deltaMode] ?? 1;
  const x = wheel.deltaX * perUnit;
  const y = wheel.deltaY * perUnit;
  if (wheel.shiftKey && !wheel.ctrlKey) return { kind: "pan", shift: { xScr: -(x || y), yScr: 0 } };
  if (!wheel.ctrlKey && (swiping || isTouchPad(wheel))) return { kind: "pan", shift: { xScr: 0 - x, yScr: 0 - y } };
  const steps = wheel.ctrlKey ? clamp(y, -50, 50) * 0.01 : clamp(y, -240, 240) * 0.002;
  return { kind: "zoom", factor: Math.exp(-steps) };
}

/**
 * Tell whether a wheel event comes from two fingers on a touch pad: it goes sideways too, or in steps finer
 * than a wheel's notch.
 * @param {Wheel} wheel
 * @returns {boolean}
 */
function isTouchPad({ deltaX, deltaY, deltaMode, wheelDeltaY = 0 }) {
  if (deltaMode !== 0) return false;
  if (deltaX !== 0) return true;
  return Math.abs(deltaY) < FINE && wheelDeltaY % NOTCH !== 0;
}
