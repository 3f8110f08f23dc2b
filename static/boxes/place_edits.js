// @ts-check
// Makes, moves and removes boxes: by the arrow keys, in the middle of the view, or from a list.
import { makeBox } from "./boxes.js";
import { cutToImage, isBox, moved, sharedDrag, toWholePixels } from "./geometry.js";
import { countOf } from "../ui/messages.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./box_editor.js").EditContext} EditContext */
/** @typedef {import("./next_box.js").NextBox} NextBox */

/**
 * Make the edits of places.
 * @param {EditContext} context
 * @param {NextBox} nextBox
 */
export function createPlaceEdits({ store, canvas, isFree, targets, say }, nextBox) {
  /** Moves by key until it goes up are one step of undo; this counts the steps. */
  let nudges = 0;
  let isNudging = false;

  /** @param {Rect} rect @returns {Box | null} */
  function make(rect) {
    const type = nextBox.type();
    if (type !== null) return makeBox(rect, type, { grade: nextBox.grade() });
    say("This project has no defect types yet; add them in its settings.");
    return null;
  }

  /** @param {(boxes: Box[]) => Rect[]} change new places, in the same order */
  function adjust(change) {
    if (!isFree()) return;
    const boxes = targets();
    if (boxes.length === 0) return;
    if (!isNudging) nudges += 1;
    isNudging = true;
    const rects = change(boxes).flatMap((rect, index) =>
      isBox(rect) ? [/** @type {[string, Rect]} */ ([boxes[index].id, rect])] : [],
    );
    store.updateMany(new Map(rects), `nudge ${nudges}`);
  }

  return {
    makeBox: make,
    /** @param {number} dx @param {number} dy */
    nudge: (dx, dy) =>
      adjust((boxes) => {
        const size = canvas().size();
        const shared = sharedDrag(boxes, { x: dx, y: dy }, size);
        return boxes.map((box) => moved(box, shared, size));
      }),
    /** @param {number} dx @param {number} dy */
    stretch: (dx, dy) =>
      adjust((boxes) =>
        boxes.map((box) => cutToImage({ ...box, xmax: box.xmax + dx, ymax: box.ymax + dy }, canvas().size())),
      ),
    endNudge: () => void (isNudging = false),
    drawInMiddle() {
      const rect = toWholePixels(cutToImage(canvas().middle(), canvas().size()));
      const box = isFree() && isBox(rect) ? make(rect) : null;
      if (!box) return;
      store.create(box);
      canvas().select(box.id);
    },
    /** @param {readonly Box[]} boxes @param {string} verb */
    put(boxes, verb) {
      store.createMany(boxes);
      canvas().selectMany(boxes.map(({ id }) => id));
      say(`${countOf(boxes.length, "box", "boxes")} ${verb}`);
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
  };
}
