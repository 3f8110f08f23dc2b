// @ts-check
// The side panel and the bar around the canvas: they show what the box editor and the canvas hold.
import { createAnnouncer } from "./announcer.js";
import { createBoxList } from "./box_list.js";
import { POSES } from "../boxes/boxes.js";
import { find } from "../ui/element.js";
import { createInspector } from "./box_inspector.js";
import { createBoxStyles, readRamp } from "./box_styles.js";
import { isUndecided } from "../boxes/severity.js";
import { createTypeBar } from "./type_bar.js";
import { countOf, percentOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../boxes/types.js").ImageInfo} ImageInfo */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */
/** @typedef {import("../boxes/box_editor.js").BoxEditor} BoxEditor */
/** @typedef {import("../canvas/canvas.js").Canvas} Canvas */
/** @typedef {import("../canvas/paint.js").BoxStyle} BoxStyle */

const STATE_NAMES = /** @type {Record<string, string>} */ ({
  unlabeled: "Unlabeled",
  in_review: "In review",
  labeled: "Labeled",
  auto_labeled: "Auto-labeled",
});

/**
 * @typedef {object} Panel
 * @property {() => void} refresh      what changed is drawn with the next frame
 * @property {(image: ImageInfo) => void} showImage
 * @property {(point: Point | null) => void} showCursor
 * @property {() => void} showZoom
 * @property {(box: Box) => BoxStyle} styleOf
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {BoxEditor} parts.boxEditor
 * @param {Canvas} parts.canvas
 * @param {import("../ui/user_keymap.js").UserKeymap} parts.userKeymap
 * @param {readonly DefectType[]} parts.types
 * @param {() => boolean} parts.mayEdit
 * @param {import("./grade_advice.js").GradeAdvice} parts.advice
 * @param {() => string | number | undefined} parts.imageId  of the open image
 * @param {boolean} [parts.scores]  whether proposals show their score and severity
 * @param {(box: Box) => boolean} [parts.isProposal]  whether a box is drawn as one that nobody decided
 * @returns {Panel}
 */
export function createPanel({ root, boxEditor, canvas, userKeymap, types, mayEdit, advice, imageId, scores = false, isProposal = isUndecided }) {
  const typeBar = createTypeBar(find("[data-types]", root), types);
  const boxList = createBoxList(find("[data-boxes]", root), {
    typeOf: boxEditor.typeOf,
    select(ids) {
      canvas.selectMany(ids);
      const box = boxEditor.selectedBox();
      if (box) canvas.reveal(box);
    },
    toggle: canvas.toggle,
    scores,
  });
  const inspector = createInspector(find("[data-inspector]", root), {
    userKeymap,
    toggleFlag: boxEditor.toggleFlag,
    setPose: boxEditor.setPose,
    poses: POSES,
  });
  const count = find("[data-count]", root);
  const zoom = find("[data-zoom]", root);
  const cursor = find("[data-cursor]", root);
  const announcer = createAnnouncer({ place: find("[data-announce]", root), typeOf: boxEditor.typeOf });
  let frame = 0;

  // After a click the keys belong to the image again; a keyboard user stays on the control.
  find("[data-panel]", root).addEventListener("click", (event) => {
    const control = event.target instanceof Element && event.target.closest("button, label, [role=option]");
    if (event.detail > 0 && control && !control.closest("[data-own-focus]")) find("canvas", root).focus({ preventScroll: true });
  });

  userKeymap.subscribe(refresh);

  function refresh() {
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    const boxes = boxEditor.store.all();
    const chosen = boxEditor.selectedBoxes();
    const name = chosen.at(-1)?.defect_type ?? boxEditor.currentType();
    const hidden = canvas.hiddenTypes();
    const disabled = !mayEdit();
    const type = name === null ? undefined : boxEditor.typeOf(name);
    const one = chosen.length === 1 ? chosen[0] : null;
    const open = imageId();
    if (one && open !== undefined && !disabled) advice.want(open, one, type);
    typeBar.update({ current: name, boxes, hidden, disabled });
    boxList.update({ boxes, selection: canvas.selection(), hidden });
    inspector.update({
      boxes: chosen,
      type,
      advice: one ? advice.of(one, type) : null,
      nextGrade: boxEditor.nextGrade(),
      disabled,
    });
    announcer.update({ box: chosen.at(-1) ?? null, boxes, selected: chosen.length });
    const ungraded = boxes.filter((item) => item.grade === null && boxEditor.typeOf(item.defect_type)?.graded).length;
    count.textContent = countOf(boxes.length, "box", "boxes") + (ungraded ? `, ${ungraded.toLocaleString("en")} without a grade` : "");
    markButtons(root, "undo", { disabled: disabled || !boxEditor.history.canUndo() });
    markButtons(root, "redo", { disabled: disabled || !boxEditor.history.canRedo() });
    markButtons(root, "delete", { disabled: disabled || chosen.length === 0 });
    markButtons(root, "draw", { disabled, pressed: canvas.mode() === "draw" });
    markButtons(root, "extreme", { disabled, pressed: canvas.mode() === "extreme" });
  }

  return {
    refresh,
    showImage: (image) => writeImage(root, image),
    showCursor(point) {
      const inside =
        point && point.x >= 0 && point.y >= 0 && point.x < canvas.size().width && point.y < canvas.size().height;
      cursor.textContent = inside ? `x ${Math.floor(point.x)}  y ${Math.floor(point.y)}` : "";
    },
    showZoom() {
      zoom.textContent = percentOf(canvas.view().scale * (window.devicePixelRatio || 1));
    },
    styleOf: createBoxStyles({ typeOf: boxEditor.typeOf, isProposal, scores, rampColor: readRamp(root) }),
  };
}

/** @param {HTMLElement} root @param {ImageInfo} image */
function writeImage(root, image) {
  find("[data-image-name]", root).textContent = image.name;
  find("[data-image-name]", root).title = image.name;
  find("[data-image-size]", root).textContent = `${image.width} × ${image.height}`;
  const state = find("[data-image-state]", root);
  state.textContent = STATE_NAMES[image.state] ?? image.state;
  state.className = `chip state ${image.state}`;
  find("[data-image-split]", root).textContent = image.split;
}

/** @param {HTMLElement} root @param {string} name of a command @param {{disabled: boolean, pressed?: boolean}} state */
function markButtons(root, name, { disabled, pressed }) {
  for (const button of root.querySelectorAll(`button[data-command="${name}"]`)) {
    /** @type {HTMLButtonElement} */ (button).disabled = disabled;
    if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
  }
}
