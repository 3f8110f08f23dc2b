import assert from "node:assert/strict";
import { test } from "node:test";
import { adopted, createBoxClipboard } from "../../../static/boxes/clipboard.js";
import { createBoxEditor } from "../../../static/boxes/box_editor.js";
import { box } from "../sample.js";
import { TYPES, makePlainCanvas } from "./plain_canvas.js";

function makeStorage(content = {}) {
  return {
    content,
    getItem: (name) => content[name] ?? null,
    setItem: (name, value) => void (content[name] = value),
    removeItem: (name) => void delete content[name],
  };
}

function setUp({ boxes = [], storage = makeStorage(), types = TYPES } = {}) {
  const said = [];
  const say = (text) => said.push(text);
  const boxEditor = createBoxEditor({ types, mayEdit: () => true, say, changed() {} });
  const canvas = makePlainCanvas();
  boxEditor.attach(canvas);
  boxEditor.store.replaceAll(boxes, "server");
  const clipboard = createBoxClipboard({ boxEditor, size: canvas.size, mayEdit: () => true, say, storage, owner: "anna.steel" });
  clipboard.opened({ id: 1, name: "one.png" });
  return { boxEditor, canvas, clipboard, said, storage };
}

const placesOf = (boxEditor) => boxEditor.store.all().map(({ xmin, ymin, xmax, ymax }) => [xmin, ymin, xmax, ymax]);

test("copied boxes are pasted on another image with new ids, and belong to the person", () => {
  const { boxEditor, canvas, clipboard } = setUp({ boxes: [box("a", [10, 10, 30, 30], { grade: 2, difficult: true, origin: "model", score: 0.5 })] });
  canvas.select("a");
  clipboard.copy();
  boxEditor.reset();
  boxEditor.store.replaceAll([], "server");
  clipboard.paste();
  const [pasted] = boxEditor.store.all();
  assert.deepEqual(placesOf(boxEditor), [[10, 10, 30, 30]]);
  assert.equal(pasted.grade, 2);
  assert.equal(pasted.difficult, true);
  assert.notEqual(pasted.id, "a");
  assert.equal(pasted.origin, undefined);
  assert.deepEqual(canvas.selection(), [pasted.id]);
});

test("what is copied reaches another tab of the same browser", () => {
  const storage = makeStorage();
  const here = setUp({ boxes: [box("a", [10, 10, 30, 30])], storage });
  here.canvas.select("a");
  here.clipboard.copy();
  const there = setUp({ storage });
  there.clipboard.paste();
  assert.deepEqual(placesOf(there.boxEditor), [[10, 10, 30, 30]]);
});

test("a copy that would lie on its original is put aside, again and again", () => {
  const { boxEditor, canvas, clipboard } = setUp({ boxes: [box("a", [10, 10, 30, 30])] });
  canvas.select("a");
  clipboard.copy();
  clipboard.paste();
  clipboard.paste();
  canvas.select("a");
  clipboard.duplicate();
  assert.deepEqual(placesOf(boxEditor), [
    [10, 10, 30, 30],
    [20, 20, 40, 40],
    [30, 30, 50, 50],
    [40, 40, 60, 60],
  ]);
});

test("pasting, doubling and cutting are one step of undo each, for all boxes together", () => {
  const start = [box("a", [10, 10, 30, 30]), box("b", [40, 10, 50, 20])];
  const { boxEditor, canvas, clipboard } = setUp({ boxes: start });
  canvas.selectMany(["a", "b"]);
  clipboard.duplicate();
  assert.equal(boxEditor.store.all().length, 4);
  boxEditor.undo();
  assert.deepEqual(boxEditor.store.all(), start);
  canvas.selectMany(["a", "b"]);
  clipboard.cut();
  assert.equal(boxEditor.store.all().length, 0);
  boxEditor.undo();
  assert.deepEqual(boxEditor.store.all(), start);
});

test("pasted boxes are shifted into a smaller image, and cut where they are too large", () => {
  const typeOf = (name) => TYPES.find((type) => type.name === name);
  const size = { width: 50, height: 40 };
  const placed = (corners) => {
    const made = adopted(box("a", corners), typeOf, size);
    return made && [made.xmin, made.ymin, made.xmax, made.ymax];
  };
  assert.deepEqual(placed([90, 10, 110, 30]), [30, 10, 50, 30]);
  assert.deepEqual(placed([10, 10, 110, 30]), [0, 10, 50, 30]);
  assert.deepEqual(placed([-20, 35, -10, 60]), [0, 15, 10, 40]);
});

test("what is no box, or of a type that is not offered here, is left out in words", () => {
  const typeOf = (name) => TYPES.find((type) => type.name === name);
  const size = { width: 50, height: 40 };
  for (const raw of [null, 3, {}, box("a", [1, 1, 1, 9]), box("a", [9, 9, 1, 1]), { ...box("a", [1, 1, 9, 9]), xmin: "1" }]) {
    assert.equal(adopted(raw, typeOf, size), null);
  }
  assert.equal(adopted(box("a", [1, 1, 9, 9], { defect_type: "old" }), typeOf, size), null);
  assert.equal(adopted(box("a", [1, 1, 9, 9], { grade: 7 }), typeOf, size)?.grade, null);
  const { clipboard, said } = setUp({ storage: makeStorage({ "blemish.copied": "{broken" }) });
  clipboard.paste();
  assert.match(said.at(-1), /Nothing was copied/);
});

test("the boxes of the image before are taken over by one key, and only once", () => {
  const { boxEditor, clipboard, said } = setUp({ boxes: [box("a", [10, 10, 30, 30]), box("b", [40, 10, 50, 20])] });
  clipboard.leaving();
  boxEditor.reset();
  clipboard.opened({ id: 2, name: "two.png" });
  boxEditor.store.replaceAll([box("c", [10, 10, 30, 30])], "server");
  clipboard.takeOver();
  assert.deepEqual(placesOf(boxEditor), [
    [10, 10, 30, 30],
    [40, 10, 50, 20],
  ]);
  clipboard.takeOver();
  assert.equal(boxEditor.store.all().length, 2);
  assert.match(said.at(-1), /here already/);
});

test("a page that is loaded again still knows the image before, and not itself", () => {
  const storage = makeStorage();
  const first = setUp({ boxes: [box("a", [10, 10, 30, 30])], storage });
  first.clipboard.leaving();
  first.clipboard.opened({ id: 2, name: "two.png" });
  first.boxEditor.store.replaceAll([], "server");
  first.clipboard.leaving();
  const again = setUp({ storage });
  again.clipboard.opened({ id: 2, name: "two.png" });
  again.clipboard.takeOver();
  assert.deepEqual(placesOf(again.boxEditor), [[10, 10, 30, 30]]);
});

test("nothing is pasted into a gesture that goes on", () => {
  const { boxEditor, canvas, clipboard, said } = setUp({ boxes: [box("a", [10, 10, 30, 30])] });
  canvas.select("a");
  clipboard.copy();
  canvas.setBusy(true);
  clipboard.paste();
  boxEditor.remove();
  boxEditor.undo();
  boxEditor.nudge(1, 0);
  assert.deepEqual(placesOf(boxEditor), [[10, 10, 30, 30]]);
  assert.equal(said.filter((text) => /Finish what you are drawing/.test(text)).length, 4);
});

test("a browser that denies storage copies within the page", () => {
  const { canvas, clipboard, boxEditor } = setUp({ boxes: [box("a", [10, 10, 30, 30])], storage: /** @type {any} */ (null) });
  canvas.select("a");
  clipboard.copy();
  clipboard.paste();
  assert.equal(boxEditor.store.all().length, 2);
});

test("type, grade, marks, pose and nudges go to every selected box, each as one step", () => {
  const start = [box("a", [0, 10, 20, 30]), box("b", [40, 10, 50, 20], { defect_type: "pit" }), box("c", [60, 60, 70, 70])];
  const { boxEditor, canvas, said } = setUp({ boxes: start });
  canvas.selectMany(["a", "b"]);
  boxEditor.setGrade(2);
  assert.deepEqual(boxEditor.store.all().map(({ grade }) => grade), [2, null, null]);
  assert.match(said.at(-1), /1 box has no such grade/);
  boxEditor.chooseType("pit");
  boxEditor.toggleFlag("occluded");
  boxEditor.nextPose();
  boxEditor.nudge(-5, 3);
  const [a, b, c] = boxEditor.store.all();
  assert.deepEqual([a.defect_type, a.grade, a.occluded, a.pose, a.xmin, a.ymin], ["pit", null, true, "Frontal", 0, 13]);
  assert.deepEqual([b.defect_type, b.occluded, b.pose, b.xmin, b.ymin], ["pit", true, "Frontal", 40, 13]);
  assert.equal(c, start[2]);
  for (let step = 0; step < 5; step += 1) boxEditor.undo();
  assert.deepEqual(boxEditor.store.all(), start);
});

test("a mark that only some have is given to all first", () => {
  const { boxEditor, canvas } = setUp({ boxes: [box("a", [0, 0, 9, 9], { difficult: true }), box("b", [20, 0, 29, 9])] });
  canvas.selectMany(["a", "b"]);
  boxEditor.toggleFlag("difficult");
  assert.deepEqual(boxEditor.store.all().map(({ difficult }) => difficult), [true, true]);
  boxEditor.toggleFlag("difficult");
  assert.deepEqual(boxEditor.store.all().map(({ difficult }) => difficult), [false, false]);
});

test("a grade that was chosen before drawing is meant for one box", () => {
  const { boxEditor } = setUp();
  boxEditor.setGrade(3);
  const made = boxEditor.makeBox({ xmin: 1, ymin: 1, xmax: 9, ymax: 9 });
  assert.equal(made?.grade, 3);
  if (made) boxEditor.store.create(made);
  assert.equal(boxEditor.nextGrade(), null);
});

test("a hidden type comes back when a box of it is made", () => {
  const { boxEditor, canvas } = setUp();
  boxEditor.toggleHidden("scratch");
  assert.ok(canvas.hiddenTypes().has("scratch"));
  boxEditor.store.create(box("new", [0, 0, 9, 9]));
  assert.equal(canvas.hiddenTypes().size, 0);
});
