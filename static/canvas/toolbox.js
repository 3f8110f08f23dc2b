// @ts-check
// The tools of the canvas and the gesture in progress: which tool has it, what it shows, how it ends.
import { createDrawTool } from "./draw_tool.js";
import { createEditTool } from "./edit_tool.js";
import { createExtremeTool } from "./extreme_tool.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").Rect} Rect */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("./draw_tool.js").ToolContext} ToolContext */
/** @typedef {import("./draw_tool.js").Press} Press */

/** How a press on the image is meant: to edit, to draw by drags, to draw by extreme points. */
/** @typedef {"edit" | "draw" | "extreme"} Mode */

/**
 * @typedef {object} Gesture
 * @property {readonly Box[]} drafts          shown instead of the boxes of their ids
 * @property {Rect | null} band
 * @property {readonly Point[]} marks         extreme points
 */

/**
 * @typedef {object} Toolbox
 * @property {() => Mode} mode
 * @property {(mode: Mode) => void} setMode
 * @property {(point: Point, press: Press) => void} press
 * @property {(point: Point) => void} drag
 * @property {(point: Point, dragged: boolean) => void} release
 * @property {(point: Point | null) => void} hover
 * @property {() => boolean} cancel           true when there was a gesture to cancel
 * @property {() => boolean} back             takes the last extreme point away; false when there is none
 * @property {() => Gesture} gesture
 * @property {() => boolean} busy
 */

/**
 * @param {Omit<ToolContext, "setDrafts" | "setBand" | "setMarks">} parts
 * @param {() => void} changed   what the gesture shows is different
 * @returns {Toolbox}
 */
export function createToolbox(parts, changed) {
  /** @type {Gesture} */
  let gesture = { drafts: [], band: null, marks: [] };
  /** @type {Mode} */
  let mode = "edit";

  /** @param {Partial<Gesture>} part */
  function show(part) {
    gesture = { ...gesture, ...part };
    changed();
  }
  /** @type {ToolContext} */
  const context = {
    ...parts,
    setDrafts: (drafts) => (drafts.length > 0 || gesture.drafts.length > 0) && show({ drafts }),
    setBand: (band) => (band || gesture.band) && show({ band }),
    setMarks: (marks) => (marks.length > 0 || gesture.marks.length > 0) && show({ marks }),
  };
  const draw = createDrawTool(context);
  const edit = createEditTool(context, draw);
  const extreme = createExtremeTool(context);
  // With Shift or Ctrl a drag selects, whatever the mode.
  let activeTool = /** @type {import("./draw_tool.js").Tool} */ (edit);

  const busy = () => gesture.drafts.length > 0 || gesture.band !== null || gesture.marks.length > 0;

  function cancel() {
    const wasBusy = busy();
    for (const tool of [edit, draw, extreme]) tool.cancel();
    return wasBusy;
  }

  return {
    mode: () => mode,
    setMode(next) {
      cancel();
      mode = next;
    },
    press(point, press) {
      activeTool = mode === "edit" || (press.extend && extreme.pending() === 0) ? edit : { draw, extreme }[mode];
      activeTool.press(point, press);
    },
    drag: (point) => activeTool.drag(point),
    release: (point, dragged) => activeTool.release(point, dragged),
    hover: (point) => mode === "extreme" && extreme.hover(point),
    cancel,
    back: () => extreme.back(),
    gesture: () => gesture,
    busy,
  };
}
