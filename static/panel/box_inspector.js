// @ts-check
// What is known of the selected boxes, and what changes them: grade with its written criteria, marks, pose.
import { element } from "../ui/element.js";
import { severityOf } from "../boxes/severity.js";
import { keyAttributes } from "../ui/tooltips.js";
import { countOf, lengthOf, percentOf, scoreOf, provenanceOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */

const FLAGS = /** @type {const} */ ([
  ["difficult", "Difficult"],
  ["truncated", "Truncated"],
  ["occluded", "Occluded"],
]);

/**
 * @typedef {object} InspectorState
 * @property {readonly Box[]} boxes   those that are selected
 * @property {DefectType | undefined} type   of the boxes where all share one, else of the last one
 * @property {number | null} nextGrade
 * @property {import("./grade_advice.js").Advice | null} advice
 * @property {boolean} disabled
 */

/**
 * @typedef {object} Calls
 * @property {import("../ui/user_keymap.js").UserKeymap} userKeymap
 * @property {(flag: (typeof FLAGS)[number][0]) => void} toggleFlag
 * @property {(pose: string) => void} setPose
 * @property {readonly string[]} poses
 */

/** @typedef {{update: (state: InspectorState) => void}} Inspector */

/**
 * @param {HTMLElement} place
 * @param {Calls} calls
 * @returns {Inspector}
 */
export function createInspector(place, calls) {
  return {
    update(state) {
      const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
      const parts = state.boxes.length > 0 ? ofBoxes(calls, state) : ofNothing(calls, state);
      place.replaceChildren(...parts.flatMap((part) => part ?? []));
      if (!focused) return;
      const again = place.querySelector(`[data-key="${focused}"]`);
      if (again instanceof HTMLElement) again.focus();
    },
  };
}

/** @param {Calls} calls @param {DefectType} type @param {number | null} chosen @param {boolean} disabled */
function gradeButtons({ userKeymap }, type, chosen, disabled) {
  return element(
    "div",
    { class: "grades", role: "group", "aria-label": `Grade of ${type.name}` },
    ...type.grades.map(({ level, name, criteria }) =>
      element(
        "button",
        {
          type: "button",
          class: "grade-row",
          "data-key": `grade ${level}`,
          ...keyAttributes(userKeymap.command(`grade ${level}`)),
          "aria-pressed": String(level === chosen),
          disabled,
        },
        element("kbd", {}, userKeymap.keyOf(`grade ${level}`) || String(level)),
        element(
          "span",
          {},
          element("span", { class: "grade-name" }, name),
          criteria ? element("span", { class: "soft small" }, ` ${criteria}`) : null,
        ),
      ),
    ),
  );
}

/** @param {Box} box @param {DefectType | undefined} type */
function facts(box, type) {
  const severity = severityOf(box, type);
  return element(
    "dl",
    { class: "facts small" },
    ...row("Place", `x ${lengthOf(box.xmin)}, y ${lengthOf(box.ymin)}`),
    ...row("Size", `${lengthOf(box.xmax - box.xmin)} × ${lengthOf(box.ymax - box.ymin)} pixels`),
    ...(typeof box.score === "number"
      ? row("Score", element("span", { class: "score", "--s": box.score }, scoreOf(box.score)))
      : []),
    ...(severity
      ? row("Severity", element("span", { class: "severity", "--s": severity.severity }, severity.severity.toFixed(2)))
      : []),
    ...row("From", provenanceOf(box)),
  );
}

/** @param {Calls} calls @param {readonly Box[]} boxes @param {boolean} disabled */
function flagFields({ userKeymap, toggleFlag }, boxes, disabled) {
  return element(
    "div",
    { class: "row" },
    ...FLAGS.map(([flag, label]) => {
      const count = boxes.filter((box) => box[flag]).length;
      return checkbox(userKeymap, { key: flag, label, disabled, some: count > 0, all: count === boxes.length }, () => toggleFlag(flag));
    }),
  );
}

/** @param {Calls} calls @param {readonly Box[]} boxes @param {boolean} disabled */
function poseField({ userKeymap, setPose, poses }, boxes, disabled) {
  const pose = sharedValue(boxes.map((box) => box.pose));
  // A pose that an imported file brought is kept, and offered.
  const poseTitle = keyAttributes(userKeymap.command("pose")).title;
  const known = [...new Set([...poses, ...boxes.map((box) => box.pose)])];
  const field = element(
    "select",
    {
      class: "small",
      "data-key": "pose",
      title: poseTitle,
      disabled,
      change: (/** @type {Event} */ event) => setPose(/** @type {HTMLSelectElement} */ (event.target).value),
    },
    ...(pose === undefined ? [element("option", { selected: true, disabled: true }, "several")] : []),
    ...known.map((name) => element("option", { value: name, selected: name === pose }, name)),
  );
  return element("label", { class: "pose small" }, element("span", { class: "soft" }, "Pose"), field);
}

/** @param {Calls} calls @param {import("./grade_advice.js").Advice} advice @param {boolean} disabled */
function proposedGrade({ userKeymap }, { level, name, probability }, disabled) {
  return element(
    "p",
    { class: "proposed-grade row small" },
    element("span", { class: "grow" }, `The grader proposes ${level}, ${name} `, element("span", { class: "soft" }, `(${percentOf(probability)})`)),
    element(
      "button",
      { type: "button", class: "button small", disabled, "data-key": "take grade", ...keyAttributes(userKeymap.command("take grade")) },
      "Take it",
    ),
  );
}

/** @param {Calls} calls @param {InspectorState} state */
function ofBoxes(calls, { boxes, type, advice, disabled }) {
  const many = boxes.length > 1;
  const grade = sharedValue(boxes.map((box) => box.grade)) ?? null;
  return [
    many ? element("p", { class: "small" }, `${countOf(boxes.length, "box", "boxes")} selected: ${namesOf(boxes)}`) : null,
    type?.graded && type.grades.length > 0 ? gradeButtons(calls, type, grade, disabled) : null,
    advice ? proposedGrade(calls, advice, disabled) : null,
    flagFields(calls, boxes, disabled),
    poseField(calls, boxes, disabled),
    many ? null : facts(boxes[0], type),
    element(
      "div",
      { class: "row" },
      element(
        "button",
        { type: "button", class: "button small", disabled, "data-key": "delete", ...keyAttributes(calls.userKeymap.command("delete")) },
        many ? `Delete ${boxes.length} boxes` : "Delete box",
      ),
    ),
  ];
}

/** @param {Calls} calls @param {InspectorState} state */
function ofNothing(calls, { type, nextGrade, disabled }) {
  const grades = type?.graded && type.grades.length > 0 ? type : null;
  if (grades) return [element("p", { class: "soft small" }, "Grade of the next box:"), gradeButtons(calls, grades, nextGrade, disabled)];
  return [disabled ? null : element("p", { class: "soft small" }, "No box is selected. Drag on the image to draw one.")];
}

/**
 * @template Value
 * @param {readonly Value[]} values
 * @returns {Value | undefined} the one that all share
 */
function sharedValue(values) {
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}

/** @param {readonly Box[]} boxes @returns {string} */
function namesOf(boxes) {
  return [...new Set(boxes.map(({ defect_type }) => defect_type))].join(", ");
}

/**
 * @param {import("../ui/user_keymap.js").UserKeymap} userKeymap
 * @param {{key: string, label: string, disabled: boolean, some: boolean, all: boolean}} state
 * @param {() => void} toggle
 */
function checkbox(userKeymap, { key, label, disabled, some, all }, toggle) {
  const keys = keyAttributes(userKeymap.command(key));
  const input = element("input", { type: "checkbox", "data-key": key, ...keys, checked: all, disabled, change: toggle });
  input.indeterminate = some && !all;
  return element("label", { class: "check" }, input, label);
}

/** @param {string} name @param {Node | string} value @returns {HTMLElement[]} */
function row(name, value) {
  return [element("dt", {}, name), element("dd", {}, value)];
}
