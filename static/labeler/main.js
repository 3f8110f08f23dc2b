// @ts-check
// The label page: joins the canvas, the panel, saving, leases and the queue of next images.
import { createApi, csrfTokenOf } from "./api.js";
import { createBackup, openShelf } from "./backup.js";
import { MOUSE_NOTES, boxCommands, copyCommands, typeCommands, viewCommands } from "./commands.js";
import { createCopies } from "./copies.js";
import { createDarkroom } from "./darkroom.js";
import { createDesk } from "./desk.js";
import { createDrafts } from "./drafts.js";
import { find, readData } from "./element.js";
import { createGradeAdvice } from "./gradeadvice.js";
import { makeHelp } from "./help.js";
import { createKeyring } from "./keyring.js";
import { startHeartbeat } from "./lease.js";
import { readLook } from "./look.js";
import { createNotice } from "./notice.js";
import { isAnswer, joinCommands, watchIdleness } from "./page.js";
import { createOverview } from "./overview.js";
import { createPanel } from "./panel.js";
import { createPictures } from "./picture.js";
import { createPreferences } from "./preferences.js";
import { createQueue } from "./queue.js";
import { createRevisions } from "./revisions.js";
import { createSaveState } from "./savestate.js";
import { createSharing } from "./sharing.js";
import { createStage } from "./stage.js";
import { createTabs } from "./tabs.js";
import { createTalk } from "./talk.js";
import { talkCommands } from "./talkcommands.js";
import { createVisit } from "./visit.js";

/** A page that is reloaded gives its lease back while it takes it again; this beat settles it. */
const SETTLE_MS = 2500;

/** @type {{project: {slug: string, name: string, window_low: number | null, window_high: number | null}, types: import("./types.js").DefectType[],
 *   image: import("./types.js").ImageInfo | null, user: string, role: string, preferences: import("./preferences.js").Chosen,
 *   csrf_cookie: string, login_url: string, waiting: number}} */
const data = readData("label-data");
const slug = data.project.slug;
const offered = data.types.filter(({ archived }) => !archived);
const root = find("#label");
const canvas = /** @type {HTMLCanvasElement} */ (find("canvas", root));
const notice = createNotice(find("[data-notes]", root), find("[data-passing]", root));

const api = createApi({ csrfToken: () => csrfTokenOf(document, data.csrf_cookie) });
const preferences = createPreferences({ api, data, refused: notice.say });
const backup = createBackup(openShelf(window), data.user);
const heartbeat = startHeartbeat({
  api,
  idleMs: watchIdleness(),
  lost(imageId, error) {
    queue.lose(imageId);
    if (imageId === visit.open()?.image.id) sharing.lock(imageId, error.body.holder ?? "Another person");
  },
});
const pictures = createPictures({
  getImage: api.getImage,
  darkroom: createDarkroom(),
  canvas,
  projectWindow: { low: data.project.window_low, high: data.project.window_high },
  look: readLook(preferences.get("view")),
  invalidate: () => stage.invalidate(),
});
const queue = createQueue({
  claim: (exclude) => api.claim(slug, "label", exclude),
  load: (image) => pictures.load(image),
  hold: heartbeat.hold,
  release: (imageId) => void heartbeat.release(imageId),
  isExpected: isAnswer,
  ahead: 1,
});

const sharing = createSharing({
  api,
  notice,
  hold: heartbeat.hold,
  locked() {
    stage.cancel();
    panel.refresh();
    saveState.lock();
  },
  openAgain: (imageId) => void visit.attempt(() => visit.openById(imageId)),
  next: { label: "Next image", perform: () => void visit.goOn({ done: false }) },
});
const mayEdit = () => visit.open() !== null && sharing.holder() === null && !visit.busy() && !revisions.looking();

const desk = createDesk({ types: data.types, mayEdit, say: notice.say, changed: () => panel.refresh() });
const stage = createStage({
  canvas,
  store: desk.store,
  lookOf: (box) => panel.lookOf(box),
  mayEdit,
  makeBox: desk.makeBox,
  say: notice.say,
  selectionChanged: () => panel.refresh(),
  cursorMoved: (point) => panel.showCursor(point),
  viewChanged: () => panel.showZoom(),
});
desk.attach(stage);
const advice = createGradeAdvice({ ask: api.askGrades, look: api.lookAtGrades, changed: () => panel.refresh() });
const takeGrade = () => desk.takeGrade((box) => advice.of(box, desk.typeOf(box.defect_type)));
const copies = createCopies({ desk, size: stage.size, mayEdit, say: notice.say, shelf: openShelf(window), owner: `${data.user}.${slug}` });
const overview = createOverview({ frame: find(".canvas-frame", root), stage, store: desk.store, colorOf: (box) => panel.lookOf(box).color });

const tabs = createTabs(root, () => revisions.tabChanged());
const talk = createTalk({
  root,
  api,
  stage,
  store: desk.store,
  drafts: createDrafts(openShelf(window), data.user),
  person: { user: data.user, mayDeleteAll: data.role === "engineer" },
  say: notice.say,
  tabs,
  hidden: () => revisions.looking(),
  changed: showState,
});
const revisions = createRevisions({
  root,
  api,
  stage,
  store: desk.store,
  tabs,
  saver: () => visit.open()?.saver,
  mayRestore: () => visit.open() !== null && sharing.holder() === null,
  say: notice.say,
  changed: () => panel.refresh(),
});

/** @type {import("./keytable.js").Command[]} */
const commands = [
  ...typeCommands(offered, desk),
  {
    name: "next",
    label: "Done: save and open the next image",
    group: "Image",
    keys: ["Enter", "n"],
    once: true,
    perform: () => void visit.goOn({ done: true }),
  },
  { name: "skip", label: "Leave for later: next image", group: "Image", keys: ["Shift+Enter", "s"], once: true, perform: () => void visit.goOn({ done: false }) },
  {
    name: "save",
    label: "Save now",
    group: "Image",
    keys: ["Ctrl+s"],
    whileTyping: true,
    perform: () => void visit.open()?.saver.saveNow(),
  },
  ...boxCommands(offered, desk, stage, takeGrade),
  ...copyCommands(copies),
  ...talkCommands(talk, tabs, [
    ["boxes", "The boxes at the side", "Alt+b"],
    ["comments", "The comments at the side", "Alt+c"],
    ["history", "The history at the side", "Alt+h"],
  ]),
  ...viewCommands(stage, {
    help: () => help.showModal(),
    hideBoxes: (hidden) => notice.say(hidden ? "Boxes hidden" : "Boxes shown"),
    toggleMap: () => notice.say(overview.toggle() ? "Overview map on, when zoomed in" : "Overview map off"),
  }),
];
const keyring = createKeyring({ commands, preferences });
const help = makeHelp({ keyring, notes: MOUSE_NOTES });
document.body.append(help);
const panel = createPanel({ root, desk, stage, keyring, types: offered, mayEdit, advice, imageId: () => visit.open()?.image.id });
const saveState = createSaveState({
  word: find("[data-save]", root),
  notice,
  loginUrl: data.login_url,
  locked: () => sharing.holder() !== null,
  count: () => desk.store.all().length,
  saver: () => visit.open()?.saver,
  saved: showState,
});
const visit = createVisit({
  root,
  canvas,
  project: data.project,
  loginUrl: data.login_url,
  api,
  backup,
  queue,
  heartbeat,
  sharing,
  notice,
  desk,
  stage,
  panel,
  load: pictures.load,
  tellSave: saveState.tell,
  leaving: copies.leaving,
  shown(image) {
    copies.opened(image);
    pictures.show(image);
    talk.show(image);
    revisions.show(image);
  },
});

/** Say how far the image is: a save labels it, a call for help keeps it in review. */
function showState() {
  const open = visit.open();
  if (!open) return;
  const saved = open.saver.version() > open.image.version;
  const state = talk.asking() ? "in_review" : saved ? "labeled" : open.image.state;
  panel.showImage({ ...open.image, state });
}

/** As the page goes away: send what is not saved, give the images back. */
function leave() {
  const open = visit.open();
  const list = open?.saver.leave();
  if (open && list && sharing.holder() === null) {
    // The backup has it too; a request that outlives the page may be cut at 64 kB.
    void api.putBoxes(open.image.id, list, { keepalive: true }).catch((error) => {
      if (!isAnswer(error)) throw error;
    });
  }
  heartbeat.releaseAll();
}

joinCommands({ root, canvas, keyring, desk, stage, performed: () => panel.refresh() });
window.addEventListener("pagehide", leave);
window.addEventListener("pagehide", copies.leaving);
window.addEventListener("pagehide", () => void preferences.flush({ keepalive: true }));
window.addEventListener("popstate", () => location.reload());
window.addEventListener("focus", () => {
  const saver = visit.open()?.saver;
  if (saver?.state() === "expired" || saver?.state() === "offline") void saver.saveNow();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void visit.open()?.saver.saveNow();
});

const first = data.image;
if (first) {
  void visit.attempt(async () => {
    await visit.openById(first.id);
    setTimeout(() => void heartbeat.beat(), SETTLE_MS);
    void queue.fill();
  });
}
