// @ts-check
// Unsaved work, kept on this computer until the server has it.

/** @typedef {import("./types.js").Box} Box */

/**
 * What is kept of an image: the server's list that the work started from, and the work.
 * @typedef {{version: number, base: Box[], boxes: Box[], keptAt: string}} Kept
 */

/**
 * The promises leave room for a store that answers later than localStorage does.
 * @typedef {object} Backup
 * @property {(imageId: string | number, kept: Kept) => Promise<boolean>} keep  false when there is no room
 * @property {(imageId: string | number) => Promise<Kept | null>} find
 * @property {(imageId: string | number) => Promise<void>} forget
 */

/** @typedef {Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">} Shelf */

/**
 * Make the backup of one person's work.
 * @param {Shelf | null} shelf null where the browser denies storage
 * @param {string | number} user work of one person is never offered to another
 * @returns {Backup}
 */
export function createBackup(shelf, user) {
  const nameOf = (/** @type {string | number} */ imageId) => `blemish.work.${user}.${imageId}`;
  return {
    async keep(imageId, kept) {
      if (!shelf) return false;
      try {
        shelf.setItem(nameOf(imageId), JSON.stringify(kept));
        return true;
      } catch (error) {
        if (error instanceof DOMException) return false; // full, or denied
        throw error;
      }
    },
    async find(imageId) {
      return shelf ? readKept(shelf.getItem(nameOf(imageId))) : null;
    },
    async forget(imageId) {
      shelf?.removeItem(nameOf(imageId));
    },
  };
}

/**
 * Read kept work; text that is not ours counts as none.
 * @param {string | null} text
 * @returns {Kept | null}
 */
export function readKept(text) {
  if (!text) return null;
  let kept;
  try {
    kept = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const isOurs = Number.isInteger(kept?.version) && Array.isArray(kept.base) && Array.isArray(kept.boxes);
  return isOurs ? kept : null;
}

/**
 * Open the browser's storage, which may throw when a policy denies it.
 * @param {Window} page
 * @returns {Shelf | null}
 */
export function openShelf(page) {
  try {
    return page.localStorage;
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
