// @ts-check
// The work on one image's boxes: what a person can do to them, by key, by panel or on the canvas. The
// label page and the review page share it.
import { makeBox } from "./boxes.js";
import { cutToImage, isBox, moved, toWholePixels } from "./geometry.js";
import { createHistory } from "./history.js";
import { createStore } from "./store.js";
import { describeBox } from "./words.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./types.js").DefectType} DefectType */
/** @typedef {import("./stage.js").Stage} Stage */

/**
 * @typedef {object} Desk
 * @property {import("./store.js").Store} store
 * @property {import("./history.js").History} history
 * @property {(stage: Stage) => void} attach
 * @property {(name: string) => DefectType | undefined} typeOf
 * @property {() => string | null} currentType
 * @property {() => number | null} nextGrade
 * @property {() => Box | undefined} selectedBox
 * @property {(name: string) => void} chooseType    of the selected box, and of the next one
 * @property {(grade: number | null) => void} setGrade
 * @property {(flag: "difficult" | "truncated" | "occluded") => void} toggleFlag
 * @property {() => void} remove
 * @property {(dx: number, dy: number) => void} nudge
 * @property {(dx: number, dy: number) => void} stretch   moves the right and bottom sides
 * @property {() => void} endNudge
 * @property {(step: 1 | -1) => boolean} walk       false at the end of the list
 * @property {(rect: Rect) => Box | null} makeBox
 * @property {() => void} drawInMiddle
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
 * @returns {Desk}
 */
export function createDesk({ types, mayEdit, say, changed }) {
  const store = createStore();
  const history = createHistory(store);
  const byName = new Map(types.map((type) => [type.name, type]));
  /** @type {Stage} */
  let stage;
  let current = types.find(({ archived }) => !archived)?.name ?? null;
  /** @type {number | null} */
  let nextGrade = null;
  let nudges = 0;
  let nudging = false;

  const typeOf = (/** @type {string} */ name) => byName.get(name);
  const selectedBox = () => store.get(stage.selected());
  /** @param {string | null} name */
  function gradesOf(name) {
    const type = name === null ? undefined : typeOf(name);
    return type?.graded ? type.grades : [];
  }
  const hasGrade = (/** @type {string} */ name, /** @type {number | null} */ grade) =>
    gradesOf(name).some(({ level }) => level === grade);

  /** @returns {Box | null} the box that a key is meant for */
  function target() {
    if (!mayEdit() || stage.sketching()) return null;
    return selectedBox() ?? null;
  }

  /** @param {string} name */
  function chooseType(name) {
    const box = target();
    current = name;
    if (!hasGrade(name, nextGrade)) nextGrade = null;
    if (box && box.defect_type !== name) {
      store.update(box.id, { defect_type: name, grade: hasGrade(name, box.grade) ? box.grade : null });
    }
    say(box ? `The box is ${name}` : `Next box: ${name}`);
    changed();
  }

  /** @param {number | null} grade */
  function setGrade(grade) {
    const box = target();
    const name = box?.defect_type ?? current;
    if (name === null || !mayEdit()) return;
    const level = gradesOf(name).find((known) => known.level === grade);
    if (grade !== null && !level) {
      say(gradesOf(name).length ? `${name} has no grade ${grade}` : `${name} is not graded`);
      return;
    }
    if (box) store.update(box.id, { grade });
    else nextGrade = grade;
    say(level ? `Grade ${level.level}: ${level.name}` : "No grade");
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

  /** @param {(box: Box) => Rect} change */
  function adjust(change) {
    const box = target();
    if (!box) return;
    if (!nudging) nudges += 1;
    nudging = true;
    const rect = change(box);
    if (isBox(rect)) store.update(box.id, rect, `nudge ${nudges}`);
  }

  /** @param {"undo" | "redo"} way */
  function travel(way) {
    if (!mayEdit()) return;
    if (!history[way]()) say(`Nothing to ${way}`);
    changed();
  }

  store.subscribe(changed);

  return {
    store,
    history,
    attach: (made) => void (stage = made),
    typeOf,
    currentType: () => current,
    nextGrade: () => nextGrade,
    selectedBox,
    chooseType,
    setGrade,
    toggleFlag(flag) {
      const box = target();
      if (!box) return;
      store.update(box.id, { [flag]: !box[flag] });
      say(box[flag] ? `Not ${flag}` : `Marked ${flag}`);
    },
    remove() {
      const box = target();
      if (!box) return;
      store.remove(box.id);
      say(`Deleted ${box.defect_type}`);
    },
    nudge: (dx, dy) => adjust((box) => moved(box, { x: dx, y: dy }, stage.size())),
    stretch: (dx, dy) =>
      adjust((box) => cutToImage({ ...box, xmax: box.xmax + dx, ymax: box.ymax + dy }, stage.size())),
    endNudge: () => void (nudging = false),
    walk(step) {
      const boxes = store.all();
      const index = boxes.findIndex(({ id }) => id === stage.selected());
      const next = boxes[index < 0 ? (step > 0 ? 0 : boxes.length - 1) : index + step];
      stage.select(next?.id ?? null);
      if (next) say(describeBox(next, typeOf(next.defect_type)));
      return next !== undefined;
    },
    makeBox: make,
    drawInMiddle() {
      const rect = toWholePixels(cutToImage(stage.middle(), stage.size()));
      const box = mayEdit() && isBox(rect) ? make(rect) : null;
      if (!box) return;
      store.create(box);
      stage.select(box.id);
      nextGrade = null;
      changed();
    },
    undo: () => travel("undo"),
    redo: () => travel("redo"),
    reset() {
      stage.cancel();
      stage.select(null);
      history.clear();
      nextGrade = null;
      nudging = false;
    },
  };
}
