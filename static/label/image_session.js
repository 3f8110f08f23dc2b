// @ts-check
// One image after the other: opens an image and starts to save it, leaves it, asks for the next.
import { find } from "../ui/element.js";
import { labelAddress } from "../server/addresses.js";
import { showError } from "../server/page.js";
import { createSaver } from "../saving/saver.js";

/** @typedef {import("../boxes/types.js").ImageInfo} ImageInfo */
/** @typedef {import("../boxes/types.js").BoxList} BoxList */
/** @typedef {{image: ImageInfo, saver: import("../saving/saver.js").Saver}} Open */

/**
 * @typedef {object} ImageSession
 * @property {() => Open | null} open  the image that is open, with what saves it
 * @property {() => boolean} busy      whether an image is being opened or left
 * @property {(work: () => Promise<void>) => Promise<void>} attempt  shown as busy, its failure told
 * @property {(imageId: string | number) => Promise<void>} openById
 * @property {(options: {done: boolean}) => Promise<void>} goOn  leave the open image and open the next one;
 *   done says that its boxes are complete, even if there are none
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {HTMLCanvasElement} parts.canvasElement
 * @param {{slug: string, name: string}} parts.project
 * @param {import("../server/sign_in.js").SignIn} parts.signIn
 * @param {import("../server/api.js").Api} parts.api
 * @param {import("../saving/unsent_storage.js").UnsentStorage} parts.unsentStorage
 * @param {import("../server/image_queue.js").Queue} parts.queue
 * @param {import("../server/lease_heartbeat.js").Heartbeat} parts.heartbeat
 * @param {import("../server/lease_lock.js").LeaseLock} parts.leaseLock
 * @param {import("../ui/notice.js").Notice} parts.notice
 * @param {import("../boxes/box_editor.js").BoxEditor} parts.boxEditor
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {import("../panel/panel.js").Panel} parts.panel
 * @param {import("../imaging/picture.js").Pictures["load"]} parts.load
 * @param {(report: import("../saving/saver.js").SaveReport) => void} parts.reportSave
 * @param {() => void} [parts.leaving]  the open image's boxes are still there
 * @param {() => void} parts.leftUnsaved  the image that was left is not on the server yet, but stored in this browser
 * @param {(image: ImageInfo | null) => void} [parts.shown]  another image, or none, is on the page
 * @returns {ImageSession}
 */
export function createImageSession({
  root,
  canvasElement,
  project,
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
  load,
  reportSave,
  leaving = () => {},
  leftUnsaved,
  shown = () => {},
}) {
  /** @type {Open | null} */
  let open = null;
  let busy = false;
  /** What is on its way ends by itself; then the work is free for whoever opens the image next. */
  let stopSaving = () => Promise.resolve();

  /**
   * Show an image and start to save it.
   * @param {object} item
   * @param {ImageInfo} item.image
   * @param {BoxList} item.list
   * @param {Promise<import("../imaging/picture.js").Picture>} item.picture
   * @param {import("../imaging/picture.js").Picture | null} item.ready
   * @param {import("../saving/unsent_work.js").UnsentWork} item.owner  owns the unsent work of this image from now on
   * @param {import("../saving/unsent_work.js").UnsentRecord | null} item.unsent  unsaved work of last time
   */
  function show({ image, list, picture, ready, owner, unsent }) {
    void stopSaving();
    leaseLock.unlock();
    notice.clear();
    leaving();
    boxEditor.reset();
    const saver = createSaver({
      store: boxEditor.store,
      put: (save) => api.putBoxes(image.id, save),
      storeUnsent: (work) => owner.put(image, work),
      report: reportSave,
      isTakenOver: owner.isEnded,
    });
    open = { image, saver };
    stopSaving = () => saver.stop().then(owner.end);
    document.title = `${image.name} · ${project.name}`;
    root.dataset.state = "open";
    canvas.show(ready, image);
    saver.open(list, unsent);
    panel.showImage(image);
    shown(image);
    canvasElement.focus({ preventScroll: true });
    if (!ready) void showPicture(image, picture);
  }

  /** @param {ImageInfo} image @param {Promise<import("../imaging/picture.js").Picture>} picture */
  async function showPicture(image, picture) {
    try {
      const loaded = await picture;
      if (open?.image === image) canvas.show(loaded, image);
    } catch (error) {
      if (open?.image === image) showError(error, notice, signIn);
    }
  }

  /** @param {string | number} imageId */
  async function openById(imageId) {
    const image = await api.getImage(imageId);
    const picture = load(image, {
      waiting: () => notice.say("The picture is being made…"),
      wanted: () => open === null || open.image.id === image.id,
    });
    const [list, lockedBy] = await Promise.all([api.getBoxes(imageId), leaseLock.take(imageId)]);
    // Work of last time waits while somebody else is here: putting it back would save it over theirs.
    const work = lockedBy === null ? await unsentStorage.resume(image) : { owner: unsentStorage.createOwner(imageId), unsent: null };
    show({ image, list, picture, ready: null, ...work });
    if (lockedBy !== null) leaseLock.lock(imageId, lockedBy);
  }

  /** @param {() => Promise<void>} work shown as busy, its failure told */
  async function attempt(work) {
    if (busy) return;
    busy = true;
    panel.refresh();
    try {
      await work();
    } catch (error) {
      showError(error, notice, signIn);
    } finally {
      busy = false;
      panel.refresh();
      canvas.invalidate();
    }
  }

  /**
   * Leave the open image and open the next one.
   * @param {{done: boolean}} options done says that its boxes are complete, even if there are none
   */
  function goOn({ done }) {
    return attempt(async () => {
      const left = open;
      if (left && leaseLock.holder() === null) {
        const isNew = done && left.image.state === "unlabeled" && left.saver.version() === left.image.version;
        const state = await left.saver.saveNow({ force: isNew });
        // Work that is kept may be left: it is sent from here as soon as that is possible.
        const mayLeave = state === "saved" || (left.saver.isStored() && (state === "offline" || !done));
        if (!mayLeave) {
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
      const work = await unsentStorage.resume(image);
      history.pushState({}, "", labelAddress(project.slug, image.id));
      show({ image, list: { version, boxes }, picture: item.picture, ready: item.ready, ...work });
      if (left?.saver.isDirty()) leftUnsaved();
      void queue.fill();
    });
  }

  function showNothingLeft() {
    void stopSaving();
    open = null;
    leaving();
    boxEditor.reset();
    boxEditor.store.replaceAll([], "server");
    canvas.show(null, { width: 1, height: 1 });
    root.dataset.state = "nothing";
    shown(null);
    document.title = `Nothing left to label · ${project.name}`;
    history.replaceState({}, "", labelAddress(project.slug));
    find("[data-state-nothing] h2", root).focus();
  }

  return { open: () => open, busy: () => busy, attempt, openById, goOn };
}
