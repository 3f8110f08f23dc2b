// @ts-check
// Which types' boxes are seen, and walking through those that are.
import { countOf, describeBox } from "../ui/messages.js";

/** @typedef {import("./box_editor.js").EditContext} EditContext */
/** @typedef {import("./next_box.js").NextBox} NextBox */

/**
 * Make the commands that hide types and walk the boxes.
 * @param {EditContext} context
 * @param {NextBox} nextBox
 * @param {readonly import("./types.js").DefectType[]} types
 */
export function createShownTypes({ store, canvas, say, changed }, nextBox, types) {
  function shownBoxes() {
    const hidden = canvas().hiddenTypes();
    return store.all().filter(({ defect_type }) => !hidden.has(defect_type));
  }

  return {
    /** @param {string} name */
    showType(name) {
      const hidden = new Set(canvas().hiddenTypes());
      if (hidden.delete(name)) canvas().hideTypes(hidden);
    },
    /** @param {string} name */
    toggleHidden(name) {
      const hidden = new Set(canvas().hiddenTypes());
      if (!hidden.delete(name)) hidden.add(name);
      canvas().hideTypes(hidden);
      say(hidden.has(name) ? `${name} is hidden` : `${name} is shown`);
      changed();
    },
    showOnly() {
      const current = nextBox.type();
      const others = types.map(({ name }) => name).filter((name) => name !== current);
      const hidden = canvas().hiddenTypes().size > 0 ? [] : others;
      canvas().hideTypes(new Set(hidden));
      say(hidden.length > 0 ? `Only ${current} is shown` : "All types are shown");
      changed();
    },
    /** @param {1 | -1} step */
    walk(step) {
      const boxes = shownBoxes();
      const index = boxes.findIndex(({ id }) => id === canvas().selected());
      const next = boxes[index < 0 ? (step > 0 ? 0 : boxes.length - 1) : index + step];
      canvas().select(next?.id ?? null);
      if (!next) return false;
      canvas().reveal(next);
      say(describeBox(next, nextBox.typeOf(next.defect_type)));
      return true;
    },
    selectAll() {
      const boxes = shownBoxes();
      canvas().selectMany(boxes.map(({ id }) => id));
      say(boxes.length === 0 ? "There is no box to select." : `${countOf(boxes.length, "box", "boxes")} selected`);
    },
  };
}
