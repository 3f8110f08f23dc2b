import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnnouncer } from "../../../static/panel/announcer.js";
import { box } from "../sample.js";

function setUp() {
  const place = { textContent: "" };
  /** @type {(() => void) | null} */
  let waiting = null;
  const announcer = createAnnouncer({
    place: /** @type {any} */ (place),
    typeOf: () => undefined,
    later: (call) => (waiting = call),
    cancelLater: () => (waiting = null),
  });
  const rest = () => {
    waiting?.();
    waiting = null;
    return place.textContent;
  };
  return { announcer, rest };
}

test("the selected box is read out with its place and number, once it rests", () => {
  const { announcer, rest } = setUp();
  const [a, b] = [box("a", [0, 0, 5, 5]), box("b", [10, 12, 30, 40], { grade: 2 })];
  announcer.update({ box: null, boxes: [a, b] });
  assert.equal(rest(), "", "nothing was selected, nothing is said");
  announcer.update({ box: b, boxes: [a, b] });
  const moved = { ...b, xmin: 11, xmax: 31 };
  announcer.update({ box: moved, boxes: [a, moved] });
  assert.equal(rest(), "scratch, grade 2, 20 by 28 pixels, at x 11, y 12. Box 2 of 2.");
  announcer.update({ box: null, boxes: [a, moved] });
  assert.equal(rest(), "No box selected, 2 boxes");
  announcer.update({ box: a, boxes: [a, moved] });
  announcer.update({ box: null, boxes: [moved] });
  assert.equal(rest(), "Box gone, 1 box");
  announcer.update({ box: null, boxes: [a, b, moved], selected: 2 });
  assert.equal(rest(), "2 of 3 boxes selected");
});
