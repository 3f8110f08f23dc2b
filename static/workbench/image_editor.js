// @ts-check
// The part of a workbench in which one image lies open: its picture and how it is displayed, the canvas, the editor of
// its boxes, and the panel at the side.
import { createBoxClipboard } from "../boxes/clipboard.js";
import { createBoxEditor } from "../boxes/box_editor.js";
import { createCanvas } from "../canvas/canvas.js";
import { createOverview } from "../canvas/overview.js";
import { createDisplayControls } from "../imaging/display_controls.js";
import { createPictures } from "../imaging/picture.js";
import { createTileWorkers } from "../imaging/tile_workers.js";
import { readToneMapping } from "../imaging/tone_mapping.js";
import { createGradeAdvice } from "../panel/grade_advice.js";
import { createPanel } from "../panel/panel.js";
import { storageOf } from "../saving/browser_storage.js";
import { find } from "../ui/element.js";
import { boxCommands, clipboardCommands, typeCommands, viewCommands } from "./commands.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").ImageInfo} ImageInfo */
/** @typedef {import("../ui/keymap.js").Command} Command */

/**
 * @typedef {object} ImageEditor
 * @property {HTMLCanvasElement} canvasElement
 * @property {import("../canvas/canvas.js").Canvas} canvas
 * @property {import("../boxes/box_editor.js").BoxEditor} boxEditor
 * @property {import("../imaging/picture.js").Pictures} pictures
 * @property {() => void} refresh                  what changed is drawn with the next frame
 * @property {(image: ImageInfo) => void} describe  write the name, size and state of an image into the panel
 * @property {(showing: Showing) => void} show     put an image on the page, in the place of the one that was there
 * @property {() => void} clear                    put no image on the page
 * @property {EditorCommands} commands
 * @property {(userKeymap: import("../ui/user_keymap.js").UserKeymap) => void} start   once the page's keys are known
 */

/**
 * An image that is put on the page.
 * @typedef {object} Showing
 * @property {ImageInfo} image
 * @property {import("../imaging/picture.js").Picture | null} ready   its picture, where it is here already
 * @property {Promise<import("../imaging/picture.js").Picture>} picture
 * @property {() => void} fill        puts the boxes of the image into the store
 */

/** @typedef {Record<"types" | "boxes" | "clipboard" | "view" | "display", Command[]>} EditorCommands */

/**
 * @typedef {object} ImageEditorParts
 * @property {HTMLElement} root
 * @property {import("./workbench.js").WorkbenchOptions} options
 * @property {ReturnType<typeof import("./page_services.js").createPageServices>} services
 * @property {import("../ui/notice.js").Notice} notice
 * @property {() => import("./workbench.js").WorkbenchPage} page   only asked once the page is made
 * @property {(error: unknown) => void} showError
 * @property {(image: ImageInfo | null) => void} shown   another image, or none, is on the page
 */

/**
 * Make the image part of a workbench.
 * @param {ImageEditorParts} parts
 * @returns {ImageEditor}
 */
export function createImageEditor(parts) {
  const { root, options, services, notice, page } = parts;
  const { data, without = [] } = options;
  const canvasElement = /** @type {HTMLCanvasElement} */ (find("canvas", root));
  const mayEdit = () => page().mayEdit();
  const refresh = () => panel.refresh();
  const pictures = createPictures({
    getImage: services.api.getImage,
    tileWorkers: createTileWorkers(),
    canvasElement,
    projectWindow: { low: data.project.window_low, high: data.project.window_high },
    toneMapping: readToneMapping(services.preferences.get("view")),
    invalidate: () => canvas.invalidate(),
  });
  const displayControls = createDisplayControls({ root, pictures, preferences: services.preferences, say: notice.say });
  const boxEditor = createBoxEditor({ types: data.types, mayEdit, say: notice.say, changed: boxesChanged });
  const canvas = createCanvas({
    canvasElement,
    store: boxEditor.store,
    styleOf: (box) => panel.styleOf(box),
    mayEdit,
    makeBox: boxEditor.makeBox,
    say: notice.say,
    selectionChanged: refresh,
    cursorMoved(point) {
      panel.showCursor(point);
      displayControls.probe(point);
    },
    viewChanged: () => panel.showZoom(),
  });
  boxEditor.attach(canvas);
  const advice = createGradeAdvice({ ask: services.api.askGrades, fetchAnswer: services.api.lookAtGrades, changed: refresh });
  const clipboard = without.includes("clipboard") ? null : makeClipboard(data, boxEditor, canvas, mayEdit, notice);
  const overview = without.includes("overview") ? null : createOverview({ frame: find(".canvas-frame", root), canvas, store: boxEditor.store, colorOf: (box) => panel.styleOf(box).color });
  /** @type {import("../panel/panel.js").Panel} */
  let panel;
  const describe = (/** @type {ImageInfo} */ image) => panel.showImage(image);

  function boxesChanged() {
    panel.refresh();
    page().boxesChanged?.();
  }

  window.addEventListener("pagehide", () => clipboard?.leaving());

  return {
    canvasElement,
    canvas,
    boxEditor,
    pictures,
    refresh,
    describe,
    ...createImagePlace(parts, { canvasElement, canvas, boxEditor, clipboard, pictures, describe }),
    commands: editorCommands({ types: offeredTypes(data), boxEditor, canvas, advice, clipboard, overview, notice, displayControls }),
    start(userKeymap) {
      const { scores = false } = options;
      const { isProposal } = page();
      panel = createPanel({ root, boxEditor, canvas, userKeymap, types: offeredTypes(data), mayEdit, advice, imageId: () => page().openId(), scores, isProposal });
    },
  };
}

/**
 * Put one image after the other on the page.
 * @param {ImageEditorParts} parts
 * @param {Pick<ImageEditor, "canvasElement" | "canvas" | "boxEditor" | "pictures" | "describe"> &
 *   {clipboard: import("../boxes/clipboard.js").BoxClipboard | null}} editor
 */
function createImagePlace({ root, options, page, showError, shown }, { canvasElement, canvas, boxEditor, clipboard, pictures, describe }) {
  const { data, title } = options;
  /** @type {ImageInfo | null} */
  let image = null;

  /** @param {ImageInfo | null} next */
  function leaveFor(next) {
    clipboard?.leaving();
    boxEditor.reset();
    image = next;
  }

  /** @param {ImageInfo | null} next */
  function arrived(next) {
    clipboard?.opened(next);
    pictures.show(next);
    shown(next);
  }

  /** @param {Showing} showing whose picture is not here yet */
  async function showLate({ image: awaited, picture }) {
    const isWanted = () => image === awaited && page().openId() === awaited.id;
    try {
      const loaded = await picture;
      if (isWanted()) canvas.show(loaded, awaited);
    } catch (error) {
      if (isWanted()) showError(error);
    }
  }

  return {
    /** @param {Showing} showing */
    show(showing) {
      const next = showing.image;
      leaveFor(next);
      document.title = [next.name, ...(title ? [title] : []), data.project.name].join(" · ");
      root.dataset.state = "open";
      canvas.show(showing.ready, next);
      showing.fill();
      describe(next);
      arrived(next);
      canvasElement.focus({ preventScroll: true });
      if (!showing.ready) void showLate(showing);
    },
    clear() {
      leaveFor(null);
      boxEditor.store.replaceAll([], "server");
      canvas.show(null, { width: 1, height: 1 });
      arrived(null);
    },
  };
}

/** @param {import("../boxes/types.js").PageData} data @returns {import("../boxes/types.js").DefectType[]} */
function offeredTypes({ types }) {
  return types.filter(({ archived }) => !archived);
}

/**
 * @param {import("../boxes/types.js").PageData} data
 * @param {import("../boxes/box_editor.js").BoxEditor} boxEditor
 * @param {import("../canvas/canvas.js").Canvas} canvas
 * @param {() => boolean} mayEdit
 * @param {import("../ui/notice.js").Notice} notice
 */
function makeClipboard(data, boxEditor, canvas, mayEdit, notice) {
  const owner = `${data.user}.${data.project.slug}`;
  return createBoxClipboard({ boxEditor, size: canvas.size, mayEdit, say: notice.say, storage: storageOf(window).localStorage, owner });
}

/**
 * @param {object} parts
 * @param {import("../boxes/types.js").DefectType[]} parts.types   those that are offered
 * @param {import("../boxes/box_editor.js").BoxEditor} parts.boxEditor
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {import("../panel/grade_advice.js").GradeAdvice} parts.advice
 * @param {import("../boxes/clipboard.js").BoxClipboard | null} parts.clipboard
 * @param {{toggle: () => boolean} | null} parts.overview
 * @param {import("../ui/notice.js").Notice} parts.notice
 * @param {import("../imaging/display_controls.js").DisplayControls} parts.displayControls
 * @returns {EditorCommands}
 */
function editorCommands({ types, boxEditor, canvas, advice, clipboard, overview, notice, displayControls }) {
  const takeGrade = () => boxEditor.takeGrade((box) => advice.of(box, boxEditor.typeOf(box.defect_type)));
  return {
    types: typeCommands(types, boxEditor),
    boxes: boxCommands(types, boxEditor, canvas, takeGrade),
    clipboard: clipboard ? clipboardCommands(clipboard) : [],
    view: viewCommands(canvas, {
      hideBoxes: (hidden) => notice.say(hidden ? "Boxes hidden" : "Boxes shown"),
      toggleMap: overview && (() => notice.say(overview.toggle() ? "Overview map on, when zoomed in" : "Overview map off")),
    }),
    display: displayControls.commands,
  };
}
