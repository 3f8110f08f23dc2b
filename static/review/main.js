// @ts-check
// The review page: proposals are accepted, corrected or rejected by key; the next image is on screen at once.
import { MOUSE_NOTES, boxCommands, clipboardCommands, typeCommands, viewCommands } from "../workbench/commands.js";
import { createBoxClipboard } from "../boxes/clipboard.js";
import { createOutbox } from "../saving/outbox.js";
import { createTileWorkers } from "../imaging/tile_workers.js";
import { createBoxEditor } from "../boxes/box_editor.js";
import { createDrafts } from "../comments/drafts.js";
import { find, readData } from "../ui/element.js";
import { createGradeAdvice } from "../panel/grade_advice.js";
import { makeHelp } from "../ui/help.js";
import { createUserKeymap } from "../ui/user_keymap.js";
import { createUnsentNotice } from "../saving/unsent_notice.js";
import { createPageServices } from "../workbench/page_services.js";
import { readToneMapping } from "../imaging/tone_mapping.js";
import { createNotice } from "../ui/notice.js";
import { createOverview } from "../canvas/overview.js";
import { joinCommands } from "../server/page.js";
import { createPanel } from "../panel/panel.js";
import { createPictures } from "../imaging/picture.js";
import { storageOf } from "../saving/browser_storage.js";
import { createCanvas } from "../canvas/canvas.js";
import { createTabs } from "../ui/tabs.js";
import { createComments } from "../comments/comments.js";
import { commentCommands } from "../comments/comment_commands.js";
import { createDisplayControls } from "../imaging/display_controls.js";
import { createReviewPanel } from "./review_panel.js";
import { createDecisions } from "./decisions.js";
import { queueSummary } from "./proposal.js";
import { createQueueCounts } from "./queue_counts.js";
import { createReviewSession } from "./review_session.js";

const AHEAD = 3;

/** @type {import("../boxes/types.js").PageData & {reasons: Record<string, string>, counts: Record<string, number>}} */
const data = readData("review-data");
const slug = data.project.slug;
const offered = data.types.filter(({ archived }) => !archived);
const root = find("#review");
const canvasElement = /** @type {HTMLCanvasElement} */ (find("canvas", root));
const notice = createNotice(find("[data-notes]", root), find("[data-passing]", root));

const openId = () => reviewSession.open()?.item.claimed.image.id;
// Corrections that were not sent are kept apart from the label page's work on the same image.
const { api, preferences, unsentStorage, signIn, heartbeat, queue } = createPageServices({
  data,
  kind: "review",
  ahead: AHEAD,
  notice,
  open: openId,
  load: (image) => pictures.load(image),
  lost(_, error) {
    notice.show({
      tone: "warning",
      text: `${error.message} Go on with the next image.`,
      actions: [{ label: "Next image", perform: () => void reviewSession.goOn(), primary: true }],
    });
  },
  signedIn,
});
const { tab, unsentWork, moved } = unsentStorage;
const outbox = createOutbox({ api, createOwner: unsentStorage.createOwner });
const unsentNotice = createUnsentNotice({
  unsentWork,
  outbox,
  tab,
  // A correction that was not finished comes back with its image; what is under way here needs no word.
  skip: (unsent) => unsent.kind === "review" && (!unsent.decision || unsent.tab === tab),
  show: (note) => (note ? notice.show(note, "unsent") : notice.clear("unsent")),
  expired: () => void signIn.ask(),
});
const pictures = createPictures({
  getImage: api.getImage,
  tileWorkers: createTileWorkers(),
  canvasElement,
  projectWindow: { low: data.project.window_low, high: data.project.window_high },
  toneMapping: readToneMapping(preferences.get("view")),
  invalidate: () => canvas.invalidate(),
});
const displayControls = createDisplayControls({ root, pictures, preferences, say: notice.say });
const mayEdit = () => reviewSession.open() !== null;

const boxEditor = createBoxEditor({
  types: data.types,
  mayEdit,
  say: notice.say,
  changed() {
    panel.refresh();
    reviewSession.showChoices();
  },
});
const canvas = createCanvas({
  canvasElement,
  store: boxEditor.store,
  styleOf: (box) => panel.styleOf(box),
  mayEdit,
  makeBox: boxEditor.makeBox,
  say: notice.say,
  selectionChanged: () => panel.refresh(),
  cursorMoved(point) {
    panel.showCursor(point);
    displayControls.probe(point);
  },
  viewChanged: () => panel.showZoom(),
});
boxEditor.attach(canvas);
const advice = createGradeAdvice({ ask: api.askGrades, fetchAnswer: api.lookAtGrades, changed: () => panel.refresh() });
const takeGrade = () => boxEditor.takeGrade((box) => advice.of(box, boxEditor.typeOf(box.defect_type)));
const clipboard = createBoxClipboard({ boxEditor, size: canvas.size, mayEdit, say: notice.say, shelf: storageOf(window).localStorage, owner: `${data.user}.${slug}` });
const overview = createOverview({ frame: find(".canvas-frame", root), canvas, store: boxEditor.store, colorOf: (box) => panel.styleOf(box).color });

const tabs = createTabs(root);
const comments = createComments({
  root,
  api,
  canvas,
  store: boxEditor.store,
  drafts: createDrafts(storageOf(window).localStorage, data.user),
  person: { user: data.user, mayDeleteAll: data.role === "engineer" },
  say: notice.say,
  tabs,
  helpEnded() {
    if (reviewSession.open()?.item.claimed.review?.reason !== "help") return;
    const actions = [{ label: "Next image", perform: () => void reviewSession.skip(), primary: true }];
    notice.show({ tone: "info", text: "Nothing is asked about this image any more.", actions });
  },
});

/** @type {import("../ui/keymap.js").Command[]} */
const commands = [
  { name: "accept", label: "Accept: the boxes are right", group: "Decision", keys: ["a"], once: true, perform: () => reviewSession.accept() },
  { name: "correct", label: "Correct: take the boxes as changed", group: "Decision", keys: ["c"], once: true, perform: () => reviewSession.correct() },
  {
    name: "reject",
    label: "Reject: throw the proposal away, label by hand",
    group: "Decision",
    keys: ["r"],
    once: true,
    perform: () => reviewSession.reject(),
  },
  { name: "skip", label: "Skip: somebody else decides", group: "Decision", keys: ["s"], once: true, perform: () => void reviewSession.skip() },
  { name: "start", label: "Open the next image", group: "Decision", keys: ["Enter", "n"], perform: () => reviewSession.start() },
  ...typeCommands(offered, boxEditor),
  ...boxCommands(offered, boxEditor, canvas, takeGrade),
  ...clipboardCommands(clipboard),
  ...commentCommands(comments, tabs, [
    ["boxes", "The boxes at the side", "Alt+b"],
    ["comments", "The comments at the side", "Alt+c"],
  ]),
  ...viewCommands(canvas, {
    help: () => help.showModal(),
    hideBoxes: (hidden) => notice.say(hidden ? "Boxes hidden" : "Boxes shown"),
    toggleMap: () => notice.say(overview.toggle() ? "Overview map on, when zoomed in" : "Overview map off"),
  }),
  ...displayControls.commands,
];
const userKeymap = createUserKeymap({ commands, preferences });
const help = makeHelp({ userKeymap, notes: MOUSE_NOTES });
document.body.append(help);
const panel = createPanel({
  root,
  boxEditor,
  canvas,
  userKeymap,
  types: offered,
  mayEdit,
  advice,
  imageId: openId,
  scores: true,
  isProposal: (box) => reviewSession.isProposal(box),
});
const reviewPanel = createReviewPanel(root, data.reasons);
const queueCounts = createQueueCounts({ api, slug, reviewPanel, counts: data.counts });
const reviewSession = createReviewSession({
  root,
  canvasElement,
  project: data.project,
  signIn,
  outbox,
  unsentNotice,
  unsentWork,
  queue,
  heartbeat,
  notice,
  boxEditor,
  canvas,
  panel,
  reviewPanel,
  leaving: clipboard.leaving,
  queueCounts,
  keyOf: userKeymap.keyOf,
  shown(item) {
    clipboard.opened(item?.claimed.image ?? null);
    pictures.show(item?.claimed.image ?? null);
    const help = item?.claimed.review?.help ?? false;
    tabs.choose(help ? "comments" : "boxes");
    comments.show(item?.claimed.image ?? null, { help });
  },
  decisions: createDecisions({
    api,
    done: (decided) => reviewSession.settled(decided),
    gone: (decided, sentence) => reviewSession.lostToAnother(decided, sentence),
    comeBack: (decided, error) => reviewSession.comeBack(decided, error),
  }),
});

joinCommands({ root, canvasElement, userKeymap, boxEditor, canvas, performed: () => panel.refresh() });

function signedIn() {
  notice.clear();
  void heartbeat.beat();
  if (!reviewSession.open()) void reviewSession.goOn();
}

window.addEventListener("pagehide", heartbeat.releaseAll);
void moved.then(unsentNotice.refresh);
if (queueSummary(data.counts, data.reasons).total > 0) void reviewSession.goOn();
else reviewSession.showNothing();
