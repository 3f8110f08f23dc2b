// @ts-check
// What a person is writing about the open image: a thread that is being begun with its place, and answers.
// Every letter is kept on this computer until it is sent.
import { createComposer } from "./composer.js";
import { newAnswer, newBeginning } from "./drafts.js";
import { find } from "../ui/element.js";
import { pinPoint } from "./threads.js";

/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("./drafts.js").Answer} Answer */
/** @typedef {import("./drafts.js").Beginning} Beginning */

/**
 * @typedef {object} CommentWriting
 * @property {(imageId: string | number | null) => void} open  find what was kept of another image
 * @property {() => Beginning | null} beginning
 * @property {(fields?: Partial<Beginning>) => void} start   on the selected box, or in the middle of what is seen
 * @property {(point: Point) => boolean} take  a press on the image; true when it moved the pin
 * @property {() => Point | null} pin          where the pin of the beginning stands
 * @property {() => void} focus
 * @property {(imageId: string | number, uid: string) => void} posted   forget a beginning that was sent
 * @property {(threadId: number) => Answer | undefined} answer
 * @property {(threadId: number, text: string) => void} typeAnswer
 * @property {(threadId: number) => void} answered
 * @property {(busy: boolean) => void} render
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {import("../boxes/store.js").Store} parts.store
 * @param {import("./drafts.js").Drafts} parts.drafts
 * @param {() => void} parts.post
 * @param {() => void} parts.changed   to be drawn again
 * @param {() => void} parts.discarded
 * @returns {CommentWriting}
 */
export function createCommentWriting({ root, canvas, store, drafts, post, changed, discarded }) {
  /** @type {string | number | null} */
  let imageId = null;
  let draft = drafts.find("");
  /** Whether the next click on the image moves the pin. */
  let armed = false;

  const composer = createComposer(find("[data-composer]", root), {
    type: (text) => change({ text }),
    askForHelp: (needs_help) => change({ needs_help }),
    put,
    post,
    discard() {
      draft.begin = null;
      discarded();
      leave();
    },
    leave,
  });

  function leave() {
    armed = false;
    if (!draft.begin?.text.trim()) draft.begin = null;
    keep();
    changed();
    find("canvas", root).focus({ preventScroll: true });
  }

  function keep() {
    if (imageId !== null) drafts.keep(imageId, draft);
  }

  /** @param {Partial<Beginning>} fields */
  function change(fields) {
    if (!draft.begin) return;
    draft.begin = { ...draft.begin, ...fields };
    keep();
    changed();
  }

  const middle = () => middleOf(canvas.middle(), canvas.size());

  /** @returns {{x: number, y: number, box: string | null}} */
  function here() {
    const box = store.get(canvas.selected() ?? "");
    return box ? { ...middleOf(box, canvas.size()), box: box.id } : { ...middle(), box: null };
  }

  /** @param {"image" | "place" | "box"} where */
  function put(where) {
    armed = where === "place";
    if (where === "image") change({ x: null, y: null, box: null });
    else if (where === "box") change(here());
    else change({ ...(draft.begin?.x === null ? middle() : {}), box: null });
  }

  return {
    open(next) {
      imageId = next;
      draft = drafts.find(next ?? "");
      armed = false;
    },
    beginning: () => draft.begin,
    start(fields = {}) {
      draft.begin = draft.begin ? { ...draft.begin, ...fields } : newBeginning({ ...here(), ...fields });
      armed = draft.begin.box === null;
      keep();
      changed();
      composer.focus();
    },
    take(point) {
      if (!armed || !draft.begin) return false;
      armed = false;
      change({ ...inside(point, canvas.size()), box: null });
      requestAnimationFrame(composer.focus); // after the canvas took the keyboard
      return true;
    },
    pin: () => draft.begin && pinPoint(draft.begin, store.get),
    focus: composer.focus,
    posted(at, uid) {
      const later = at === imageId ? draft : drafts.find(at);
      if (later.begin?.uid === uid) later.begin = null;
      if (at === imageId) armed = false;
      drafts.keep(at, later);
    },
    answer: (threadId) => draft.answers[threadId],
    typeAnswer(threadId, text) {
      draft.answers[threadId] = { ...(draft.answers[threadId] ?? newAnswer()), text };
      keep();
    },
    answered(threadId) {
      delete draft.answers[threadId];
      keep();
    },
    render(busy) {
      const box = store.get(draft.begin?.box ?? canvas.selected() ?? "");
      composer.update({ draft: draft.begin, boxName: box?.defect_type ?? null, armed, busy });
    },
  };
}

/** @typedef {import("../boxes/types.js").Size} Size */

/** @param {Point} point @param {Size} size @returns {Point} on the image, to a tenth of a pixel */
function inside(point, { width, height }) {
  const clamp = (/** @type {number} */ value, /** @type {number} */ most) =>
    Math.round(Math.min(Math.max(value, 0), most) * 10) / 10;
  return { x: clamp(point.x, width), y: clamp(point.y, height) };
}

/** @param {import("../boxes/types.js").Rect} rect @param {Size} size @returns {Point} */
function middleOf({ xmin, ymin, xmax, ymax }, size) {
  return inside({ x: (xmin + xmax) / 2, y: (ymin + ymax) / 2 }, size);
}
