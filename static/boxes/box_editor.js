// @ts-check
// The work on one image's boxes: what a person can do to them, by key, by panel or on the canvas. All of it
// works on every selected box. Every page with a workbench shares it.
import { createFieldEdits } from "./field_edits.js";
import { createHistory } from "./history.js";
import { createNextBox } from "./next_box.js";
import { createPlaceEdits } from "./place_edits.js";
import { createShownTypes } from "./shown_types.js";
import { createStore } from "./store.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./types.js").DefectType} DefectType */
/** @typedef {import("../canvas/canvas.js").Canvas} Canvas */

/**
 * @typedef {object} BoxEditor
 * @property {import("./store.js").Store} store
 * @property {import("./history.js").History} history
 * @property {(canvas: Canvas) => void} attach       the canvas is made after the editor
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
 * @property {(boxes: readonly Box[], verb: string) => void} put   new boxes, selected; one step of undo
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
 * What every group of edits works with.
 * @typedef {object} EditContext
 * @property {import("./store.js").Store} store
 * @property {() => Canvas} canvas
 * @property {() => boolean} mayEdit
 * @property {() => boolean} isFree     says so when the image cannot be changed just now
 * @property {() => Box[]} targets      the boxes that a key is meant for
 * @property {(text: string) => void} say
 * @property {() => void} changed       something that the panel shows is different
 */

/**
 * Make the editor of a page; `attach` gives it its canvas.
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
  const nextBox = createNextBox(types);
  /** @type {Canvas} */
  let canvas;
  const selectedBoxes = () => canvas.selection().flatMap((id) => store.get(id) ?? []);

  function isFree() {
    if (!mayEdit()) return false;
    if (canvas.busy()) say("Finish what you are drawing or moving first, or cancel it with Esc.");
    return !canvas.busy();
  }

  /** @type {EditContext} */
  const context = {
    store,
    canvas: () => canvas,
    mayEdit,
    isFree,
    targets: () => (mayEdit() && !canvas.isDrawing() ? selectedBoxes() : []),
    say,
    changed,
  };
  const shownTypes = createShownTypes(context, nextBox, types);
  const fieldEdits = createFieldEdits(context, nextBox, shownTypes.showType);
  const placeEdits = createPlaceEdits(context, nextBox);

  /** @param {"undo" | "redo"} way */
  function travel(way) {
    if (!isFree()) return;
    if (!history[way]()) say(`Nothing to ${way}`);
    changed();
  }

  store.subscribe(({ created, origin }) => {
    if (created.length > 0 && origin === "person") {
      // A grade that was chosen before drawing is meant for one box.
      nextBox.setGrade(null);
      for (const name of new Set(created.map(({ box }) => box.defect_type))) shownTypes.showType(name);
    }
    changed();
  });

  return {
    ...fieldEdits,
    ...placeEdits,
    ...shownTypes,
    store,
    history,
    attach: (made) => void (canvas = made),
    typeOf: nextBox.typeOf,
    currentType: nextBox.type,
    nextGrade: nextBox.grade,
    selectedBox: () => store.get(canvas.selected()),
    selectedBoxes,
    isFree,
    undo: () => travel("undo"),
    redo: () => travel("redo"),
    reset() {
      canvas.cancel();
      canvas.select(null);
      history.clear();
      nextBox.setGrade(null);
      placeEdits.endNudge();
    },
  };
}
