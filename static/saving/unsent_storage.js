// @ts-check
// Opens what a page keeps unsaved work with: the browser's storage, who this page is among the open ones,
// its own backup, and one for each image that it has open or sends.
import { createUnsentWork, moveOldWork } from "./unsent_work.js";
import { makeId } from "../boxes/boxes.js";
import { openBrowserStorage, storageOf } from "./browser_storage.js";
import { createBrowserTabs, openChannel } from "./browser_tabs.js";

/** @typedef {import("./unsent_work.js").UnsentWork} UnsentWork */
/** @typedef {import("./unsent_work.js").UnsentRecord} UnsentRecord */
/** @typedef {import("./unsent_work.js").WorkImage} WorkImage */

/**
 * @typedef {object} UnsentStorage
 * @property {UnsentWork} unsentWork    the page's own
 * @property {(imageId: string | number) => UnsentWork} createOwner  a new owner of an image's records of the kind "label",
 *   with a name of its own; it must be ended
 * @property {(image: WorkImage) => Promise<{owner: UnsentWork, unsent: UnsentRecord | null}>} resume  a new owner for an
 *   image that is opened, and the unsaved work that it got; what this page was still sending of the image ends
 */

/**
 * Join the page's own backup with the owners of what it sends, image by image.
 * @param {object} parts
 * @param {import("./browser_storage.js").BrowserStorage} parts.storage
 * @param {{id: string | number, name: string}} parts.person
 * @param {string} parts.project
 * @param {import("./unsent_work.js").Kind} parts.kind
 * @param {Pick<import("./browser_tabs.js").BrowserTabs, "id" | "findOpen">} parts.tabs
 * @returns {UnsentStorage}
 */
export function createUnsentStorage({ storage, person, project, kind, tabs }) {
  /** @type {Map<string, {imageId: string, owner: UnsentWork}>} */
  const owners = new Map();
  const shared = { storage, person, project, findOpen: tabs.findOpen, owners };
  const unsentWork = createUnsentWork({ ...shared, kind, tab: tabs.id });

  /** @param {string | number} imageId */
  function createOwner(imageId) {
    const tab = `${tabs.id}.${makeId()}`;
    const owner = createUnsentWork({ ...shared, kind: "label", tab });
    owners.set(tab, { imageId: String(imageId), owner });
    return owner;
  }

  return {
    unsentWork,
    createOwner,
    async resume(image) {
      const before = [...owners.values()].filter(({ imageId }) => imageId === String(image.id));
      await Promise.all(before.map(({ owner }) => owner.end()));
      const owner = createOwner(image.id);
      // Another image may have had its number, in a database that was made anew.
      const isOfImage = (/** @type {UnsentRecord} */ { image: { created_at: made } }) => !made || made === image.created_at;
      for (;;) {
        const unsent = (await unsentWork.find(image.id)).find(isOfImage) ?? null;
        // One that somebody faster has taken is not found again.
        if (!unsent || (await owner.take(unsent))) return { owner, unsent };
      }
    },
  };
}

/**
 * @param {object} parts
 * @param {{id: string | number, name: string}} parts.person
 * @param {string} parts.project
 * @param {import("./unsent_work.js").Kind} parts.kind
 * @returns {UnsentStorage & {tab: string, moved: Promise<number>}}
 */
export function openUnsentStorage({ person, project, kind }) {
  const places = storageOf(window);
  const storage = openBrowserStorage(places);
  const tabs = createBrowserTabs({ id: makeId(), locks: navigator.locks, channel: openChannel() });
  const moved = moveOldWork({ localStorage: places.localStorage, storage, person });
  return { ...createUnsentStorage({ storage, person, project, kind, tabs }), tab: tabs.id, moved };
}
