// @ts-check
// The review page: proposals are accepted, corrected or rejected by key; the next image is on screen at once.
import { MOUSE_NOTES, boxCommands, copyCommands, typeCommands, viewCommands } from "../workbench/commands.js";
import { createCopies } from "../boxes/clipboard.js";
import { createCourier } from "../saving/outbox.js";
import { createDarkroom } from "../imaging/tile_workers.js";
import { createDesk } from "../boxes/box_editor.js";
import { createDrafts } from "../comments/drafts.js";
import { find, readData } from "../ui/element.js";
import { createGradeAdvice } from "../panel/grade_advice.js";
import { makeHelp } from "../ui/help.js";
import { createKeyring } from "../ui/user_keymap.js";
import { createLeftover } from "../saving/unsent_notice.js";
import { createLink } from "../workbench/page_services.js";
import { readLook } from "../imaging/tone_mapping.js";
import { createNotice } from "../ui/notice.js";
import { createOverview } from "../canvas/overview.js";
import { joinCommands } from "../server/page.js";
import { createPanel } from "../panel/panel.js";
import { createPictures } from "../imaging/picture.js";
import { storageOf } from "../saving/browser_storage.js";
import { createStage } from "../canvas/canvas.js";
import { createTabs } from "../ui/tabs.js";
import { createTalk } from "../comments/comments.js";
import { talkCommands } from "../comments/comment_commands.js";
import { createViewing } from "../imaging/display_controls.js";
import { createBoard } from "./review_panel.js";
import { createDecisions } from "./decisions.js";
import { queueWords } from "./proposal.js";
import { createTally } from "./queue_counts.js";
import { createVisit } from "./review_session.js";

const AHEAD = 3;

/** @type {import("../boxes/types.js").PageData & {reasons: Record<string, string>, counts: Record<string, number>}} */
const data = readData("review-data");
const slug = data.project.slug;
const offered = data.types.filter(({ archived }) => !archived);
const root = find("#review");
const canvas = /** @type {HTMLCanvasElement} */ (find("canvas", root));
const notice = createNotice(find("[data-notes]", root), find("[data-passing]", root));

const openId = () => visit.open()?.item.claimed.image.id;
// Corrections that were not sent are kept apart from the label page's work on the same image.
const { api, preferences, keeping, signIn, heartbeat, queue } = createLink({
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
      actions: [{ label: "Next image", perform: () => void visit.goOn(), primary: true }],
    });
  },
  signedIn,
});
const { tab, backup, moved } = keeping;
const courier = createCourier({ api, carrier: keeping.carrier });
const leftover = createLeftover({
  backup,
  courier,
  tab,
  // A correction that was not finished comes back with its image; what is under way here needs no word.
  skip: (kept) => kept.kind === "review" && (!kept.decision || kept.tab === tab),
  show: (note) => (note ? notice.show(note, "kept") : notice.clear("kept")),
  expired: () => void signIn.ask(),
});
const pictures = createPictures({
  getImage: api.getImage,
  darkroom: createDarkroom(),
  canvas,
  projectWindow: { low: data.project.window_low, high: data.project.window_high },
  look: readLook(preferences.get("view")),
  invalidate: () => stage.invalidate(),
});
const viewing = createViewing({ root, pictures, preferences, say: notice.say });
const mayEdit = () => visit.open() !== null;

const desk = createDesk({
  types: data.types,
  mayEdit,
  say: notice.say,
  changed() {
    panel.refresh();
    visit.showChoices();
  },
});
const stage = createStage({
  canvas,
  store: desk.store,
  lookOf: (box) => panel.lookOf(box),
  mayEdit,
  makeBox: desk.makeBox,
  say: notice.say,
  selectionChanged: () => panel.refresh(),
  cursorMoved(point) {
    panel.showCursor(point);
    viewing.probe(point);
  },
  viewChanged: () => panel.showZoom(),
});
desk.attach(stage);
const advice = createGradeAdvice({ ask: api.askGrades, look: api.lookAtGrades, changed: () => panel.refresh() });
const takeGrade = () => desk.takeGrade((box) => advice.of(box, desk.typeOf(box.defect_type)));
const copies = createCopies({ desk, size: stage.size, mayEdit, say: notice.say, shelf: storageOf(window).localStorage, owner: `${data.user}.${slug}` });
const overview = createOverview({ frame: find(".canvas-frame", root), stage, store: desk.store, colorOf: (box) => panel.lookOf(box).color });

const tabs = createTabs(root);
const talk = createTalk({
  root,
  api,
  stage,
  store: desk.store,
  drafts: createDrafts(storageOf(window).localStorage, data.user),
  person: { user: data.user, mayDeleteAll: data.role === "engineer" },
  say: notice.say,
  tabs,
  settled() {
    if (visit.open()?.item.claimed.review?.reason !== "help") return;
    const actions = [{ label: "Next image", perform: () => void visit.skip(), primary: true }];
    notice.show({ tone: "info", text: "Nothing is asked about this image any more.", actions });
  },
});

/** @type {import("../ui/keymap.js").Command[]} */
const commands = [
  { name: "accept", label: "Accept: the boxes are right", group: "Decision", keys: ["a"], once: true, perform: () => visit.accept() },
  { name: "correct", label: "Correct: take the boxes as changed", group: "Decision", keys: ["c"], once: true, perform: () => visit.correct() },
  {
    name: "reject",
    label: "Reject: throw the proposal away, label by hand",
    group: "Decision",
    keys: ["r"],
    once: true,
    perform: () => visit.reject(),
  },
  { name: "skip", label: "Skip: somebody else decides", group: "Decision", keys: ["s"], once: true, perform: () => void visit.skip() },
  { name: "start", label: "Open the next image", group: "Decision", keys: ["Enter", "n"], perform: () => visit.start() },
  ...typeCommands(offered, desk),
  ...boxCommands(offered, desk, stage, takeGrade),
  ...copyCommands(copies),
  ...talkCommands(talk, tabs, [
    ["boxes", "The boxes at the side", "Alt+b"],
    ["comments", "The comments at the side", "Alt+c"],
  ]),
  ...viewCommands(stage, {
    help: () => help.showModal(),
    hideBoxes: (hidden) => notice.say(hidden ? "Boxes hidden" : "Boxes shown"),
    toggleMap: () => notice.say(overview.toggle() ? "Overview map on, when zoomed in" : "Overview map off"),
  }),
  ...viewing.commands,
];
const keyring = createKeyring({ commands, preferences });
const help = makeHelp({ keyring, notes: MOUSE_NOTES });
document.body.append(help);
const panel = createPanel({
  root,
  desk,
  stage,
  keyring,
  types: offered,
  mayEdit,
  advice,
  imageId: openId,
  scores: true,
  isProposal: (box) => visit.isProposal(box),
});
const board = createBoard(root, data.reasons);
const tally = createTally({ api, slug, board, counts: data.counts });
const visit = createVisit({
  root,
  canvas,
  project: data.project,
  signIn,
  courier,
  leftover,
  backup,
  queue,
  heartbeat,
  notice,
  desk,
  stage,
  panel,
  board,
  leaving: copies.leaving,
  tally,
  keyOf: keyring.keyOf,
  shown(item) {
    copies.opened(item?.claimed.image ?? null);
    pictures.show(item?.claimed.image ?? null);
    const help = item?.claimed.review?.help ?? false;
    tabs.choose(help ? "comments" : "boxes");
    talk.show(item?.claimed.image ?? null, { help });
  },
  decisions: createDecisions({
    api,
    done: (decided) => visit.settled(decided),
    gone: (decided, sentence) => visit.lostToAnother(decided, sentence),
    comeBack: (decided, error) => visit.comeBack(decided, error),
  }),
});

joinCommands({ root, canvas, keyring, desk, stage, performed: () => panel.refresh() });

function signedIn() {
  notice.clear();
  void heartbeat.beat();
  if (!visit.open()) void visit.goOn();
}

window.addEventListener("pagehide", heartbeat.releaseAll);
void moved.then(leftover.look);
if (queueWords(data.counts, data.reasons).total > 0) void visit.goOn();
else visit.showNothing();
