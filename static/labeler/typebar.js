// @ts-check
// The defect types with their key letters and colors; one of them is the type of the next box.
import { element } from "./element.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").DefectType} DefectType */

/**
 * @typedef {object} TypeBar
 * @property {(state: {current: string | null, boxes: readonly Box[], disabled: boolean}) => void} update
 */

/**
 * @param {HTMLElement} place
 * @param {readonly DefectType[]} types
 * @returns {TypeBar}
 */
export function createTypeBar(place, types) {
  const rows = types.map((type) => {
    const count = element("span", { class: "type-count" });
    const button = element(
      "button",
      { type: "button", class: "type-row", "aria-pressed": "false", "data-command": `type ${type.name}` },
      element("span", { class: "type", "--type-color": type.color }, type.name),
      count,
      element("kbd", { hidden: true }),
    );
    return { type, button, count };
  });
  place.replaceChildren(...rows.map(({ button }) => button));

  return {
    update({ current, boxes, disabled }) {
      /** @type {Map<string, number>} */
      const counts = new Map();
      for (const box of boxes) counts.set(box.defect_type, (counts.get(box.defect_type) ?? 0) + 1);
      for (const { type, button, count } of rows) {
        const number = counts.get(type.name) ?? 0;
        button.setAttribute("aria-pressed", String(type.name === current));
        button.disabled = disabled;
        count.textContent = number ? String(number) : "";
        count.title = number ? `${number} on this image` : "";
      }
    },
  };
}
