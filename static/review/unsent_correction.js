// @ts-check
// Keeps what the reviewer changes in this browser until it is decided, and puts a correction of last time back.
import { sameBoxes } from "../boxes/boxes.js";
import { differenceFrom } from "./proposal.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../server/image_queue.js").Item} Item */
/** @typedef {{item: Item, proposed: Box[]}} OpenItem */

/**
 * @param {import("../workbench/workbench.js").Workbench} workbench
 * @param {() => OpenItem | null} open
 */
export function createUnsentCorrection({ unsentStorage, unsentNotice, outbox, notice, editor }, open) {
  const { unsentWork } = unsentStorage;
  const { store } = editor().boxEditor;

  /** @type {(...work: Parameters<typeof unsentWork.put>) => void} */
  function put(image, work) {
    void unsentWork.put(image, work).then((isStored) => {
      if (isStored) notice.clear("copy");
      else notice.show(NOT_STORED, "copy");
    });
  }

  store.subscribe((change) => {
    const now = open();
    if (!now || change.origin === "server") return;
    const { image, version } = now.item.claimed;
    const boxes = [...store.all()];
    const isChanged = differenceFrom(now.proposed, boxes) !== "as proposed";
    put(image, isChanged ? { version, base: now.proposed, boxes } : null);
  });

  /** @param {Item} item whose correction may have been left unsent */
  async function bringBack(item) {
    for (const unsent of await unsentWork.find(item.claimed.image.id)) {
      const now = open();
      if (now?.item !== item) return;
      const isFirst = differenceFrom(now.proposed, store.all()) === "as proposed";
      const fits = isFirst && unsent.version === item.claimed.version && sameBoxes(unsent.base, now.proposed);
      if (!fits) {
        // It starts from other boxes: the label page merges it, and asks where it cannot.
        await outbox.moveToLabel(unsent);
        await unsentNotice.refresh();
        continue;
      }
      if (!(await unsentWork.take(unsent)) || open()?.item !== item) continue;
      if (sameBoxes(unsent.boxes, store.all())) continue;
      store.replaceAll(unsent.boxes, "person");
      notice.say("Your changes of last time were put back.");
    }
  }

  return {
    put,
    bringBack,
    /**
     * Give what was changed on an image to the label page: somebody else has decided it.
     * @param {string | number} imageId
     * @returns {Promise<boolean>} whether a person must choose there
     */
    async moveToLabel(imageId) {
      const outcomes = [];
      for (const unsent of await unsentWork.find(imageId)) outcomes.push(await outbox.moveToLabel(unsent));
      return outcomes.includes("asked");
    },
  };
}

/** @type {import("../ui/notice.js").Note} */
const NOT_STORED = {
  tone: "warning",
  text: "This browser keeps no copy of unsent work (its storage is full or denied). Keep this page open until all is sent.",
};
