// @ts-check
// The threads of an image as values: where their pins are, which one a click meets, how they are said.
import { lengthOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Point} Point */

/**
 * @typedef {object} Reply
 * @property {number} id
 * @property {string} uid            uuid made by the client
 * @property {string | null} author  null when the person is gone
 * @property {string} text
 * @property {string} created_at
 * @property {string | null} edited_at
 * @property {boolean} deleted       its words were taken back; the answers stay
 */

/**
 * A first comment with its place in image pixels (null: the image as a whole), its replies and its end.
 * @typedef {Reply & {number: number, x: number | null, y: number | null, box: string | null,
 *   needs_help: boolean, resolved_at: string | null, resolved_by: string | null, replies: Reply[]}} Thread
 */

/** @typedef {{id: number, number: number, point: Point, help: boolean, resolved: boolean}} Pin */

/** The pin stands on its point like a needle: the middle of its head is this far above. */
export const HEAD_SCR = 18;
export const RADIUS_SCR = 12;

/**
 * Find where the pin of a thread stands: on the corner of its box, else on its place.
 * @param {Pick<Thread, "x" | "y" | "box">} thread
 * @param {(id: string) => Box | undefined} boxOf
 * @returns {Point | null} null for the image as a whole
 */
export function pinPoint({ x, y, box }, boxOf) {
  const held = box === null ? undefined : boxOf(box);
  if (held) return { x: held.xmax, y: held.ymin };
  return x === null || y === null ? null : { x, y };
}

/**
 * Give the pins to draw: open threads, and the chosen one whatever it is.
 * @param {readonly Thread[]} threads
 * @param {(id: string) => Box | undefined} boxOf
 * @param {number | null} chosen
 * @returns {Pin[]}
 */
export function pinsOf(threads, boxOf, chosen) {
  return threads.flatMap((thread) => {
    const point = pinPoint(thread, boxOf);
    const resolved = thread.resolved_at !== null;
    if (!point || (resolved && thread.id !== chosen)) return [];
    return [{ id: thread.id, number: thread.number, point, help: isAsking(thread), resolved }];
  });
}

/**
 * Find the pin under a point; the one drawn last wins.
 * @param {readonly Pin[]} pins
 * @param {Point} point  in image pixels
 * @param {number} scale screen pixels per image pixel
 * @returns {Pin | undefined}
 */
export function hitPin(pins, point, scale) {
  return pins.findLast((pin) => {
    const dxScr = (point.x - pin.point.x) * scale;
    const dyScr = (point.y - pin.point.y) * scale;
    const onHead = Math.hypot(dxScr, dyScr + HEAD_SCR) <= RADIUS_SCR + 2;
    return onHead || (Math.abs(dxScr) <= 5 && dyScr <= 2 && dyScr >= -HEAD_SCR);
  });
}

/** @param {Thread} thread @returns {boolean} whether it asks a reviewer, now */
export function isAsking(thread) {
  return thread.needs_help && thread.resolved_at === null && !thread.deleted;
}

/** @param {readonly Thread[]} threads @returns {number} */
export function countOpen(threads) {
  return threads.filter(({ resolved_at }) => resolved_at === null).length;
}

/**
 * Put a thread in the place of its older self, or among the others by its number.
 * @param {readonly Thread[]} threads
 * @param {Thread} thread
 * @returns {Thread[]}
 */
export function withThread(threads, thread) {
  const others = threads.filter(({ id }) => id !== thread.id);
  return [...others, thread].sort((a, b) => a.number - b.number);
}

/**
 * Say what a thread is about.
 * @param {Pick<Thread, "x" | "y" | "box">} thread
 * @param {(id: string) => Box | undefined} boxOf
 * @returns {string}
 */
export function placeText({ x, y, box }, boxOf) {
  if (box !== null) {
    const held = boxOf(box);
    return held ? `box ${held.defect_type}` : "a box that is gone";
  }
  return x === null || y === null ? "the whole image" : `x ${lengthOf(x)}, y ${lengthOf(y)}`;
}

const STEPS = /** @type {const} */ ([
  [60, "minute"],
  [3600, "hour"],
  [86400, "day"],
]);

/**
 * Say how long ago something was; a clock that is behind says "just now".
 * @param {string} iso
 * @param {number} [now] milliseconds
 * @returns {string} such as "5 minutes ago", or a date after a week
 */
export function timeAgo(iso, now = Date.now()) {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (!(seconds >= 60)) return "just now";
  if (seconds >= 7 * 86400) return new Date(iso).toLocaleDateString(undefined, { dateStyle: "medium" });
  const [length, word] = STEPS.findLast(([least]) => seconds >= least) ?? STEPS[0];
  const count = Math.floor(seconds / length);
  return `${count} ${word}${count === 1 ? "" : "s"} ago`;
}
