// @ts-check
// Where a browser keeps work: IndexedDB, else localStorage, else nowhere. A record is written whole or not
// at all; the list that it starts from is written only when it is another one.

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

/** The browser keeps nothing more; `reason` says why. */
export class StorageUnavailable extends Error {
  /** @param {"full" | "denied"} reason */
  constructor(reason) {
    super(reason === "full" ? "The browser's storage is full." : "The browser denies its storage.");
    this.name = "StorageUnavailable";
    this.reason = reason;
  }
}

const DATABASE = "blemish";
const ENTRIES = "work";
const BASES = "bases";
const LOCAL = "blemish.shelf.";
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
    ...(indexedDB ? [databaseStorage(indexedDB, patienceMs)] : []),
    ...(localStorage ? [textStorage(localStorage)] : []),
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

/** @param {IDBFactory} factory @param {number} patienceMs @returns {BrowserStorage} */
function databaseStorage(factory, patienceMs) {
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
      throw asNoRoom(error);
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
    const fail = (/** @type {unknown} */ error) => reject(asNoRoom(error));
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

/** @param {unknown} error @returns {unknown} */
function asNoRoom(error) {
  if (error instanceof StorageUnavailable) return error;
  if (error === null) return new StorageUnavailable("denied"); // aborted without a word
  if (!(error instanceof DOMException)) return error;
  return new StorageUnavailable(error.name === "QuotaExceededError" ? "full" : "denied");
}

/** @param {Storage} storage @returns {BrowserStorage} */
function textStorage(storage) {
  return {
    kind: "localstorage",
    async put(record, removals = []) {
      try {
        storage.setItem(LOCAL + record.entry.key, JSON.stringify(record));
        for (const key of removals) storage.removeItem(LOCAL + key);
      } catch (error) {
        throw asNoRoom(error);
      }
    },
    async remove(keys) {
      try {
        for (const key of keys) storage.removeItem(LOCAL + key);
      } catch (error) {
        throw asNoRoom(error);
      }
    },
    async move(from, fields) {
      try {
        const text = storage.getItem(LOCAL + from);
        const record = parsed(text);
        if (text === null || !record) return false;
        storage.removeItem(LOCAL + from);
        try {
          storage.setItem(LOCAL + fields.key, JSON.stringify({ ...record, entry: { ...record.entry, ...fields } }));
        } catch (error) {
          storage.setItem(LOCAL + from, text);
          throw error;
        }
        return true;
      } catch (error) {
        throw asNoRoom(error);
      }
    },
    async list(prefix) {
      try {
        return namesIn(storage)
          .filter((name) => name.startsWith(LOCAL + prefix))
          .flatMap((name) => {
            const record = parsed(storage.getItem(name));
            return typeof record?.entry?.key === "string" && Array.isArray(record.base) ? [record] : [];
          });
      } catch (error) {
        throw asNoRoom(error);
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
