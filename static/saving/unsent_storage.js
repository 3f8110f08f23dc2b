// @ts-check
// Opens what a page keeps unsaved work with: the browser's storage, who this page is among the open ones,
// its own backup, and one for each image that it has open or sends.
import { createBackup, moveOldWork } from "./unsent_work.js";
import { makeId } from "../boxes/boxes.js";
import { openShelf, storageOf } from "./browser_storage.js";
import { createTabs, openChannel } from "./browser_tabs.js";

/** @typedef {import("./unsent_work.js").Backup} Backup */
/** @typedef {import("./unsent_work.js").Kept} Kept */
/** @typedef {import("./unsent_work.js").KeptImage} KeptImage */

/**
 * @typedef {object} Keeping
 * @property {Backup} backup    the page's own
 * @property {(imageId: string | number) => Backup} carrier  a new owner of an image's records of the kind "label",
 *   with a name of its own; it must be ended
 * @property {(image: KeptImage) => Promise<{carrier: Backup, kept: Kept | null}>} takeUp  a new owner for an
 *   image that is opened, and the unsaved work that it got; what this page was still sending of the image ends
 */

/**
 * Join the page's own backup with the owners of what it sends, image by image.
 * @param {object} parts
 * @param {import("./browser_storage.js").Shelf} parts.shelf
 * @param {{id: string | number, name: string}} parts.person
 * @param {string} parts.project
 * @param {import("./unsent_work.js").Kind} parts.kind
 * @param {Pick<import("./browser_tabs.js").Tabs, "id" | "living">} parts.tabs
 * @returns {Keeping}
 */
export function createKeeping({ shelf, person, project, kind, tabs }) {
  /** @type {Map<string, {imageId: string, carrier: Backup}>} */
  const owners = new Map();
  const shared = { shelf, person, project, living: tabs.living, owners };
  const backup = createBackup({ ...shared, kind, tab: tabs.id });

  /** @param {string | number} imageId */
  function makeCarrier(imageId) {
    const tab = `${tabs.id}.${makeId()}`;
    const carrier = createBackup({ ...shared, kind: "label", tab });
    owners.set(tab, { imageId: String(imageId), carrier });
    return carrier;
  }

  return {
    backup,
    carrier: makeCarrier,
    async takeUp(image) {
      const before = [...owners.values()].filter(({ imageId }) => imageId === String(image.id));
      await Promise.all(before.map(({ carrier }) => carrier.end()));
      const carrier = makeCarrier(image.id);
      // Another image may have had its number, in a database that was made anew.
      const isOfImage = (/** @type {Kept} */ { image: { created_at: made } }) => !made || made === image.created_at;
      for (;;) {
        const kept = (await backup.find(image.id)).find(isOfImage) ?? null;
        // One that somebody faster has taken is not found again.
        if (!kept || (await carrier.take(kept))) return { carrier, kept };
      }
    },
  };
}

/**
 * @param {object} parts
 * @param {{id: string | number, name: string}} parts.person
 * @param {string} parts.project
 * @param {import("./unsent_work.js").Kind} parts.kind
 * @returns {Keeping & {tab: string, moved: Promise<number>}}
 */
export function openKeeping({ person, project, kind }) {
  const places = storageOf(window);
  const shelf = openShelf(places);
  const tabs = createTabs({ id: makeId(), locks: navigator.locks, channel: openChannel() });
  const moved = moveOldWork({ localStorage: places.localStorage, shelf, person });
  return { ...createKeeping({ shelf, person, project, kind, tabs }), tab: tabs.id, moved };
}
