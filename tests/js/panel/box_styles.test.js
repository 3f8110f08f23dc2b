import assert from "node:assert/strict";
import { test } from "node:test";
import { createBoxStyles } from "../../../static/panel/box_styles.js";
import { box } from "../sample.js";

const type = { id: 1, name: "scratch", color: "#E69F00", hotkey: "s", graded: true, grades: [{ level: 1, name: "", criteria: "", weight: 0.2 }, { level: 2, name: "", criteria: "", weight: 1 }] };

function setUp(scores = true) {
  let asked = 0;
  const styleOf = createBoxStyles({
    typeOf: (name) => (name === "scratch" ? type : undefined),
    isProposal: (item) => ((asked += 1), item.origin === "model"),
    scores,
    rampColor: (severity) => `ramp ${severity}`,
  });
  return { styleOf, asked: () => asked };
}

test("a tag says type and grade, and score and severity never look alike", () => {
  const { styleOf } = setUp();
  const style = styleOf(box("a", [0, 0, 1, 1], { grade: 2, score: 0.4, origin: "model", difficult: true }));
  assert.deepEqual(style.tag.map(({ kind, text }) => `${kind}: ${text}`), ["type: scratch · 2 (difficult)", "score: score 0.40", "severity: severity 1.00"]);
  assert.equal(style.dashed, true);
  assert.equal(style.color, "#E69F00");
});

test("where scores are not shown, the tag is the type alone", () => {
  const { styleOf } = setUp(false);
  assert.equal(styleOf(box("a", [0, 0, 1, 1], { grade: 2, score: 0.4 })).tag.length, 1);
  assert.equal(styleOf(box("b", [0, 0, 1, 1], { defect_type: "unknown" })).color, "#999999");
});

test("a box's style is worked out once, for as long as the box is the same value", () => {
  const { styleOf, asked } = setUp();
  const one = box("a", [0, 0, 1, 1]);
  assert.equal(styleOf(one), styleOf(one));
  assert.equal(asked(), 1);
  styleOf({ ...one });
  assert.equal(asked(), 2);
});
