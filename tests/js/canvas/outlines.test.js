import assert from "node:assert/strict";
import { test } from "node:test";
import { createSelection } from "../../../static/boxes/selection.js";
import { paintBoxes } from "../../../static/canvas/outlines.js";
import { box } from "../sample.js";

const SIZE = { width: 200, height: 200 };
const COLORS = { a: "#00000a", b: "#00000b", c: "#00000c" };

// A tag is drawn on a canvas of its own; here that canvas draws nothing.
const blank = new Proxy({}, { get: (_, name) => (name === "measureText" ? () => ({ width: 10 }) : () => {}), set: () => true });
Object.assign(globalThis, { window: {}, document: { createElement: () => ({ getContext: () => blank }) } });

/** Paint boxes and answer their colored outlines, in the order in which they were drawn. */
function paint(/** @type {any[]} */ boxes, { selected = [], hovered = /** @type {string | null} */ (null), drafts = [] } = {}) {
  const drawn = [];
  const tags = [];
  let handles = 0;
  const context = /** @type {any} */ ({
    strokeStyle: "",
    setLineDash() {},
    fillRect() {},
    strokeRect: (left, top, width, height) => drawn.push([context.strokeStyle, left, top, width, height]),
    rect: () => (handles += 1),
    beginPath() {},
    fill() {},
    stroke() {},
    drawImage: (...values) => tags.push(values),
  });
  const selection = createSelection();
  selection.set(selected);
  const get = (id) => boxes.find((item) => item.id === id);
  const styleOf = (item) => ({ color: COLORS[item.id], dashed: false, tag: [] });
  const gesture = { drafts, band: null, marks: [] };
  const view = { scale: 2, leftScr: 5, topScr: 7 };
  paintBoxes(context, SIZE, { view, boxes, gesture, get, selection, hovered, styleOf, tags: false });
  return { outlines: drawn.filter(([style]) => Object.values(COLORS).includes(style)), handles, tags };
}
const A = box("a", [10, 20, 30, 40]);
const B = box("b", [50, 50, 60, 60]);

test("boxes are drawn in their order, each at its place on the canvas", () => {
  const { outlines } = paint([A, B]);
  assert.deepEqual(outlines, [
    [COLORS.a, 25, 47, 40, 40],
    [COLORS.b, 105, 107, 20, 20],
  ]);
});

test("a box that is pointed at is drawn above the others", () => {
  const { outlines } = paint([A, B], { hovered: "a" });
  assert.deepEqual(outlines.map(([style]) => style), [COLORS.b, COLORS.a]);
});

test("a box that is being changed is drawn where it will be, not where it was", () => {
  const { outlines } = paint([A, B], { drafts: [{ ...A, xmin: 0 }] });
  assert.deepEqual(outlines.filter(([style]) => style === COLORS.a).map(([, left]) => left), [5]);
});

test("the one selected box has its eight handles and its tag; several selected ones have no handles", () => {
  const one = paint([A, B], { selected: ["b"] });
  assert.deepEqual([one.handles, one.tags.length], [8, 1]);
  const two = paint([A, B], { selected: ["b", "a"] });
  assert.deepEqual([two.handles, two.tags.length], [0, 2]);
  assert.deepEqual(two.outlines.map(([style]) => style), [COLORS.b, COLORS.a], "the one selected last lies on top");
});
