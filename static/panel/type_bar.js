// @ts-check
// The defect types with their key letters and colors; one of them is the type of the next box. The eye beside a
// type hides its boxes, or shows them again.
import { element } from "../ui/element.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */

/**
 * @typedef {object} TypeBar
 * @property {(state: {current: string | null, boxes: readonly Box[], hidden: ReadonlySet<string>,
 *   disabled: boolean}) => void} update
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
    const eye = element("button", {
      type: "button",
      class: "eye",
      "data-command": `hide ${type.name}`,
      "aria-label": `Hide ${type.name}`,
    });
    return { type, button, count, eye };
  });
  place.replaceChildren(...rows.map(({ button, eye }) => element("div", { class: "type-line" }, button, eye)));

  return {
    update({ current, boxes, hidden, disabled }) {
      /** @type {Map<string, number>} */
      const counts = new Map();
      for (const box of boxes) counts.set(box.defect_type, (counts.get(box.defect_type) ?? 0) + 1);
      for (const { type, button, count, eye } of rows) {
        const number = counts.get(type.name) ?? 0;
        button.setAttribute("aria-pressed", String(type.name === current));
        button.disabled = disabled;
        count.textContent = number ? String(number) : "";
        count.title = number ? `${number} on this image` : "";
        const isHidden = hidden.has(type.name);
        eye.textContent = isHidden ? "⊘" : "◉";
        eye.setAttribute("aria-pressed", String(isHidden));
      }
    },
  };
}
