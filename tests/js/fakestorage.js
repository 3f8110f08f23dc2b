// @ts-check
// Stand-ins of a browser's storage for Node: IndexedDB as far as the shelf uses it, and localStorage.
// What a transaction has committed stays when its page is killed; what it has not is gone.

/** The disk under an IndexedDB, shared by all pages of one browser. */
export class Disk {
  constructor() {
    /** @type {Map<string, Map<string, any>>} */
    this.stores = new Map();
    /** @type {"" | "full" | "denied" | "stuck"} */
    this.fault = "";
    this.commits = 0;
  }
}

/**
 * Make the `indexedDB` of one page.
 * @param {Disk} disk
 * @param {{isAlive?: () => boolean, delay?: () => number}} page
 * @returns {any}
 */
export function fakeIndexedDB(disk, { isAlive = () => true, delay = () => 0 } = {}) {
  const later = (/** @type {() => void} */ call) => setTimeout(() => isAlive() && call(), delay());
  /** Transactions commit one after the other. */
  let turn = Promise.resolve();

  function transaction() {
    /** @type {any} */
    const made = { error: null, oncomplete: null, onabort: null, onerror: null };
    /** @type {(() => void)[]} */
    const work = [];
    made.objectStore = (/** @type {string} */ name) => {
      const rows = () => disk.stores.get(name) ?? new Map();
      return {
        put(/** @type {any} */ value) {
          const copy = structuredClone(value);
          work.push(() => rows().set(copy.key, copy));
        },
        delete: (/** @type {string} */ key) => void work.push(() => rows().delete(key)),
        get(/** @type {string} */ key) {
          /** @type {any} */
          const request = { result: undefined, onsuccess: null };
          work.push(() => {
            request.result = structuredClone(rows().get(key));
            request.onsuccess?.();
          });
          return request;
        },
        getAll() {
          /** @type {any} */
          const request = { result: undefined };
          work.push(() => (request.result = structuredClone([...rows().values()])));
          return request;
        },
      };
    };
    turn = turn.then(
      () =>
        new Promise((resolve) => {
          later(() => {
            if (disk.fault === "stuck") return;
            if (disk.fault === "full") {
              made.error = new DOMException("no room", "QuotaExceededError");
              made.onabort?.();
            } else {
              for (const step of work) step();
              disk.commits += 1;
              made.oncomplete?.();
            }
            resolve();
          });
        }),
    );
    return made;
  }

  return {
    open() {
      /** @type {any} */
      const request = { result: null, error: null };
      if (disk.fault === "denied") throw new DOMException("denied", "SecurityError");
      request.result = {
        createObjectStore: (/** @type {string} */ name) => void disk.stores.set(name, new Map()),
        transaction,
        close() {},
      };
      later(() => {
        if (disk.stores.size === 0) request.onupgradeneeded?.();
        request.onsuccess?.();
      });
      return request;
    },
  };
}

/**
 * Make a `localStorage`.
 * @param {Record<string, string>} [items]
 * @param {{room?: number}} limits  in characters
 * @returns {any}
 */
export function fakeLocalStorage(items = {}, { room = Infinity } = {}) {
  const rows = new Map(Object.entries(items));
  return {
    get length() {
      return rows.size;
    },
    key: (/** @type {number} */ index) => [...rows.keys()][index] ?? null,
    getItem: (/** @type {string} */ name) => rows.get(name) ?? null,
    setItem(/** @type {string} */ name, /** @type {string} */ text) {
      if (text.length > room) throw new DOMException("no room", "QuotaExceededError");
      rows.set(name, text);
    },
    removeItem: (/** @type {string} */ name) => void rows.delete(name),
  };
}
