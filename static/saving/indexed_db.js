// @ts-check
// Records of unsent work in IndexedDB: one transaction writes a record whole or not at all.
import { StorageUnavailable, asUnavailable } from "./storage_unavailable.js";

/** @typedef {import("./browser_storage.js").BrowserStorage} BrowserStorage */
/** @typedef {import("./browser_storage.js").Entry} Entry */
/** @typedef {import("./browser_storage.js").StoredRecord} StoredRecord */

// These names are older than the names in the code: work that an earlier version stored is found by them.
const DATABASE = "blemish";
const ENTRIES = "work";
const BASES = "bases";

/**
 * Open the database when it is first used.
 * @param {IDBFactory} factory
 * @param {number} patienceMs  a database that does not answer in this time counts as denied
 * @returns {BrowserStorage}
 */
export function openIndexedDB(factory, patienceMs) {
  /** @type {Promise<IDBDatabase> | null} */
  let opened = null;
  /** @type {Map<string, any[]>} the base that is written under a key, by identity */
  const written = new Map();

  function database() {
    opened ??= openDatabase(factory, patienceMs, () => {
      opened = null;
      written.clear();
    });
    return opened.catch((error) => {
      opened = null;
      throw error;
    });
  }

  /**
   * @param {IDBTransactionMode} mode
   * @param {(entries: IDBObjectStore, bases: IDBObjectStore) => void} work
   * @returns {Promise<void>}
   */
  async function transact(mode, work) {
    const connection = await database();
    try {
      await inTime(patienceMs, (resolve, reject) => {
        const transaction = connection.transaction([ENTRIES, BASES], mode);
        transaction.oncomplete = () => resolve(connection);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
        work(transaction.objectStore(ENTRIES), transaction.objectStore(BASES));
      });
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  return {
    kind: "indexeddb",
    async put({ entry, base }, removals = []) {
      const isNew = written.get(entry.key) !== base;
      for (const key of removals) written.delete(key);
      try {
        await transact("readwrite", (entries, bases) => {
          entries.put(entry);
          if (isNew) bases.put({ key: entry.key, boxes: base });
          for (const key of removals) {
            entries.delete(key);
            bases.delete(key);
          }
        });
      } catch (error) {
        written.delete(entry.key);
        throw error;
      }
      written.set(entry.key, base);
    },
    async remove(keys) {
      for (const key of keys) written.delete(key);
      await transact("readwrite", (entries, bases) => {
        for (const key of keys) {
          entries.delete(key);
          bases.delete(key);
        }
      });
    },
    async move(from, fields) {
      written.delete(from);
      written.delete(fields.key);
      let isMoved = false;
      await transact("readwrite", (entries, bases) => {
        const [found, base] = [entries.get(from), bases.get(from)];
        // The second answer comes last.
        base.onsuccess = () => {
          if (!found.result || !base.result) return;
          isMoved = true;
          entries.put({ ...found.result, ...fields });
          bases.put({ ...base.result, key: fields.key });
          entries.delete(from);
          bases.delete(from);
        };
      });
      return isMoved;
    },
    async list(prefix) {
      /** @type {IDBRequest<any[]>} */
      let entries;
      /** @type {IDBRequest<any[]>} */
      let bases;
      await transact("readonly", (entryStore, baseStore) => {
        entries = entryStore.getAll();
        bases = baseStore.getAll();
      });
      // @ts-ignore both were asked for in the transaction that is complete
      return join(entries.result, bases.result).filter(({ entry }) => entry.key.startsWith(prefix));
    },
  };
}

/** @param {Entry[]} entries @param {{key: string, boxes: any[]}[]} bases @returns {StoredRecord[]} */
function join(entries, bases) {
  const byKey = new Map(bases.map(({ key, boxes }) => [key, boxes]));
  return entries.flatMap((entry) => {
    const base = byKey.get(entry.key);
    return base ? [{ entry, base }] : [];
  });
}

/**
 * Wait for a database, but not for ever.
 * @param {number} patienceMs
 * @param {(resolve: (connection: IDBDatabase) => void, reject: (error: unknown) => void) => void} work
 * @returns {Promise<IDBDatabase>}
 */
function inTime(patienceMs, work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StorageUnavailable("denied")), patienceMs);
    const settled = (/** @type {(value: any) => void} */ settle) => (/** @type {any} */ value) => {
      clearTimeout(timer);
      settle(value);
    };
    work(settled(resolve), settled(reject));
  });
}

/**
 * @param {IDBFactory} factory
 * @param {number} patienceMs
 * @param {() => void} closed
 * @returns {Promise<IDBDatabase>}
 */
function openDatabase(factory, patienceMs, closed) {
  return inTime(patienceMs, (resolve, reject) => {
    const fail = (/** @type {unknown} */ error) => reject(asUnavailable(error));
    try {
      const request = factory.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        for (const store of [ENTRIES, BASES]) request.result.createObjectStore(store, { keyPath: "key" });
      };
      request.onerror = () => fail(request.error);
      request.onsuccess = () => {
        request.result.onclose = closed;
        request.result.onversionchange = () => {
          request.result.close();
          closed();
        };
        resolve(request.result);
      };
    } catch (error) {
      fail(error);
    }
  });
}
