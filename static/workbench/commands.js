// @ts-check
// The commands that pages with a workbench share, as rows of the keymap.

/** @typedef {import("../ui/keymap.js").Command} Command */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */
/** @typedef {import("../boxes/box_editor.js").BoxEditor} BoxEditor */
/** @typedef {import("../canvas/canvas.js").Canvas} Canvas */

const ARROWS = /** @type {const} */ ([
  ["ArrowLeft", -1, 0],
  ["ArrowRight", 1, 0],
  ["ArrowUp", 0, -1],
  ["ArrowDown", 0, 1],
]);
const PAN_SCR = 64;

/**
 * @param {readonly DefectType[]} types
 * @param {BoxEditor} boxEditor
 * @returns {Command[]}
 */
export function typeCommands(types, boxEditor) {
  return types.map(({ name, hotkey }) => ({
    name: `type ${name}`,
    label: name,
    group: "Defect types",
    // A type that the project gave no key may get one from the person.
    keys: hotkey ? [hotkey.toLowerCase()] : [],
    fixed: hotkey !== "",
    perform: () => boxEditor.chooseType(name),
  }));
}

/**
 * @param {readonly DefectType[]} types
 * @param {BoxEditor} boxEditor
 * @param {Canvas} canvas
 * @param {() => void} takeGrade  the one that the grader proposes
 * @returns {Command[]}
 */
export function boxCommands(types, boxEditor, canvas, takeGrade) {
  const group = "Box";
  return [
    ...gradeCommands(types, boxEditor, takeGrade),
    {
      name: "delete",
      label: "Delete the selected boxes; while extreme points are set, take the last one back",
      group,
      keys: ["Delete", "Backspace"],
      once: true,
      perform: () => void (canvas.back() || boxEditor.remove()),
    },
    { name: "undo", label: "Undo", group, keys: ["Ctrl+z"], repeats: true, perform: boxEditor.undo },
    { name: "redo", label: "Redo", group, keys: ["Ctrl+Shift+z", "Ctrl+y"], repeats: true, perform: boxEditor.redo },
    {
      name: "draw",
      label: "Drawing on or off: every drag draws, over other boxes too",
      group,
      keys: ["b"],
      perform: () => canvas.setMode(canvas.mode() === "draw" ? "edit" : "draw"),
    },
    {
      name: "extreme",
      label: "Drawing by extreme points on or off: click top, left, bottom and right in any order",
      group,
      keys: ["x"],
      perform: () => canvas.setMode(canvas.mode() === "extreme" ? "edit" : "extreme"),
    },
    {
      name: "draw in the middle",
      label: "New box in the middle of the view",
      group,
      keys: ["Insert"],
      perform: boxEditor.drawInMiddle,
    },
    { name: "difficult", label: "Difficult, or not", group, keys: ["d"], perform: () => boxEditor.toggleFlag("difficult") },
    { name: "truncated", label: "Truncated, or not", group, keys: ["u"], perform: () => boxEditor.toggleFlag("truncated") },
    { name: "occluded", label: "Occluded, or not", group, keys: ["o"], perform: () => boxEditor.toggleFlag("occluded") },
    { name: "pose", label: "Next pose: unspecified, frontal, left, right, rear", group, keys: ["e"], perform: boxEditor.nextPose },
    { name: "select all", label: "Select all boxes", group, keys: ["Ctrl+a"], perform: boxEditor.selectAll },
    {
      name: "leave",
      label: "Take an extreme point back, cancel the drag, stop drawing, or select nothing",
      group,
      keys: ["Escape"],
      perform() {
        if (canvas.back() || canvas.cancel()) return;
        if (canvas.mode() !== "edit") canvas.setMode("edit");
        else canvas.select(null);
      },
    },
    ...arrowCommands(boxEditor, canvas),
    ...hidingCommands(types, boxEditor),
  ];
}

/** @param {readonly DefectType[]} types @param {BoxEditor} boxEditor @param {() => void} takeGrade @returns {Command[]} */
function gradeCommands(types, boxEditor, takeGrade) {
  const levels = new Set(types.flatMap(({ graded, grades }) => (graded ? grades.map(({ level }) => level) : [])));
  if (levels.size === 0) return [];
  return [
    ...[...levels].sort((a, b) => a - b).map((grade) => ({
      name: `grade ${grade}`,
      label: "Grade of the box, or of the next one",
      detail: String(grade),
      group: "Grade",
      keys: [String(grade)],
      perform: () => boxEditor.setGrade(grade),
    })),
    { name: "no grade", label: "No grade", group: "Grade", keys: ["0"], perform: () => boxEditor.setGrade(null) },
    { name: "take grade", label: "Take the grade that the grader proposes", group: "Grade", keys: ["."], perform: takeGrade },
  ];
}

/** @param {readonly DefectType[]} types @param {BoxEditor} boxEditor @returns {Command[]} */
function hidingCommands(types, boxEditor) {
  const group = "View";
  return [
    {
      name: "show only",
      label: "Show only the boxes of the current type, or all again",
      group,
      keys: ["i"],
      perform: boxEditor.showOnly,
    },
    // A type that the project gave no key may get these from the person.
    ...types.map(({ name, hotkey }) => ({
      name: `hide ${name}`,
      label: "Hide or show the boxes of a type",
      detail: name,
      group,
      keys: hotkey ? [`Alt+Shift+${hotkey.toLowerCase()}`] : [],
      perform: () => boxEditor.toggleHidden(name),
    })),
  ];
}

/** @param {BoxEditor} boxEditor @param {Canvas} canvas @returns {Command[]} */
function arrowCommands(boxEditor, canvas) {
  const names = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
  return ARROWS.flatMap(([key, dx, dy]) => {
    const direction = names[key];
    const shared = { group: "Move", repeats: true, detail: direction };
    return [
      {
        ...shared,
        name: `nudge ${direction}`,
        label: "Box by 1 pixel; with no box selected, the view",
        keys: [key],
        perform: () => (boxEditor.selectedBox() ? boxEditor.nudge(dx, dy) : canvas.pan({ xScr: -dx * PAN_SCR, yScr: -dy * PAN_SCR })),
      },
      {
        ...shared,
        name: `nudge far ${direction}`,
        label: "Box by 10 pixels",
        keys: [`Shift+${key}`],
        perform: () => boxEditor.nudge(dx * 10, dy * 10),
      },
      {
        ...shared,
        name: `stretch ${direction}`,
        label: "Right or lower side of the box by 1 pixel",
        keys: [`Ctrl+${key}`],
        perform: () => boxEditor.stretch(dx, dy),
      },
      {
        ...shared,
        name: `stretch far ${direction}`,
        label: "Right or lower side of the box by 10 pixels",
        keys: [`Ctrl+Shift+${key}`],
        perform: () => boxEditor.stretch(dx * 10, dy * 10),
      },
    ];
  });
}

/**
 * @param {Canvas} canvas
 * @param {object} calls
 * @param {(hidden: boolean) => void} calls.hideBoxes
 * @param {(() => void) | null} calls.toggleMap   null on a page without the overview map
 * @returns {Command[]}
 */
export function viewCommands(canvas, { hideBoxes, toggleMap }) {
  const group = "View";
  let hidden = false;
  return [
    { name: "fit", label: "Show the whole image", group, keys: ["f", "Home"], perform: canvas.fit },
    { name: "pixels", label: "One image pixel per screen pixel", group, keys: ["p"], perform: canvas.zoomToPixels },
    { name: "zoom in", label: "Zoom in", group, keys: ["+", "="], repeats: true, perform: () => canvas.zoomBy(1.25) },
    { name: "zoom out", label: "Zoom out", group, keys: ["-"], repeats: true, perform: () => canvas.zoomBy(0.8) },
    { name: "tags", label: "Names on or off", group, keys: ["t"], perform: () => canvas.setTags(!canvas.tags()) },
    {
      name: "hide",
      label: "Hide or show the boxes",
      group,
      keys: ["h"],
      perform() {
        hidden = !hidden;
        canvas.setBoxesHidden(hidden);
        hideBoxes(hidden);
      },
    },
    { name: "crosshair", label: "Crosshair on or off", group, keys: ["c"], perform: () => canvas.setCrosshair(!canvas.crosshair()) },
    ...(toggleMap ? [{ name: "map", label: "Overview map on or off", group, keys: ["m"], perform: toggleMap }] : []),
    { name: "pan", label: "Hold and drag to move the view", group, keys: [" "], perform: () => canvas.setPanning(true) },
  ];
}

/** @param {() => void} open @returns {Command} */
export function helpCommand(open) {
  return { name: "help", label: "This panel", group: "View", keys: ["?"], perform: open };
}

/**
 * @param {import("../boxes/clipboard.js").BoxClipboard} clipboard
 * @returns {Command[]}
 */
export function clipboardCommands(clipboard) {
  const group = "Copies";
  return [
    { name: "copy", label: "Copy the selected boxes, also for other images and tabs", group, keys: ["Ctrl+c"], perform: clipboard.copy },
    { name: "cut", label: "Copy and delete the selected boxes", group, keys: ["Ctrl+x"], perform: clipboard.cut },
    { name: "paste", label: "Paste the copied boxes", group, keys: ["Ctrl+v"], perform: clipboard.paste },
    { name: "duplicate", label: "Double the selected boxes", group, keys: ["Ctrl+d"], perform: clipboard.duplicate },
    { name: "take over", label: "Take over the boxes of the image before this one", group, keys: ["v"], perform: clipboard.takeOver },
  ];
}

/** What the mouse does, for the help panel. */
export const MOUSE_NOTES = [
  "Drag on free ground draws a box; drag a box to move it, a handle or a side of the selected one to resize it.",
  "Shift or Ctrl and click adds a box to the selection; Shift or Ctrl and drag selects every box inside the band.",
  "Wheel zooms at the cursor; middle button or space and drag moves the view; on a touch pad two fingers move it and a pinch zooms.",
  "Zoomed in, the small map shows where you are; press on it to go elsewhere.",
  "Tab on the image walks the boxes.",
];
