// @ts-check
// The label page: a workbench whose images are saved while a person works on them, under a lease.
import { createConflicts } from "../conflicts/conflicts.js";
import { createRevisions } from "../revisions/revisions.js";
import { createSaveStatus } from "../saving/save_status.js";
import { isExpectedError } from "../server/errors.js";
import { createLeaseLock } from "../server/lease_lock.js";
import { find, readData } from "../ui/element.js";
import { createWorkbench } from "../workbench/workbench.js";
import { labelCommands } from "./commands.js";
import { createImageSession } from "./image_session.js";

/** @typedef {import("../workbench/workbench.js").Workbench} Workbench */

/** A page that is reloaded gives its lease back while it takes it again; this beat settles it. */
const SETTLE_MS = 2500;
/** How often unsent work is tried again. */
const SEND_AGAIN_MS = 10000;

/** @type {import("../boxes/types.js").PageData & {image: import("../boxes/types.js").ImageInfo | null}} */
const data = readData("label-data");

const { workbench, page } = createWorkbench(
  {
    root: find("#label"),
    data,
    kind: "label",
    ahead: 1,
    tabs: [
      ["boxes", "The boxes at the side", "Alt+b"],
      ["comments", "The comments at the side", "Alt+c"],
      ["history", "The history at the side", "Alt+h"],
    ],
  },
  createLabelPage,
);
const { session, leaseLock, tryAgain } = page;

/** @param {Workbench} workbench */
function createLabelPage(workbench) {
  const { root, api, notice, heartbeat, signIn, unsentNotice } = workbench;
  const { canvas, boxEditor, refresh } = workbench.editor();
  const next = { label: "Next image", perform: () => void session.goOn({ done: false }) };
  const leaseLock = createLeaseLock({
    api,
    notice,
    hold: heartbeat.hold,
    locked() {
      canvas.cancel();
      refresh();
      saveStatus.lock();
    },
    openAgain: (imageId) => void session.attempt(() => session.openById(imageId)),
    next,
  });
  const isMine = () => session.open() !== null && leaseLock.holder() === null;
  const revisions = createRevisions({
    root,
    api,
    canvas,
    store: boxEditor.store,
    tabs: workbench.tabs,
    saver: () => session.open()?.saver,
    mayRestore: isMine,
    say: notice.say,
    changed: refresh,
  });
  const conflicts = createConflicts({
    place: find("[data-panel]", root),
    canvas,
    say: notice.say,
    resolve: (choices) => void session.open()?.saver.resolve(choices),
  });
  const saveStatus = createSaveStatus({
    word: find("[data-save]", root),
    notice,
    signIn,
    conflicts,
    locked: () => leaseLock.holder() !== null,
    open: () => session.open(),
    boxes: boxEditor.store.all,
    showBox: canvas.select,
    next,
    saved() {
      void unsentNotice.sendOwn();
      describeImage();
    },
  });
  const session = createImageSession(workbench, { leaseLock, reportSave: saveStatus.report });

  /** Say how far the image is: a save labels it, a request for help keeps it in review. */
  function describeImage() {
    const open = session.open();
    if (!open) return;
    const isSaved = open.saver.version() > open.image.version;
    const state = workbench.comments().needsHelp() ? "in_review" : isSaved ? "labeled" : open.image.state;
    workbench.editor().describe({ ...open.image, state });
  }

  /** Try at once what waits for the server or for the person, when either is back. */
  function tryAgain() {
    const saver = session.open()?.saver;
    if (saver?.state() === "expired" || saver?.state() === "offline") void saver.saveNow();
    void unsentNotice.sendOwn();
  }

  const openId = () => session.open()?.image.id;
  return {
    session,
    leaseLock,
    tryAgain,
    openId,
    mayEdit: () => isMine() && !session.busy() && !revisions.isShown(),
    commands: (/** @type {import("../workbench/workbench.js").SharedCommands} */ shared) =>
      labelCommands(shared, session, conflicts.commands),
    signedIn() {
      notice.clear();
      if (!session.open()) {
        location.reload();
        return;
      }
      void heartbeat.beat();
      tryAgain();
    },
    leaseLost: (/** @type {string | number} */ imageId, /** @type {import("../server/api.js").ApiError} */ error) =>
      leaseLock.lock(imageId, error.body.holder ?? "Another person"),
    // The open image's own work is the saver's to send.
    ownsUnsent: (/** @type {import("../saving/unsent_work.js").UnsentRecord} */ { kind, image }) =>
      kind === "label" && String(image.id) === String(openId()),
    imageShown: revisions.show,
    hidesComments: () => revisions.isShown(),
    commentsChanged: describeImage,
    tabChanged: revisions.tabChanged,
  };
}

/** As the page goes away: send what is not saved, give the images back. */
function leave() {
  const open = session.open();
  const list = open?.saver.leave();
  if (open && list && leaseLock.holder() === null) {
    // This browser has stored it too; a request that outlives the page may be cut at 64 kB.
    void workbench.api.putBoxes(open.image.id, list, { keepalive: true }).catch((error) => {
      if (!isExpectedError(error)) throw error;
    });
  }
  workbench.heartbeat.releaseAll();
}

window.addEventListener("pagehide", leave);
window.addEventListener("popstate", () => location.reload());
window.addEventListener("focus", tryAgain);
window.addEventListener("online", tryAgain);
setInterval(() => void workbench.unsentNotice.sendOwn(), SEND_AGAIN_MS);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void session.open()?.saver.saveNow();
});

const first = data.image;
if (first) {
  void session.attempt(async () => {
    await workbench.unsentStorage.moved;
    await session.openById(first.id);
    setTimeout(() => void workbench.heartbeat.beat(), SETTLE_MS);
    void workbench.queue.fill();
  });
}
