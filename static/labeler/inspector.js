// @ts-check
// What is known of one box, and the buttons that change it: grade with its written criteria, marks.
import { element } from "./element.js";
import { severityOf } from "./severity.js";
import { keyAttributes } from "./tooltips.js";
import { lengthOf, scoreOf, provenanceOf } from "./words.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").DefectType} DefectType */

const FLAGS = /** @type {const} */ ({
  difficult: "Difficult",
  truncated: "Truncated",
  occluded: "Occluded",
});

/**
 * @typedef {object} Inspector
 * @property {(state: {box: Box | null, type: DefectType | undefined, nextGrade: number | null,
 *   disabled: boolean}) => void} update
 */

/**
 * @param {HTMLElement} place
 * @param {object} calls
 * @param {import("./keyring.js").Keyring} calls.keyring
 * @param {(flag: keyof typeof FLAGS) => void} calls.toggleFlag
 * @returns {Inspector}
 */
export function createInspector(place, { keyring, toggleFlag }) {
  /** @param {DefectType} type @param {number | null} chosen @param {boolean} disabled */
  function gradeButtons(type, chosen, disabled) {
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
            ...keyAttributes(keyring.command(`grade ${level}`)),
            "aria-pressed": String(level === chosen),
            disabled,
          },
          element("kbd", {}, keyring.keyOf(`grade ${level}`) || String(level)),
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

  return {
    update({ box, type, nextGrade, disabled }) {
      const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
      const grades = type?.graded && type.grades.length > 0 ? type : null;
      const parts = box
        ? [
            grades ? gradeButtons(grades, box.grade, disabled) : null,
            element(
              "div",
              { class: "row" },
              ...Object.entries(FLAGS).map(([flag, label]) =>
                checkbox(keyring, flag, label, box[/** @type {keyof typeof FLAGS} */ (flag)], disabled, () =>
                  toggleFlag(/** @type {keyof typeof FLAGS} */ (flag)),
                ),
              ),
            ),
            facts(box, type),
            element(
              "div",
              { class: "row" },
              element(
                "button",
                { type: "button", class: "button small", disabled, "data-key": "delete", ...keyAttributes(keyring.command("delete")) },
                "Delete box",
              ),
            ),
          ]
        : [
            grades ? element("p", { class: "soft small" }, "Grade of the next box:") : null,
            grades ? gradeButtons(grades, nextGrade, disabled) : null,
            disabled || grades ? null : element("p", { class: "soft small" }, "No box is selected. Drag on the image to draw one."),
          ];
      place.replaceChildren(...parts.flatMap((part) => part ?? []));
      if (focused) {
        const again = place.querySelector(`[data-key="${focused}"]`);
        if (again instanceof HTMLElement) again.focus();
      }
    },
  };
}

/**
 * @param {import("./keyring.js").Keyring} keyring
 * @param {string} key
 * @param {string} label
 * @param {boolean} checked
 * @param {boolean} disabled
 * @param {() => void} toggle
 */
function checkbox(keyring, key, label, checked, disabled, toggle) {
  const keys = keyAttributes(keyring.command(key));
  const input = element("input", { type: "checkbox", "data-key": key, ...keys, checked, disabled, change: toggle });
  return element("label", { class: "check" }, input, label);
}

/** @param {string} name @param {Node | string} value @returns {HTMLElement[]} */
function row(name, value) {
  return [element("dt", {}, name), element("dd", {}, value)];
}
