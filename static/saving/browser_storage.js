// @ts-check
// Where a browser stores unsent work: IndexedDB, else localStorage, else nowhere. A record is written whole or not
// at all; the list that it starts from is written only when it is another one.
import { openIndexedDB } from "./indexed_db.js";
import { openLocalStorage } from "./local_storage.js";
import { StorageUnavailable } from "./storage_unavailable.js";

/**
 * A record and the boxes that it starts from. `turn` rises with every writing of one key.
 * @typedef {{key: string, turn: number, [field: string]: any}} Entry
 * @typedef {{entry: Entry, base: any[]}} StoredRecord
 */

/**
 * @typedef {object} BrowserStorage
 * @property {(record: StoredRecord, removals?: string[]) => Promise<void>} put  throws StorageUnavailable
 * @property {(keys: string[]) => Promise<void>} remove
 * @property {(from: string, fields: {key: string, [field: string]: any}) => Promise<boolean>} move  the record
 *   `from` gets another key and other fields, in one step; false where it is gone, as when another page was faster
 * @property {(prefix: string) => Promise<StoredRecord[]>} list
 * @property {string} kind
 */

/** A database that does not answer in this time counts as denied: saving must not wait for it. */
const PATIENCE_MS = 4000;

/**
 * Open what this browser has. Writing falls through to the next place when one is full or denied; reading
 * takes the newest of what all of them have.
 * @param {{indexedDB?: IDBFactory | null, localStorage?: Storage | null}} places
 * @param {number} [patienceMs]
 * @returns {BrowserStorage}
 */
export function openBrowserStorage({ indexedDB, localStorage }, patienceMs = PATIENCE_MS) {
  const places = [
    ...(indexedDB ? [openIndexedDB(indexedDB, patienceMs)] : []),
    ...(localStorage ? [openLocalStorage(localStorage)] : []),
  ];
  return {
    kind: places.map(({ kind }) => kind).join(" ") || "none",
    async put(record, removals = []) {
      /** @type {unknown} */
      let refusal = new StorageUnavailable("denied");
      for (const storage of places) {
        try {
          await storage.put(record, removals);
          for (const other of places) if (other !== storage) await quietly(other.remove([...removals, record.entry.key]));
          return;
        } catch (error) {
          if (!(error instanceof StorageUnavailable)) throw error;
          refusal = error;
        }
      }
      throw refusal;
    },
    async remove(keys) {
      for (const storage of places) await quietly(storage.remove(keys));
    },
    async move(from, fields) {
      let isMoved = false;
      for (const storage of places) isMoved = (await quietly(storage.move(from, fields))) || isMoved;
      return isMoved;
    },
    async list(prefix) {
      /** @type {Map<string, StoredRecord>} */
      const newest = new Map();
      for (const storage of places) {
        const found = (await quietly(storage.list(prefix))) ?? [];
        for (const record of found) {
          const known = newest.get(record.entry.key);
          if (!known || known.entry.turn < record.entry.turn) newest.set(record.entry.key, record);
        }
      }
      return [...newest.values()];
    },
  };
}

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T | null>} null where the place is denied
 */
async function quietly(work) {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StorageUnavailable) return null;
    throw error;
  }
}

/**
 * Find this page's storage, each of which may throw when a policy denies it.
 * @param {Window & typeof globalThis} page
 * @returns {{indexedDB: IDBFactory | null, localStorage: Storage | null}}
 */
export function storageOf(page) {
  const tried = (/** @type {() => any} */ read) => {
    try {
      return read() ?? null;
    } catch (error) {
      if (error instanceof DOMException) return null;
      throw error;
    }
  };
  return { indexedDB: tried(() => page.indexedDB), localStorage: tried(() => page.localStorage) };
}
