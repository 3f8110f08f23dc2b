// A canvas of 100 by 80 pixels for the tools, without a screen.
import { createSelection } from "../../../static/boxes/selection.js";
import { createStore } from "../../../static/boxes/store.js";
import { createDrawTool } from "../../../static/canvas/draw_tool.js";
import { createEditTool } from "../../../static/canvas/edit_tool.js";
import { createExtremeTool } from "../../../static/canvas/extreme_tool.js";
import { hitTest } from "../../../static/canvas/hit_test.js";
import { createSpatialIndex } from "../../../static/canvas/spatial_index.js";
import { box } from "../sample.js";

export const PLAIN = { touch: false, extend: false };
export const EXTEND = { touch: false, extend: true };

export function setUp(boxes = []) {
  const store = createStore(boxes);
  const spatialIndex = createSpatialIndex(store);
  const selection = createSelection();
  const said = [];
  let drafts = [];
  let marks = [];
  let band = null;
  let made = 0;
  const context = {
    size: () => ({ width: 100, height: 80 }),
    hitAt: (point) => hitTest({ boxes: spatialIndex.near(point, 5), selected: selection.only(), point, scale: 2 }),
    within: spatialIndex.within,
    selection: () => selection.ids().flatMap((id) => store.get(id) ?? []),
    select: (id) => selection.set(id === null ? [] : [id]),
    toggle: selection.toggle,
    addToSelection: selection.add,
    setDrafts: (next) => (drafts = next),
    setBand: (next) => (band = next),
    setMarks: (next) => (marks = next),
    makeBox: (rect) => box(`new${(made += 1)}`, [rect.xmin, rect.ymin, rect.xmax, rect.ymax]),
    commitNew(item) {
      store.create(item);
      selection.set([item.id]);
    },
    commitEdits: (rects) => store.updateMany(rects),
    say: (text) => said.push(text),
  };
  const drawTool = createDrawTool(context);
  const changes = [];
  store.subscribe((change) => changes.push(change));
  return {
    store,
    changes,
    drawTool,
    edit: createEditTool(context, drawTool),
    extreme: createExtremeTool(context),
    selection,
    said,
    selected: selection.only,
    draft: () => drafts[0] ?? null,
    drafts: () => drafts,
    marks: () => marks,
    band: () => band,
  };
}

export function stroke(tool, ...points) {
  strokeWith(tool, PLAIN, ...points);
}

export function strokeWith(tool, press, ...points) {
  tool.press(points[0], press);
  for (const point of points.slice(1)) tool.drag(point);
  tool.release(points.at(-1), points.length > 1);
}
