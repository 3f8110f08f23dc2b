import assert from "node:assert/strict";
import { test } from "node:test";
import {
  placeText,
  timeAgo,
  countOpen,
  hitPin,
  isAsking,
  pinPoint,
  pinsOf,
  withThread,
} from "../../../static/comments/threads.js";
import { box } from "../sample.js";

/** @param {number} number @param {Record<string, unknown>} [more] @returns {any} */
function thread(number, more = {}) {
  return {
    id: number * 10,
    uid: `u${number}`,
    author: "ann",
    text: "Look.",
    created_at: "2026-01-01T12:00:00Z",
    edited_at: null,
    deleted: false,
    number,
    x: 5,
    y: 6,
    box: null,
    needs_help: false,
    resolved_at: null,
    resolved_by: null,
    replies: [],
    ...more,
  };
}
const held = box("b", [10, 20, 30, 40]);
/** @param {string} id */
const boxOf = (id) => (id === "b" ? held : undefined);

test("a pin goes with its box, stays where the box was, and is none for the whole image", () => {
  assert.deepEqual(pinPoint(thread(1, { box: "b" }), boxOf), { x: 30, y: 20 });
  assert.deepEqual(pinPoint(thread(1, { box: "gone" }), boxOf), { x: 5, y: 6 });
  assert.equal(pinPoint(thread(1, { x: null, y: null }), boxOf), null);
});

test("resolved threads show a pin only while they are chosen", () => {
  const threads = [thread(1), thread(2, { resolved_at: "2026-01-02" }), thread(3, { needs_help: true })];
  assert.deepEqual(pinsOf(threads, boxOf, null).map(({ number, help }) => [number, help]), [[1, false], [3, true]]);
  assert.deepEqual(pinsOf(threads, boxOf, 20).map(({ number, resolved }) => [number, resolved]), [[1, false], [2, true], [3, false]]);
  assert.equal(countOpen(threads), 2);
});

test("a click meets the head of a pin at any zoom, the last drawn first, and nothing beside it", () => {
  const pins = pinsOf([thread(1), thread(2)], boxOf, null);
  for (const scale of [0.1, 1, 20]) {
    assert.equal(hitPin(pins, { x: 5, y: 6 - 18 / scale }, scale)?.number, 2);
    assert.equal(hitPin(pins, { x: 5 + 30 / scale, y: 6 - 18 / scale }, scale), undefined);
    assert.equal(hitPin(pins, { x: 5, y: 6 + 8 / scale }, scale), undefined);
  }
});

test("what asks is neither resolved nor deleted", () => {
  assert.ok(isAsking(thread(1, { needs_help: true })));
  assert.ok(!isAsking(thread(1, { needs_help: true, resolved_at: "2026-01-02" })));
  assert.ok(!isAsking(thread(1, { needs_help: true, deleted: true })));
});

test("a thread takes the place of its older self", () => {
  const threads = withThread([thread(1), thread(3)], thread(2));
  assert.deepEqual(threads.map(({ number }) => number), [1, 2, 3]);
  assert.equal(withThread(threads, thread(2, { text: "New." }))[1].text, "New.");
});

test("what a thread is about is said in words", () => {
  assert.equal(placeText(thread(1), boxOf), "x 5, y 6");
  assert.equal(placeText(thread(1, { x: null, y: null }), boxOf), "the whole image");
  assert.equal(placeText(thread(1, { box: "b" }), boxOf), "box scratch");
  assert.equal(placeText(thread(1, { box: "gone" }), boxOf), "a box that is gone");
});

test("time is said as a person says it, also with a clock that is an hour behind", () => {
  const now = Date.parse("2026-01-08T12:00:00Z");
  assert.equal(timeAgo("2026-01-08T11:59:50Z", now), "just now");
  assert.equal(timeAgo("2026-01-08T13:00:00Z", now), "just now");
  assert.equal(timeAgo("2026-01-08T11:59:00Z", now), "1 minute ago");
  assert.equal(timeAgo("2026-01-08T09:30:00Z", now), "2 hours ago");
  assert.equal(timeAgo("2026-01-06T12:00:00Z", now), "2 days ago");
  assert.doesNotMatch(timeAgo("2025-01-06T12:00:00Z", now), /ago/);
});

