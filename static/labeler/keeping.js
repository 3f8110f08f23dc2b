// @ts-check
// Opens what a page keeps unsaved work with: the browser's storage, who this page is among the open ones,
// and two backups, one for the page and one for what it sends of images that are not open.
import { createBackup, moveOldWork } from "./backup.js";
import { makeId } from "./boxes.js";
import { openShelf, storageOf } from "./shelf.js";
import { createTabs, openChannel } from "./openpages.js";

/** @typedef {import("./backup.js").Backup} Backup */

/**
 * @param {object} parts
 * @param {{id: string | number, name: string}} parts.person
 * @param {string} parts.project
 * @param {import("./backup.js").Kind} parts.kind
 * @returns {{tab: string, backup: Backup, carrier: () => Backup, moved: Promise<number>}}
 */
export function openKeeping({ person, project, kind }) {
  const places = storageOf(window);
  const shelf = openShelf(places);
  const tabs = createTabs({ id: makeId(), locks: navigator.locks, channel: openChannel() });
  const shared = { shelf, person, project, living: tabs.living };
  return {
    tab: tabs.id,
    backup: createBackup({ ...shared, kind, tab: tabs.id }),
    // One for each sending: two pieces of work on one image must not lie under one name.
    carrier: () => createBackup({ ...shared, kind: "label", tab: `${tabs.id}.${makeId()}` }),
    moved: moveOldWork({ localStorage: places.localStorage, shelf, person }),
  };
}
