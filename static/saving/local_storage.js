// @ts-check
// Records of unsent work in localStorage, one text each, for browsers without IndexedDB.
import { asUnavailable } from "./storage_unavailable.js";

/** @typedef {import("./browser_storage.js").BrowserStorage} BrowserStorage */

/** Older than the names in the code: work that an earlier version stored is found by it. */
const PREFIX = "blemish.shelf.";

/** @param {Storage} storage @returns {BrowserStorage} */
export function openLocalStorage(storage) {
  return {
    kind: "localstorage",
    async put(record, removals = []) {
      try {
        storage.setItem(PREFIX + record.entry.key, JSON.stringify(record));
        for (const key of removals) storage.removeItem(PREFIX + key);
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    async remove(keys) {
      try {
        for (const key of keys) storage.removeItem(PREFIX + key);
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    async move(from, fields) {
      try {
        const text = storage.getItem(PREFIX + from);
        const record = parsed(text);
        if (text === null || !record) return false;
        storage.removeItem(PREFIX + from);
        try {
          storage.setItem(PREFIX + fields.key, JSON.stringify({ ...record, entry: { ...record.entry, ...fields } }));
        } catch (error) {
          storage.setItem(PREFIX + from, text);
          throw error;
        }
        return true;
      } catch (error) {
        throw asUnavailable(error);
      }
    },
    async list(prefix) {
      try {
        return namesIn(storage)
          .filter((name) => name.startsWith(PREFIX + prefix))
          .flatMap((name) => {
            const record = parsed(storage.getItem(name));
            return typeof record?.entry?.key === "string" && Array.isArray(record.base) ? [record] : [];
          });
      } catch (error) {
        throw asUnavailable(error);
      }
    },
  };
}

/** @param {Storage} storage @returns {string[]} */
export function namesIn(storage) {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
}

/** @param {string | null} text @returns {any} null for text that is not ours */
export function parsed(text) {
  try {
    return text === null ? null : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
