// @ts-check
// The label page: joins the canvas, the panel, saving, leases and the queue of next images.
import { MOUSE_NOTES, boxCommands, clipboardCommands, typeCommands, viewCommands } from "../workbench/commands.js";
import { createConflicts } from "../conflicts/conflicts.js";
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
import { isAnswer, joinCommands } from "../server/page.js";
import { createPanel } from "../panel/panel.js";
import { createPictures } from "../imaging/picture.js";
import { createRevisions } from "../revisions/revisions.js";
import { createSaveStatus } from "../saving/save_status.js";
import { createLeaseLock } from "../server/lease_lock.js";
import { storageOf } from "../saving/browser_storage.js";
import { createCanvas } from "../canvas/canvas.js";
import { createTabs } from "../ui/tabs.js";
import { createComments } from "../comments/comments.js";
import { commentCommands } from "../comments/comment_commands.js";
import { createDisplayControls } from "../imaging/display_controls.js";
import { createImageSession } from "./image_session.js";

/** A page that is reloaded gives its lease back while it takes it again; this beat settles it. */
const SETTLE_MS = 2500;
/** How often work that was left behind is tried again. */
const SEND_AGAIN_MS = 10000;

/** @type {import("../boxes/types.js").PageData & {image: import("../boxes/types.js").ImageInfo | null}} */
const data = readData("label-data");
const offered = data.types.filter(({ archived }) => !archived);
const root = find("#label");
const canvasElement = /** @type {HTMLCanvasElement} */ (find("canvas", root));
const notice = createNotice(find("[data-notes]", root), find("[data-passing]", root));

const openId = () => imageSession.open()?.image.id;
const { api, preferences, unsentStorage, signIn, heartbeat, queue } = createPageServices({
  data,
  kind: "label",
  ahead: 1,
  notice,
  open: openId,
  load: (image) => pictures.load(image),
  lost: (imageId, error) => leaseLock.lock(imageId, error.body.holder ?? "Another person"),
  signedIn,
});
const unsentNotice = createUnsentNotice({
  unsentWork: unsentStorage.unsentWork,
  outbox: createOutbox({ api, createOwner: unsentStorage.createOwner }),
  tab: unsentStorage.tab,
  show: (note) => (note ? notice.show(note, "unsent") : notice.clear("unsent")),
  // The open image's own work is in good hands.
  skip: ({ kind, image }) => kind === "label" && String(image.id) === String(openId()),
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

const next = { label: "Next image", perform: () => void imageSession.goOn({ done: false }) };
const leaseLock = createLeaseLock({
  api,
  notice,
  hold: heartbeat.hold,
  locked() {
    canvas.cancel();
    panel.refresh();
    saveStatus.lock();
  },
  openAgain: (imageId) => void imageSession.attempt(() => imageSession.openById(imageId)),
  next,
});
const mayEdit = () => imageSession.open() !== null && leaseLock.holder() === null && !imageSession.busy() && !revisions.looking();

const boxEditor = createBoxEditor({ types: data.types, mayEdit, say: notice.say, changed: () => panel.refresh() });
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
const clipboard = createBoxClipboard({ boxEditor, size: canvas.size, mayEdit, say: notice.say, shelf: storageOf(window).localStorage, owner: `${data.user}.${data.project.slug}` });
const overview = createOverview({ frame: find(".canvas-frame", root), canvas, store: boxEditor.store, colorOf: (box) => panel.styleOf(box).color });

const tabs = createTabs(root, () => revisions.tabChanged());
const comments = createComments({
  root,
  api,
  canvas,
  store: boxEditor.store,
  drafts: createDrafts(storageOf(window).localStorage, data.user),
  person: { user: data.user, mayDeleteAll: data.role === "engineer" },
  say: notice.say,
  tabs,
  hidden: () => revisions.looking(),
  changed: showState,
});
const revisions = createRevisions({
  root,
  api,
  canvas,
  store: boxEditor.store,
  tabs,
  saver: () => imageSession.open()?.saver,
  mayRestore: () => imageSession.open() !== null && leaseLock.holder() === null,
  say: notice.say,
  changed: () => panel.refresh(),
});

const conflicts = createConflicts({
  place: find("[data-panel]", root),
  canvas,
  say: notice.say,
  resolve: (choices) => void imageSession.open()?.saver.resolve(choices),
});
/** @type {import("../ui/keymap.js").Command[]} */
const commands = [
  ...typeCommands(offered, boxEditor),
  {
    name: "next",
    label: "Done: save and open the next image",
    group: "Image",
    keys: ["Enter", "n"],
    once: true,
    perform: () => void imageSession.goOn({ done: true }),
  },
  { name: "skip", label: "Leave for later: next image", group: "Image", keys: ["Shift+Enter", "s"], once: true, perform: () => void imageSession.goOn({ done: false }) },
  {
    name: "save",
    label: "Save now",
    group: "Image",
    keys: ["Ctrl+s"],
    whileTyping: true,
    perform: () => void imageSession.open()?.saver.saveNow(),
  },
  ...boxCommands(offered, boxEditor, canvas, takeGrade),
  ...clipboardCommands(clipboard),
  ...commentCommands(comments, tabs, [
    ["boxes", "The boxes at the side", "Alt+b"],
    ["comments", "The comments at the side", "Alt+c"],
    ["history", "The history at the side", "Alt+h"],
  ]),
  ...conflicts.commands,
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
const panel = createPanel({ root, boxEditor, canvas, userKeymap, types: offered, mayEdit, advice, imageId: openId });
const saveStatus = createSaveStatus({
  word: find("[data-save]", root),
  notice,
  signIn,
  conflicts,
  locked: () => leaseLock.holder() !== null,
  open: () => imageSession.open(),
  boxes: boxEditor.store.all,
  showBox: canvas.select,
  next,
  saved() {
    void unsentNotice.sendOwn();
    showState();
  },
});
const imageSession = createImageSession({
  root,
  canvasElement,
  project: data.project,
  signIn,
  api,
  unsentStorage,
  queue,
  heartbeat,
  leaseLock,
  notice,
  boxEditor,
  canvas,
  panel,
  load: pictures.load,
  reportSave: saveStatus.report,
  leaving: clipboard.leaving,
  shown(image) {
    clipboard.opened(image);
    pictures.show(image);
    comments.show(image);
    revisions.show(image);
  },
  leftUnsaved: () => void unsentNotice.refresh(),
});

/** Say how far the image is: a save labels it, a call for help keeps it in review. */
function showState() {
  const open = imageSession.open();
  if (!open) return;
  const saved = open.saver.version() > open.image.version;
  const state = comments.needsHelp() ? "in_review" : saved ? "labeled" : open.image.state;
  panel.showImage({ ...open.image, state });
}

/** As the page goes away: send what is not saved, give the images back. */
function leave() {
  const open = imageSession.open();
  const list = open?.saver.leave();
  if (open && list && leaseLock.holder() === null) {
    // This browser has stored it too; a request that outlives the page may be cut at 64 kB.
    void api.putBoxes(open.image.id, list, { keepalive: true }).catch((error) => {
      if (!isAnswer(error)) throw error;
    });
  }
  heartbeat.releaseAll();
}

joinCommands({ root, canvasElement, userKeymap, boxEditor, canvas, performed: () => panel.refresh() });
window.addEventListener("pagehide", leave);
window.addEventListener("pagehide", clipboard.leaving);
window.addEventListener("popstate", () => location.reload());
/** What waits for the server or for the person is tried at once when either is back. */
function tryAgain() {
  const saver = imageSession.open()?.saver;
  if (saver?.state() === "expired" || saver?.state() === "offline") void saver.saveNow();
  void unsentNotice.sendOwn();
}

function signedIn() {
  notice.clear();
  if (!imageSession.open()) {
    location.reload();
    return;
  }
  void heartbeat.beat();
  tryAgain();
}

window.addEventListener("focus", tryAgain);
window.addEventListener("online", tryAgain);
setInterval(() => void unsentNotice.sendOwn(), SEND_AGAIN_MS);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void imageSession.open()?.saver.saveNow();
});

void unsentStorage.moved.then(unsentNotice.refresh);
const first = data.image;
if (first) {
  void imageSession.attempt(async () => {
    await unsentStorage.moved;
    await imageSession.openById(first.id);
    setTimeout(() => void heartbeat.beat(), SETTLE_MS);
    void queue.fill();
  });
}
