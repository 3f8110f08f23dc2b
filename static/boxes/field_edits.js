// @ts-check
// Writes the fields of the selected boxes: type, grade, flags, pose. What needs no box sets the next one.
import { POSES } from "./boxes.js";
import { countOf } from "../ui/messages.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./box_editor.js").EditContext} EditContext */
/** @typedef {import("./next_box.js").NextBox} NextBox */

/**
 * Make the edits of fields.
 * @param {EditContext} context
 * @param {NextBox} nextBox
 * @param {(name: string) => void} showType   boxes of a type that is worked on are seen
 */
export function createFieldEdits({ store, mayEdit, targets, say, changed }, nextBox, showType) {
  const { hasGrade, gradesOf } = nextBox;

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
    nextBox.setType(name);
    const boxes = change((box) =>
      box.defect_type === name ? null : { defect_type: name, grade: hasGrade(name, box.grade) ? box.grade : null },
    );
    showType(name);
    say(boxes.length === 0 ? `Next box: ${name}` : `${nameBoxes(boxes)} ${boxes.length === 1 ? "is" : "are"} ${name}`);
    changed();
  }

  /** @param {number | null} grade */
  function setGrade(grade) {
    if (!mayEdit()) return;
    const boxes = targets();
    const current = nextBox.type();
    const names = boxes.length > 0 ? [...new Set(boxes.map(({ defect_type }) => defect_type))] : current ? [current] : [];
    const name = names.find((known) => grade === null || hasGrade(known, grade));
    if (name === undefined) {
      const [first] = names;
      if (first) say(gradesOf(first).length ? `${first} has no grade ${grade}` : `${first} is not graded`);
      return;
    }
    if (boxes.length === 0) nextBox.setGrade(grade);
    change((box) => (grade === null || hasGrade(box.defect_type, grade) ? { grade } : null));
    const level = gradesOf(name).find((known) => known.level === grade);
    const left = boxes.filter((box) => grade !== null && !hasGrade(box.defect_type, grade)).length;
    say((level ? `Grade ${level.level}: ${level.name}` : "No grade") + (left ? `; ${countOf(left, "box has", "boxes have")} no such grade` : ""));
    changed();
  }

  /** @param {(box: Box) => {level: number} | null} adviceOf */
  function takeGrade(adviceOf) {
    const levels = new Map(
      targets().flatMap((box) => {
        const level = adviceOf(box)?.level;
        return level !== undefined && hasGrade(box.defect_type, level) ? [[box.id, level]] : [];
      }),
    );
    change(({ id }) => (levels.has(id) ? { grade: levels.get(id) } : null));
    const [level] = levels.values();
    if (levels.size > 1) say(`${levels.size} boxes took their proposed grade`);
    else say(level === undefined ? "No grade is proposed for what is selected." : `Grade ${level}, as proposed`);
    changed();
  }

  return {
    chooseType,
    setGrade,
    takeGrade,
    /** @param {"difficult" | "truncated" | "occluded"} flag */
    toggleFlag(flag) {
      const on = !targets().every((box) => box[flag]);
      const boxes = change(() => ({ [flag]: on }));
      if (boxes.length > 0) say(on ? `Marked ${flag}` : `Not ${flag}`);
    },
    /** @param {string} pose */
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
  };
}

/** @param {readonly Box[]} boxes @returns {string} */
function nameBoxes(boxes) {
  return boxes.length === 1 ? "The box" : `${boxes.length} boxes`;
}
