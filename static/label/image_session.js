// @ts-check
// One image after the other: opens an image and starts to save it, leaves it, asks for the next.
import { labelAddress } from "../server/addresses.js";
import { createSaver } from "../saving/saver.js";

/** @typedef {import("../boxes/types.js").ImageInfo} ImageInfo */
/** @typedef {import("../boxes/types.js").BoxList} BoxList */
/** @typedef {import("../workbench/workbench.js").Workbench} Workbench */
/** @typedef {{image: ImageInfo, saver: import("../saving/saver.js").Saver}} Open */

/**
 * @typedef {object} ImageSession
 * @property {() => Open | null} open  the image that is open, with what saves it
 * @property {() => boolean} busy      whether an image is being opened or left
 * @property {(work: () => Promise<void>) => Promise<void>} attempt  shown as busy, its failure shown as a notice
 * @property {(imageId: string | number) => Promise<void>} openById
 * @property {(options: {done: boolean}) => Promise<void>} goOn  leave the open image and open the next one;
 *   done says that its boxes are complete, even if there are none
 */

/**
 * An image that is about to be opened.
 * @typedef {object} Opening
 * @property {ImageInfo} image
 * @property {BoxList} list
 * @property {Promise<import("../imaging/picture.js").Picture>} picture
 * @property {import("../imaging/picture.js").Picture | null} ready
 * @property {import("../saving/unsent_work.js").UnsentWork} owner  owns the unsent work of this image from now on
 * @property {import("../saving/unsent_work.js").UnsentRecord | null} unsent  unsaved work of last time
 */

/**
 * @param {Workbench} workbench
 * @param {object} parts
 * @param {import("../server/lease_lock.js").LeaseLock} parts.leaseLock
 * @param {(report: import("../saving/saver.js").SaveReport) => void} parts.reportSave
 * @returns {ImageSession}
 */
export function createImageSession(workbench, { leaseLock, reportSave }) {
  const { data, api, unsentStorage, queue, heartbeat, notice } = workbench;
  const editor = workbench.editor();
  /** @type {Open | null} */
  let open = null;
  let busy = false;
  /** Stops saving once the present request has ended; then the unsent work is free for the next page that opens the image. */
  let stopSaving = () => Promise.resolve();

  /** @param {Opening} opening  shown, and saved from now on */
  function show({ image, list, picture, ready, owner, unsent }) {
    void stopSaving();
    leaseLock.unlock();
    notice.clear();
    editor.show({
      image,
      ready,
      picture,
      fill() {
        const saver = createSaver({
          store: editor.boxEditor.store,
          put: (save) => api.putBoxes(image.id, save),
          storeUnsent: (work) => owner.put(image, work),
          report: reportSave,
          isTakenOver: owner.isEnded,
        });
        open = { image, saver };
        stopSaving = () => saver.stop().then(owner.end);
        saver.open(list, unsent);
      },
    });
  }

  /** @param {string | number} imageId */
  async function openById(imageId) {
    const image = await api.getImage(imageId);
    const picture = editor.pictures.load(image, {
      waiting: () => notice.say("The picture is being made…"),
      wanted: () => open === null || open.image.id === image.id,
    });
    const [list, lockedBy] = await Promise.all([api.getBoxes(imageId), leaseLock.take(imageId)]);
    // Work of last time waits while somebody else is here: putting it back would save it over theirs.
    const work = lockedBy === null ? await unsentStorage.resume(image) : { owner: unsentStorage.createOwner(imageId), unsent: null };
    show({ image, list, picture, ready: null, ...work });
    if (lockedBy !== null) leaseLock.lock(imageId, lockedBy);
  }

  /** @param {() => Promise<void>} work shown as busy, its failure shown as a notice */
  async function attempt(work) {
    if (busy) return;
    busy = true;
    editor.refresh();
    try {
      await work();
    } catch (error) {
      workbench.showError(error);
    } finally {
      busy = false;
      editor.refresh();
      editor.canvas.invalidate();
    }
  }

  /** @param {{done: boolean}} options */
  async function leaveAndOpenNext({ done }) {
    const left = open;
    if (left && leaseLock.holder() === null && !(await mayLeave(left, done))) {
      notice.say("Not saved yet: this image stays open.");
      return;
    }
    if (left && !done) queue.skip(left.image.id);
    const item = queue.take() ?? (await queue.next());
    if (left) void heartbeat.release(left.image.id);
    if (!item) {
      void stopSaving();
      open = null;
      history.replaceState({}, "", labelAddress(data.project.slug));
      workbench.showNothing("Nothing left to label");
      return;
    }
    const { image, version, boxes } = item.claimed;
    const work = await unsentStorage.resume(image);
    history.pushState({}, "", labelAddress(data.project.slug, image.id));
    show({ image, list: { version, boxes }, picture: item.picture, ready: item.ready, ...work });
    if (left?.saver.isDirty()) void workbench.unsentNotice.refresh();
    void queue.fill();
  }

  return {
    open: () => open,
    busy: () => busy,
    attempt,
    openById,
    goOn: (options) => attempt(() => leaveAndOpenNext(options)),
  };
}

/**
 * Save the open image and tell whether it may be left.
 * @param {Open} open
 * @param {boolean} done   its boxes are complete, even if there are none
 * @returns {Promise<boolean>}
 */
async function mayLeave({ image, saver }, done) {
  const isNew = done && image.state === "unlabeled" && saver.version() === image.version;
  const state = await saver.saveNow({ force: isNew });
  // Work that this browser has stored may be left: it is sent from here as soon as that is possible.
  return state === "saved" || (saver.isStored() && (state === "offline" || !done));
}
