import assert from "node:assert/strict";
import { test } from "node:test";
import { createBoxEditor } from "../../../static/boxes/box_editor.js";
import { box } from "../sample.js";
import { TYPES, makePlainCanvas } from "./plain_canvas.js";

function setUp({ boxes = [], mayEdit = true } = {}) {
  const said = [];
  const canvas = makePlainCanvas();
  const boxEditor = createBoxEditor({ types: TYPES, mayEdit: () => mayEdit, say: (text) => said.push(text), changed() {} });
  boxEditor.attach({ ...canvas, middle: () => ({ xmin: 40, ymin: 30, xmax: 60, ymax: 50 }) });
  boxEditor.store.replaceAll(boxes, "server");
  return { boxEditor, canvas, said, all: boxEditor.store.all };
}
const A = box("a", [10, 10, 20, 20], { grade: 3 });
const B = box("b", [30, 30, 40, 40], { defect_type: "pit" });

test("a type is given to every selected box, and takes away a grade that it does not have", () => {
  const { boxEditor, canvas, all, said } = setUp({ boxes: [A, B] });
  canvas.selectMany(["a", "b"]);
  boxEditor.chooseType("pit");
  assert.deepEqual(all().map(({ defect_type, grade }) => [defect_type, grade]), [["pit", null], ["pit", null]]);
  assert.equal(said.at(-1), "2 boxes are pit");
  boxEditor.undo();
  assert.deepEqual(all(), [A, B], "one step");
});

test("with nothing selected, type and grade are those of the next box, and the grade of one box only", () => {
  const { boxEditor, all } = setUp();
  boxEditor.chooseType("scratch");
  boxEditor.setGrade(2);
  boxEditor.drawInMiddle();
  assert.deepEqual(all().map(({ defect_type, grade }) => [defect_type, grade]), [["scratch", 2]]);
  assert.equal(boxEditor.nextGrade(), null);
});

test("a grade that the selected type does not have is refused with its reason", () => {
  const { boxEditor, canvas, all, said } = setUp({ boxes: [A, B] });
  canvas.select("b");
  boxEditor.setGrade(2);
  assert.equal(said.at(-1), "pit is not graded");
  canvas.select("a");
  boxEditor.setGrade(9);
  assert.equal(said.at(-1), "scratch has no grade 9");
  assert.deepEqual(all(), [A, B]);
});

test("a proposed grade is taken where the type has it", () => {
  const { boxEditor, canvas, all, said } = setUp({ boxes: [A, B] });
  canvas.selectMany(["a", "b"]);
  boxEditor.takeGrade(() => ({ level: 1 }));
  assert.deepEqual(all().map(({ grade }) => grade), [1, null]);
  assert.equal(said.at(-1), "Grade 1, as proposed");
});

test("a flag is set on all selected boxes first, and taken away when all have it", () => {
  const { boxEditor, canvas, all } = setUp({ boxes: [{ ...A, difficult: true }, B] });
  canvas.selectMany(["a", "b"]);
  boxEditor.toggleFlag("difficult");
  assert.deepEqual(all().map(({ difficult }) => difficult), [true, true]);
  boxEditor.toggleFlag("difficult");
  assert.deepEqual(all().map(({ difficult }) => difficult), [false, false]);
});

test("moves by key are one step of undo until the key goes up, and stop at the border", () => {
  const { boxEditor, canvas, all } = setUp({ boxes: [A] });
  canvas.select("a");
  for (let step = 0; step < 15; step += 1) boxEditor.nudge(-1, 0);
  assert.deepEqual([all()[0].xmin, all()[0].xmax], [0, 10]);
  boxEditor.endNudge();
  boxEditor.stretch(5, 0);
  assert.equal(all()[0].xmax, 15);
  boxEditor.undo();
  boxEditor.undo();
  assert.deepEqual(all(), [A]);
});

test("walking goes through the boxes that are shown, and ends at the end of the list", () => {
  const { boxEditor, canvas } = setUp({ boxes: [A, B, box("c", [1, 1, 2, 2])] });
  boxEditor.toggleHidden("pit");
  assert.equal(boxEditor.walk(1), true);
  assert.equal(canvas.selected(), "a");
  assert.equal(boxEditor.walk(1), true);
  assert.equal(canvas.selected(), "c");
  assert.equal(boxEditor.walk(1), false);
  assert.equal(canvas.selected(), null);
});

test("only the current type is shown, then all again; a new box shows its type", () => {
  const { boxEditor, canvas } = setUp({ boxes: [A, B] });
  boxEditor.showOnly();
  assert.deepEqual([...canvas.hiddenTypes()].sort(), ["old", "pit"]);
  boxEditor.put([box("n", [0, 0, 5, 5], { defect_type: "pit" })], "pasted");
  assert.deepEqual([...canvas.hiddenTypes()], ["old"]);
  boxEditor.showOnly();
  assert.deepEqual([...canvas.hiddenTypes()], []);
});

test("nothing is changed while the image may not be edited, nor while a gesture goes on", () => {
  const { boxEditor, canvas, all } = setUp({ boxes: [A], mayEdit: false });
  canvas.select("a");
  boxEditor.setGrade(1);
  boxEditor.chooseType("pit");
  boxEditor.remove();
  assert.deepEqual(all(), [A]);
  const busy = setUp({ boxes: [A] });
  busy.canvas.select("a");
  busy.canvas.setBusy(true);
  busy.boxEditor.remove();
  assert.deepEqual(busy.all(), [A]);
  assert.match(busy.said.at(-1), /Finish what you are drawing/);
});
