// @ts-check
// Boxes that go from one image to another: copied and pasted, doubled, or taken over from the image that this
// person had open before. They get new ids, and belong to the person who puts them there. What is copied lies
// in the browser's storage, so that it survives the next image and reaches other tabs.
import { makeBox } from "./boxes.js";
import { placedInside, sameRect, sharedDrag } from "./geometry.js";
import { countOf } from "../ui/messages.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Rect} Rect */
/** @typedef {import("./types.js").Size} Size */
/** @typedef {import("./types.js").DefectType} DefectType */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} ListStorage */

/** @typedef {{image: string, name: string, boxes: unknown[]}} Seen  an image that was open, and its boxes */

/**
 * @typedef {object} BoxClipboard
 * @property {() => void} copy
 * @property {() => void} cut
 * @property {() => void} paste
 * @property {() => void} duplicate
 * @property {() => void} takeOver            from the image that was open before this one
 * @property {(image: {id: string | number, name: string} | null) => void} opened
 * @property {() => void} leaving             the open image's boxes are remembered
 */

/** A copy that would lie exactly on its original is put aside by this much, in image pixels. */
const ASIDE = 10;
/** How many images are remembered: the open one, and the one before. */
const REMEMBERED = 2;

/**
 * @param {object} parts
 * @param {import("./box_editor.js").BoxEditor} parts.boxEditor
 * @param {() => Size} parts.size           of the open image
 * @param {() => boolean} parts.mayEdit
 * @param {(text: string) => void} parts.say
 * @param {ListStorage | null} parts.storage        null where the browser denies storage
 * @param {string} parts.owner              what is remembered is one person's, in one project
 * @returns {BoxClipboard}
 */
export function createBoxClipboard({ boxEditor, size, mayEdit, say, storage, owner }) {
  const copied = createStoredList(storage, "blemish.copied");
  const seen = createStoredList(storage, `blemish.seen.${owner}`);
  /** @type {{id: string, name: string} | null} */
  let open = null;

  /** @returns {Box[] | null} */
  function selection() {
    const boxes = boxEditor.selectedBoxes();
    if (boxes.length === 0) say("No box is selected.");
    return boxes.length === 0 ? null : boxes;
  }

  /** @param {readonly unknown[]} raws @returns {Box[]} those that this project and image can hold */
  function adopt(raws) {
    return raws.flatMap((raw) => adopted(raw, boxEditor.typeOf, size()) ?? []);
  }

  /** @param {readonly Box[]} boxes moved aside, as often as they would lie exactly on boxes that are here */
  function aside(boxes) {
    const here = new Set(boxEditor.store.all().map(placeOf));
    const isTaken = (/** @type {readonly Box[]} */ list) => list.some((box) => here.has(placeOf(box)));
    let placed = boxes;
    for (let step = 1; isTaken(placed); step += 1) {
      const far = { x: ASIDE * step, y: ASIDE * step };
      const down = sharedDrag(boxes, far, size());
      const { x, y } = down.x || down.y ? down : sharedDrag(boxes, { x: -far.x, y: -far.y }, size());
      const next = boxes.map((box) => ({ ...box, xmin: box.xmin + x, ymin: box.ymin + y, xmax: box.xmax + x, ymax: box.ymax + y }));
      // At the border there is nowhere left to go.
      if (next.every((box, index) => sameRect(box, placed[index]))) return next;
      placed = next;
    }
    return placed;
  }

  function copy() {
    const boxes = selection();
    if (!boxes) return false;
    copied.put(boxes);
    say(`${countOf(boxes.length, "box", "boxes")} copied`);
    return true;
  }

  /** @returns {Seen[]} newest first */
  const images = () => seen.take().flatMap((entry) => (isSeen(entry) ? [entry] : []));

  return {
    copy: () => void copy(),
    cut: () => void (boxEditor.isFree() && copy() && boxEditor.remove()),
    paste() {
      if (!boxEditor.isFree()) return;
      const raws = copied.take();
      const boxes = aside(adopt(raws));
      if (boxes.length > 0) boxEditor.put(boxes, "pasted" + leftOut(raws.length - boxes.length));
      else say(raws.length === 0 ? "Nothing was copied yet." : "None of the copied boxes fits this image and its project.");
    },
    duplicate() {
      const chosen = boxEditor.isFree() && selection();
      if (!chosen) return;
      const boxes = aside(adopt(chosen));
      if (boxes.length > 0) boxEditor.put(boxes, "doubled" + leftOut(chosen.length - boxes.length));
      else say("The type of this box is no longer offered.");
    },
    takeOver() {
      if (!mayEdit() || !boxEditor.isFree()) return;
      const before = images().find(({ image }) => image !== open?.id);
      if (!before) {
        say("No image was open before this one.");
        return;
      }
      const fitting = adopt(before.boxes);
      const here = new Set(boxEditor.store.all().map(placeOf));
      const boxes = fitting.filter((box) => !here.has(placeOf(box)));
      if (boxes.length > 0) boxEditor.put(boxes, `taken over from ${before.name}` + leftOut(before.boxes.length - fitting.length));
      else say(fitting.length > 0 ? `The boxes of ${before.name} are here already.` : `${before.name} has no boxes to take over.`);
    },
    opened(image) {
      open = image && { id: String(image.id), name: image.name };
    },
    leaving() {
      if (!open) return;
      const { id, name } = open;
      const others = images().filter(({ image }) => image !== id);
      seen.put([{ image: id, name, boxes: boxEditor.store.all() }, ...others].slice(0, REMEMBERED));
    },
  };
}

/** @param {number} count @returns {string} */
function leftOut(count) {
  return count > 0 ? `; ${countOf(count, "does", "do")} not fit this image and its project` : "";
}

/** @param {Box} box @returns {string} alike for two boxes that say the same of the same place */
function placeOf({ defect_type, xmin, ymin, xmax, ymax }) {
  return `${xmin} ${ymin} ${xmax} ${ymax} ${defect_type}`;
}

/** @param {any} entry @returns {entry is Seen} */
function isSeen(entry) {
  return typeof entry?.image === "string" && typeof entry.name === "string" && Array.isArray(entry.boxes);
}

/**
 * Make a box of this image from one of another image or project, whatever stands in the storage.
 * @param {any} raw
 * @param {(name: string) => DefectType | undefined} typeOf
 * @param {Size} size
 * @returns {Box | null} null when it is no box, its type is not offered here, or nothing of it lies inside
 */
export function adopted(raw, typeOf, size) {
  const corners = [raw?.xmin, raw?.ymin, raw?.xmax, raw?.ymax];
  const type = typeof raw?.defect_type === "string" ? typeOf(raw.defect_type) : undefined;
  if (!type || type.archived || !corners.every(Number.isFinite)) return null;
  const [xmin, ymin, xmax, ymax] = corners;
  const rect = placedInside({ xmin, ymin, xmax, ymax }, size);
  if (!rect) return null;
  const grade = type.graded && type.grades.some(({ level }) => level === raw.grade) ? raw.grade : null;
  return makeBox(rect, type.name, {
    grade,
    difficult: raw.difficult === true,
    truncated: raw.truncated === true,
    occluded: raw.occluded === true,
    pose: typeof raw.pose === "string" && raw.pose ? raw.pose : "Unspecified",
  });
}

/**
 * Keep a list under one name, in memory too: storage may be denied or full.
 * @param {ListStorage | null} storage
 * @param {string} name
 */
function createStoredList(storage, name) {
  /** @type {readonly unknown[]} */
  let list = [];
  let stored = false;
  return {
    /** @param {readonly unknown[]} next */
    put(next) {
      list = next;
      try {
        storage?.setItem(name, JSON.stringify(next));
        stored = storage !== null;
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        stored = false; // full: other tabs do not get it, this page does
      }
    },
    /** @returns {readonly unknown[]} */
    take() {
      // What another tab put there meanwhile is newer than what this one remembers.
      const text = stored || list.length === 0 ? storage?.getItem(name) : null;
      if (!text) return list;
      try {
        const read = JSON.parse(text);
        return Array.isArray(read) ? read : list;
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        return list;
      }
    },
  };
}
