// @ts-check
// The label page: joins the canvas, the panel, saving, leases and the queue of next images.
import { createApi, csrfTokenOf } from "./api.js";
import { createBackup, openShelf } from "./backup.js";
import { MOUSE_NOTES, boxCommands, typeCommands, viewCommands } from "./commands.js";
import { createDesk } from "./desk.js";
import { find, readData } from "./element.js";
import { makeHelp } from "./help.js";
import { bindKeys } from "./keytable.js";
import { startHeartbeat } from "./lease.js";
import { createNotice } from "./notice.js";
import { isAnswer, joinCommands, signInAction, tellError, watchIdleness } from "./page.js";
import { createPanel } from "./panel.js";
import { loadPicture } from "./picture.js";
import { createPreferences } from "./preferences.js";
import { createQueue } from "./queue.js";
import { createSaver } from "./saver.js";
import { createSharing } from "./sharing.js";
import { createStage } from "./stage.js";
import { countOf, saveWords } from "./words.js";

/** @typedef {import("./types.js").Claimed} Claimed */
/** @typedef {import("./types.js").ImageInfo} ImageInfo */
/** @typedef {import("./types.js").BoxList} BoxList */
/** @typedef {import("./saver.js").SaveNews} SaveNews */

/** A page that is reloaded gives its lease back while it takes it again; this beat settles it. */
const SETTLE_MS = 2500;

/** @type {{project: {slug: string, name: string}, types: import("./types.js").DefectType[],
 *   image: ImageInfo | null, user: string, preferences: import("./preferences.js").Chosen, csrf_cookie: string, login_url: string, waiting: number}} */
const data = readData("label-data");
const slug = data.project.slug;
const offered = data.types.filter(({ archived }) => !archived);
const root = find("#label");
const canvas = /** @type {HTMLCanvasElement} */ (find("canvas", root));
const notice = createNotice(find("[data-notes]", root), find("[data-passing]", root));
const saveState = find("[data-save]", root);

const api = createApi({ csrfToken: () => csrfTokenOf(document, data.csrf_cookie) });
const preferences = createPreferences({ api, data, refused: notice.say });
const backup = createBackup(openShelf(window), data.user);
const heartbeat = startHeartbeat({
  api,
  idleMs: watchIdleness(),
  lost(imageId, error) {
    queue.lose(imageId);
    if (imageId === open?.image.id) sharing.lock(imageId, error.body.holder ?? "Another person");
  },
});
const queue = createQueue({
  claim: (exclude) => api.claim(slug, "label", exclude),
  load: (image) => loadPicture(image, { getImage: api.getImage }),
  hold: heartbeat.hold,
  release: (imageId) => void heartbeat.release(imageId),
  isExpected: isAnswer,
  ahead: 1,
});

/** @type {{image: ImageInfo, saver: import("./saver.js").Saver} | null} the image that is open */
let open = null;
let busy = false;

const sharing = createSharing({
  api,
  notice,
  hold: heartbeat.hold,
  locked() {
    stage.cancel();
    panel.refresh();
    saveState.textContent = "Read only";
    saveState.dataset.state = "locked";
  },
  openAgain: (imageId) => void attempt(() => openById(imageId)),
  next: { label: "Next image", perform: () => void goOn({ done: false }) },
});
const mayEdit = () => open !== null && sharing.holder() === null && !busy;

const desk = createDesk({ types: data.types, mayEdit, say: notice.say, changed: () => panel.refresh() });
const stage = createStage({
  canvas,
  store: desk.store,
  lookOf: (box) => panel.lookOf(box),
  mayEdit,
  makeBox: desk.makeBox,
  selectionChanged: () => panel.refresh(),
  cursorMoved: (point) => panel.showCursor(point),
  viewChanged: () => panel.showZoom(),
});
desk.attach(stage);

const commands = bindKeys([
  ...typeCommands(offered, desk),
  {
    name: "next",
    label: "Done: save and open the next image",
    group: "Image",
    keys: ["Enter", "n"],
    perform: () => void goOn({ done: true }),
  },
  { name: "skip", label: "Leave for later: next image", group: "Image", keys: ["Shift+Enter", "s"], perform: () => void goOn({ done: false }) },
  {
    name: "save",
    label: "Save now",
    group: "Image",
    keys: ["Ctrl+s"],
    whileTyping: true,
    perform: () => void open?.saver.saveNow(),
  },
  ...boxCommands(offered, desk, stage),
  ...viewCommands(stage, {
    help: () => help.showModal(),
    hideBoxes: (hidden) => notice.say(hidden ? "Boxes hidden" : "Boxes shown"),
  }),
]);
const help = makeHelp(commands, MOUSE_NOTES);
document.body.append(help);
const panel = createPanel({ root, desk, stage, commands, types: offered, mayEdit });

/** @param {SaveNews} news */
function tellSave(news) {
  const { word, sentence } = saveWords(news);
  saveState.textContent = word;
  saveState.dataset.state = news.state;
  if (news.merged) notice.say("Put together with boxes that somebody else saved meanwhile.");
  if (sharing.holder() !== null) return;
  const save = { label: "Save now", perform: () => void open?.saver.saveNow() };
  if (news.state === "conflict") {
    notice.show({
      tone: "warning",
      text: `${sentence} Here: ${countOf(desk.store.all().length, "box", "boxes")}.`,
      actions: [
        { label: "Keep mine on top", perform: () => void open?.saver.resolve("mine"), primary: true },
        { label: "Take theirs", perform: () => void open?.saver.resolve("theirs") },
      ],
    });
  } else if (news.state === "expired") {
    notice.show({ tone: "error", text: sentence, actions: [signInAction(data.login_url), save] });
  } else if (sentence) {
    notice.show({ tone: news.state === "offline" ? "warning" : "error", text: sentence, actions: [save] });
  } else if (news.state === "saved") {
    notice.clear();
    if (open && open.saver.version() > open.image.version) panel.showImage({ ...open.image, state: "labeled" });
  }
}

/**
 * Show an image and start to save it.
 * @param {object} item
 * @param {ImageInfo} item.image
 * @param {BoxList} item.list
 * @param {Promise<HTMLImageElement>} item.picture
 * @param {HTMLImageElement | null} item.ready
 * @param {import("./backup.js").Kept | null} item.kept  unsaved work of last time
 */
function show({ image, list, picture, ready, kept }) {
  open?.saver.stop();
  sharing.unlock();
  notice.clear();
  desk.reset();
  const saver = createSaver({
    store: desk.store,
    put: (boxes) => api.putBoxes(image.id, boxes),
    keep: (work) => (work ? backup.keep(image.id, work) : backup.forget(image.id).then(() => true)),
    tell: tellSave,
  });
  open = { image, saver };
  document.title = `${image.name} · ${data.project.name}`;
  root.dataset.state = "open";
  stage.show(ready, image);
  saver.open(list, kept);
  panel.showImage(image);
  canvas.focus({ preventScroll: true });
  if (!ready) void showPicture(image, picture);
}

/** @param {ImageInfo} image @param {Promise<HTMLImageElement>} picture */
async function showPicture(image, picture) {
  try {
    const loaded = await picture;
    if (open?.image === image) stage.show(loaded, image);
  } catch (error) {
    if (open?.image === image) tellError(error, notice, data.login_url);
  }
}

/** @param {string | number} imageId */
async function openById(imageId) {
  const image = await api.getImage(imageId);
  const picture = loadPicture(image, {
    getImage: api.getImage,
    waiting: () => notice.say("The picture is being made…"),
    wanted: () => open === null || open.image.id === image.id,
  });
  const [list, lockedBy] = await Promise.all([api.getBoxes(imageId), sharing.take(imageId)]);
  // Work of last time waits while somebody else is here: putting it back would save it over theirs.
  const kept = lockedBy === null ? await backup.find(imageId) : null;
  show({ image, list, picture, ready: null, kept });
  if (lockedBy !== null) sharing.lock(imageId, lockedBy);
}

/** @param {() => Promise<void>} work shown as busy, its failure told */
async function attempt(work) {
  if (busy) return;
  busy = true;
  panel.refresh();
  try {
    await work();
  } catch (error) {
    tellError(error, notice, data.login_url);
  } finally {
    busy = false;
    panel.refresh();
    stage.invalidate();
  }
}

/**
 * Leave the open image and open the next one.
 * @param {{done: boolean}} options done says that its boxes are complete, even if there are none
 */
function goOn({ done }) {
  return attempt(async () => {
    const left = open;
    if (left && sharing.holder() === null) {
      const isNew = done && left.image.state === "unlabeled" && left.saver.version() === left.image.version;
      const state = await left.saver.saveNow({ force: isNew });
      if (state !== "saved") {
        notice.say("Not saved yet: this image stays open.");
        return;
      }
    }
    if (left && !done) queue.skip(left.image.id);
    const item = queue.take() ?? (await queue.next());
    if (left) void heartbeat.release(left.image.id);
    if (!item) {
      showNothingLeft();
      return;
    }
    const { image, version, boxes } = item.claimed;
    history.pushState({}, "", `/p/${slug}/label/${image.id}/`);
    const kept = await backup.find(image.id);
    show({ image, list: { version, boxes }, picture: item.picture, ready: item.ready, kept });
    void queue.fill();
  });
}

function showNothingLeft() {
  open?.saver.stop();
  open = null;
  desk.reset();
  desk.store.replaceAll([], "server");
  stage.show(null, { width: 1, height: 1 });
  root.dataset.state = "nothing";
  document.title = `Nothing left to label · ${data.project.name}`;
  history.replaceState({}, "", `/p/${slug}/label/`);
  find("[data-state-nothing] h2", root).focus();
}

/** As the page goes away: send what is not saved, give the images back. */
function leave() {
  const list = open?.saver.leave();
  if (open && list && sharing.holder() === null) {
    // The backup has it too; a request that outlives the page may be cut at 64 kB.
    void api.putBoxes(open.image.id, list, { keepalive: true }).catch((error) => {
      if (!isAnswer(error)) throw error;
    });
  }
  heartbeat.releaseAll();
}

joinCommands({ root, canvas, commands, desk, stage });
window.addEventListener("pagehide", leave);
window.addEventListener("pagehide", () => void preferences.flush({ keepalive: true }));
window.addEventListener("popstate", () => location.reload());
window.addEventListener("focus", () => {
  if (open?.saver.state() === "expired" || open?.saver.state() === "offline") void open.saver.saveNow();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void open?.saver.saveNow();
});

const first = data.image;
if (first) {
  void attempt(async () => {
    await openById(first.id);
    setTimeout(() => void heartbeat.beat(), SETTLE_MS);
    void queue.fill();
  });
}
