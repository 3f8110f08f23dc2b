// @ts-check
// Saves the open image's boxes by itself, about a second after the last change, with If-Match.
// A stale version is merged by box id and saved again; what cannot be merged is asked. Work that the
// server does not have yet lies in the backup.
import { ApiError, Unreachable } from "./api.js";
import { sameBoxes } from "./boxes.js";
import { mergeBoxes } from "./merge.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").BoxList} BoxList */
/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./merge.js").Conflict} Conflict */
/** @typedef {import("./backup.js").Kept} Kept */

/**
 * unsaved -> saving -> saved, or one of: offline (tried again by itself), conflict (a person is
 * asked), expired (sign in), refused (the server names a wrong box), locked (somebody else works here).
 * @typedef {"saved" | "unsaved" | "saving" | "offline" | "conflict" | "expired" | "refused" | "locked"} SaveState
 */

/**
 * @typedef {object} SaveNews
 * @property {SaveState} state
 * @property {string} [sentence]    of the server
 * @property {boolean} [kept]       whether the backup has the work
 * @property {boolean} [merged]     somebody else's boxes were put beside mine
 * @property {Conflict[]} [conflicts]
 * @property {BoxList} [theirs]
 */

/**
 * @typedef {object} Saver
 * @property {() => SaveState} state
 * @property {() => boolean} isDirty
 * @property {() => number} version
 * @property {(list: BoxList, kept?: Kept | null) => void} open
 * @property {(options?: {force?: boolean}) => Promise<SaveState>} saveNow   force saves unchanged boxes too
 * @property {() => {version: number, boxes: Box[]} | null} leave            what a last request should carry
 * @property {(choice: "mine" | "theirs") => Promise<SaveState>} resolve
 * @property {() => void} stop
 */

export const QUIET_MS = 900;
export const LONGEST_WAIT_MS = 1800;
export const RETRY_MS = 4000;
const MERGE_TRIES = 4;

/**
 * Make the saver of one image.
 * @param {object} parts
 * @param {Store} parts.store
 * @param {(list: BoxList) => Promise<BoxList>} parts.put
 * @param {(kept: Kept | null) => Promise<boolean>} parts.keep    null forgets
 * @param {(news: SaveNews) => void} parts.tell
 * @param {typeof setTimeout} [parts.later]
 * @param {typeof clearTimeout} [parts.cancelLater]
 * @returns {Saver}
 */
export function createSaver({ store, put, keep, tell, later = setTimeout, cancelLater = clearTimeout }) {
  /** @type {BoxList} what the server has, as far as this page knows */
  let base = { version: 0, boxes: [] };
  /** @type {SaveState} */
  let state = "saved";
  /** @type {BoxList | null} their list, while a person is asked */
  let theirs = null;
  /** @type {Conflict[]} */
  let conflicts = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quiet;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let longest;
  /** @type {Promise<SaveState> | null} */
  let running = null;
  let stopped = false;

  const isDirty = () => !sameBoxes(store.all(), base.boxes);

  /** @param {SaveState} next @param {Partial<SaveNews>} [more] @returns {SaveState} */
  function become(next, more = {}) {
    state = next;
    if (!stopped) tell({ state, ...more });
    return state;
  }

  function clearTimers() {
    cancelLater(quiet);
    cancelLater(longest);
    quiet = longest = undefined;
  }

  /** @param {number} ms */
  function schedule(ms) {
    if (stopped) return;
    cancelLater(quiet);
    quiet = later(() => void saveNow(), ms);
    longest ??= later(() => void saveNow(), Math.max(ms, LONGEST_WAIT_MS));
  }

  /** @returns {Promise<boolean>} */
  function backUp() {
    if (!isDirty()) return keep(null);
    const kept = { version: base.version, base: base.boxes, boxes: [...store.all()], keptAt: now() };
    return keep(kept);
  }

  const unsubscribe = store.subscribe((change) => {
    if (change.origin === "server") return;
    void backUp();
    if (state === "conflict" || state === "locked") return;
    if (!isDirty() && !running) {
      clearTimers();
      become("saved");
      return;
    }
    if (!running && state !== "offline" && state !== "expired") become("unsaved");
    schedule(QUIET_MS);
  });

  /**
   * Take the server's list as the new base and put my edits since `from` on top of it.
   * @param {BoxList} list
   * @param {readonly Box[]} from
   */
  function rebase(list, from) {
    const merged = mergeBoxes({ base: from, mine: store.all(), theirs: list.boxes });
    base = list;
    store.replaceAll(merged.boxes, "server");
  }

  /** @returns {Promise<SaveState>} */
  async function attempt() {
    let merged = false;
    for (let tries = 0; tries < MERGE_TRIES; tries += 1) {
      const sent = { version: base.version, boxes: [...store.all()] };
      become("saving");
      try {
        rebase(await put(sent), sent.boxes);
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 412)) return failed(error);
        const list = { version: error.body.version, boxes: error.body.boxes ?? [] };
        const preview = mergeBoxes({ base: base.boxes, mine: store.all(), theirs: list.boxes });
        if (preview.conflicts.length > 0) return ask(list, preview.conflicts);
        rebase(list, base.boxes);
        merged = true;
        continue;
      }
      await backUp();
      if (!isDirty()) return become("saved", { merged });
      become("unsaved", { merged });
      schedule(QUIET_MS);
      return state;
    }
    schedule(RETRY_MS);
    return become("unsaved");
  }

  /** @param {BoxList} list @param {Conflict[]} found @returns {Promise<SaveState>} */
  async function ask(list, found) {
    theirs = list;
    conflicts = found;
    const kept = await backUp();
    return become("conflict", { conflicts, theirs, kept });
  }

  /** @param {unknown} error @returns {Promise<SaveState>} */
  async function failed(error) {
    const kept = await backUp();
    if (error instanceof Unreachable) {
      schedule(RETRY_MS);
      return become("offline", { sentence: error.message, kept });
    }
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 423) return become("locked", { sentence: error.message, kept });
    if (error.status === 401 || error.status === 403) {
      return become("expired", { sentence: error.message, kept });
    }
    return become("refused", { sentence: error.message, kept });
  }

  /** @param {{force?: boolean}} options @returns {Promise<SaveState>} */
  async function saveNow({ force = false } = {}) {
    clearTimers();
    if (stopped) return state;
    if (running) {
      await running;
      if (!isDirty() || state === "offline") return state;
    }
    if (state === "conflict" || state === "locked") return state;
    if (!force && !isDirty()) return become("saved");
    running ??= attempt().finally(() => {
      running = null;
    });
    return running;
  }

  return {
    state: () => state,
    isDirty,
    version: () => base.version,
    open(list, kept = null) {
      base = list;
      store.replaceAll(kept ? kept.boxes : list.boxes, "server");
      if (!kept) {
        become("saved");
        return;
      }
      const merged = mergeBoxes({ base: kept.base, mine: kept.boxes, theirs: list.boxes });
      if (merged.conflicts.length > 0) {
        base = { version: kept.version, boxes: kept.base };
        void ask(list, merged.conflicts);
        return;
      }
      store.replaceAll(merged.boxes, "server");
      if (isDirty()) {
        become("unsaved");
        schedule(QUIET_MS);
      } else {
        void keep(null);
        become("saved");
      }
    },
    saveNow,
    leave() {
      const settled = !isDirty() || state === "locked" || state === "conflict";
      return settled ? null : { version: base.version, boxes: [...store.all()] };
    },
    async resolve(choice) {
      if (!theirs) return state;
      const list = theirs;
      theirs = null;
      if (choice === "theirs") {
        base = list;
        // A person's choice, so that undo brings my boxes back.
        store.replaceAll(list.boxes, "person");
        await keep(null);
        return become("saved");
      }
      rebase(list, base.boxes);
      become("unsaved");
      return saveNow();
    },
    stop() {
      stopped = true;
      clearTimers();
      unsubscribe();
    },
  };
}

/** @returns {string} */
function now() {
  return new Date().toISOString();
}
