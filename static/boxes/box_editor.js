// @ts-check
// The work on one image's boxes: what a person can do to them, by key, by panel or on the canvas. All of it
// works on every selected box. The label page and the review page share it.
import { POSES, makeBox } from "./boxes.js";
import { cutToImage, isBox, moved, sharedDrag, toWholePixels } from "./geometry.js";
import { createHistory } from "./history.js";
import { createStore } from "./store.js";
import { countOf, describeBox } from "../ui/messages.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./types.js").DefectType} DefectType */
/** @typedef {import("../canvas/canvas.js").Canvas} Canvas */

/**
 * @typedef {object} BoxEditor
 * @property {import("./store.js").Store} store
 * @property {import("./history.js").History} history
 * @property {(canvas: Canvas) => void} attach
 * @property {(name: string) => DefectType | undefined} typeOf
 * @property {() => string | null} currentType
 * @property {() => number | null} nextGrade
 * @property {() => Box | undefined} selectedBox    the one that was selected last
 * @property {() => Box[]} selectedBoxes
 * @property {(name: string) => void} chooseType    of the selected boxes, and of the next one
 * @property {(grade: number | null) => void} setGrade
 * @property {(adviceOf: (box: Box) => {level: number} | null) => void} takeGrade  of the selected boxes
 * @property {(flag: "difficult" | "truncated" | "occluded") => void} toggleFlag
 * @property {(pose: string) => void} setPose
 * @property {() => void} nextPose
 * @property {() => void} remove
 * @property {(dx: number, dy: number) => void} nudge
 * @property {(dx: number, dy: number) => void} stretch   moves the right and bottom sides
 * @property {() => void} endNudge
 * @property {(step: 1 | -1) => boolean} walk       false at the end of the list
 * @property {() => void} selectAll
 * @property {(boxes: readonly Box[], word: string) => void} put   new boxes, selected; one step of undo
 * @property {(name: string) => void} toggleHidden  the boxes of a type
 * @property {() => void} showOnly                  the boxes of the current type, or all again
 * @property {(rect: Rect) => Box | null} makeBox
 * @property {() => void} drawInMiddle
 * @property {() => boolean} isFree                 says so when the image cannot be changed just now
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} reset                     for another image
 */

/**
 * @param {object} parts
 * @param {readonly DefectType[]} parts.types
 * @param {() => boolean} parts.mayEdit
 * @param {(text: string) => void} parts.say
 * @param {() => void} parts.changed   something that the panel shows is different
 * @returns {BoxEditor}
 */
export function createBoxEditor({ types, mayEdit, say, changed }) {
  const store = createStore();
  const history = createHistory(store);
  const byName = new Map(types.map((type) => [type.name, type]));
  /** @type {Canvas} */
  let canvas;
  let current = types.find(({ archived }) => !archived)?.name ?? null;
  /** @type {number | null} */
  let nextGrade = null;
  let nudges = 0;
  let nudging = false;

  const typeOf = (/** @type {string} */ name) => byName.get(name);
  const selectedBoxes = () => canvas.selection().flatMap((id) => store.get(id) ?? []);
  const selectedBox = () => store.get(canvas.selected());
  /** @param {string | null} name */
  function gradesOf(name) {
    const type = name === null ? undefined : typeOf(name);
    return type?.graded ? type.grades : [];
  }
  const hasGrade = (/** @type {string} */ name, /** @type {number | null} */ grade) =>
    gradesOf(name).some(({ level }) => level === grade);

  /** @returns {Box[]} the boxes that a key is meant for */
  const targets = () => (mayEdit() && !canvas.sketching() ? selectedBoxes() : []);

  function isFree() {
    if (!mayEdit()) return false;
    if (canvas.busy()) say("Finish what you are drawing or moving first, or cancel it with Esc.");
    return !canvas.busy();
  }

  /**
   * Write to every selected box, as one step.
   * @param {(box: Box) => Partial<Box> | null} patchOf null leaves a box as it is
   * @returns {Box[]} those that it was meant for
   */
  function change(patchOf) {
    const boxes = targets();
    const patches = boxes.flatMap((box) => {
      const patch = patchOf(box);
      return patch ? [/** @type {[string, Partial<Box>]} */ ([box.id, patch])] : [];
    });
    if (patches.length > 0) store.updateMany(new Map(patches));
    return boxes;
  }

  /** @param {string} name */
  function chooseType(name) {
    current = name;
    if (!hasGrade(name, nextGrade)) nextGrade = null;
    const boxes = change((box) =>
      box.defect_type === name ? null : { defect_type: name, grade: hasGrade(name, box.grade) ? box.grade : null },
    );
    show(name);
    say(boxes.length === 0 ? `Next box: ${name}` : `${theBoxes(boxes)} ${boxes.length === 1 ? "is" : "are"} ${name}`);
    changed();
  }

  /** @param {number | null} grade */
  function setGrade(grade) {
    if (!mayEdit()) return;
    const boxes = targets();
    const names = boxes.length > 0 ? [...new Set(boxes.map(({ defect_type }) => defect_type))] : current ? [current] : [];
    const name = names.find((known) => grade === null || hasGrade(known, grade));
    if (name === undefined) {
      const [first] = names;
      if (first) say(gradesOf(first).length ? `${first} has no grade ${grade}` : `${first} is not graded`);
      return;
    }
    if (boxes.length === 0) nextGrade = grade;
    change((box) => (grade === null || hasGrade(box.defect_type, grade) ? { grade } : null));
    const level = gradesOf(name).find((known) => known.level === grade);
    const left = boxes.filter((box) => grade !== null && !hasGrade(box.defect_type, grade)).length;
    say((level ? `Grade ${level.level}: ${level.name}` : "No grade") + (left ? `; ${countOf(left, "box has", "boxes have")} no such grade` : ""));
    changed();
  }

  /** @param {Rect} rect @returns {Box | null} */
  function make(rect) {
    if (current === null) {
      say("This project has no defect types yet; add them in its settings.");
      return null;
    }
    return makeBox(rect, current, { grade: nextGrade });
  }

  /** @param {(boxes: Box[]) => Rect[]} change new places, in the same order */
  function adjust(change) {
    if (!isFree()) return;
    const boxes = targets();
    if (boxes.length === 0) return;
    if (!nudging) nudges += 1;
    nudging = true;
    const rects = change(boxes).flatMap((rect, index) =>
      isBox(rect) ? [/** @type {[string, Rect]} */ ([boxes[index].id, rect])] : [],
    );
    store.updateMany(new Map(rects), `nudge ${nudges}`);
  }

  /** @param {"undo" | "redo"} way */
  function travel(way) {
    if (!isFree()) return;
    if (!history[way]()) say(`Nothing to ${way}`);
    changed();
  }

  /** @param {string} name boxes of a type that is worked on are seen */
  function show(name) {
    const hidden = new Set(canvas.hiddenTypes());
    if (hidden.delete(name)) canvas.hideTypes(hidden);
  }

  store.subscribe(({ created, origin }) => {
    if (created.length > 0 && origin === "person") {
      // A grade that was chosen before drawing is meant for one box.
      nextGrade = null;
      for (const name of new Set(created.map(({ box }) => box.defect_type))) show(name);
    }
    changed();
  });

  return {
    store,
    history,
    attach: (made) => void (canvas = made),
    typeOf,
    currentType: () => current,
    nextGrade: () => nextGrade,
    selectedBox,
    selectedBoxes,
    chooseType,
    setGrade,
    takeGrade(adviceOf) {
      const levels = new Map(targets().flatMap((box) => {
        const level = adviceOf(box)?.level;
        return level !== undefined && hasGrade(box.defect_type, level) ? [[box.id, level]] : [];
      }));
      change(({ id }) => (levels.has(id) ? { grade: levels.get(id) } : null));
      const [level] = levels.values();
      if (levels.size > 1) say(`${levels.size} boxes took their proposed grade`);
      else say(level === undefined ? "No grade is proposed for what is selected." : `Grade ${level}, as proposed`);
      changed();
    },
    toggleFlag(flag) {
      const on = !targets().every((box) => box[flag]);
      const boxes = change(() => ({ [flag]: on }));
      if (boxes.length > 0) say(on ? `Marked ${flag}` : `Not ${flag}`);
    },
    setPose(pose) {
      if (change(() => ({ pose })).length > 0) say(`Pose: ${pose}`);
    },
    nextPose() {
      const box = targets().at(-1);
      if (!box) return;
      const pose = POSES[(POSES.indexOf(box.pose) + 1) % POSES.length];
      change(() => ({ pose }));
      say(`Pose: ${pose}`);
    },
    remove() {
      if (!isFree()) return;
      const boxes = targets();
      if (boxes.length === 0) {
        say("No box is selected.");
        return;
      }
      store.removeMany(boxes.map(({ id }) => id));
      say(boxes.length === 1 ? `Deleted ${boxes[0].defect_type}` : `Deleted ${boxes.length} boxes`);
    },
    nudge: (dx, dy) =>
      adjust((boxes) => {
        const shared = sharedDrag(boxes, { x: dx, y: dy }, canvas.size());
        return boxes.map((box) => moved(box, shared, canvas.size()));
      }),
    stretch: (dx, dy) =>
      adjust((boxes) =>
        boxes.map((box) => cutToImage({ ...box, xmax: box.xmax + dx, ymax: box.ymax + dy }, canvas.size())),
      ),
    endNudge: () => void (nudging = false),
    walk(step) {
      const hidden = canvas.hiddenTypes();
      const boxes = store.all().filter(({ defect_type }) => !hidden.has(defect_type));
      const index = boxes.findIndex(({ id }) => id === canvas.selected());
      const next = boxes[index < 0 ? (step > 0 ? 0 : boxes.length - 1) : index + step];
      canvas.select(next?.id ?? null);
      if (!next) return false;
      canvas.reveal(next);
      say(describeBox(next, typeOf(next.defect_type)));
      return true;
    },
    selectAll() {
      const hidden = canvas.hiddenTypes();
      const boxes = store.all().filter(({ defect_type }) => !hidden.has(defect_type));
      canvas.selectMany(boxes.map(({ id }) => id));
      say(boxes.length === 0 ? "There is no box to select." : `${countOf(boxes.length, "box", "boxes")} selected`);
    },
    put(boxes, word) {
      store.createMany(boxes);
      canvas.selectMany(boxes.map(({ id }) => id));
      say(`${countOf(boxes.length, "box", "boxes")} ${word}`);
    },
    toggleHidden(name) {
      const hidden = new Set(canvas.hiddenTypes());
      if (!hidden.delete(name)) hidden.add(name);
      canvas.hideTypes(hidden);
      say(hidden.has(name) ? `${name} is hidden` : `${name} is shown`);
      changed();
    },
    showOnly() {
      const others = types.map(({ name }) => name).filter((name) => name !== current);
      const hidden = canvas.hiddenTypes().size > 0 ? [] : others;
      canvas.hideTypes(new Set(hidden));
      say(hidden.length > 0 ? `Only ${current} is shown` : "All types are shown");
      changed();
    },
    makeBox: make,
    drawInMiddle() {
      const rect = toWholePixels(cutToImage(canvas.middle(), canvas.size()));
      const box = isFree() && isBox(rect) ? make(rect) : null;
      if (!box) return;
      store.create(box);
      canvas.select(box.id);
    },
    isFree,
    undo: () => travel("undo"),
    redo: () => travel("redo"),
    reset() {
      canvas.cancel();
      canvas.select(null);
      history.clear();
      nextGrade = null;
      nudging = false;
    },
  };
}

/** @param {readonly Box[]} boxes */
function theBoxes(boxes) {
  return boxes.length === 1 ? "The box" : `${boxes.length} boxes`;
}
