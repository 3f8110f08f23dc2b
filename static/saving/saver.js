// @ts-check
// Saves the open image's boxes by itself, within two seconds of a change, with If-Match. A stale version is
// merged by box id and saved again; what cannot be merged is asked. Work that the server does not have yet
// lies in the backup. Each save has a name, so that one whose answer was lost is known again.
import { ApiError, Unreachable } from "../server/api.js";
import { makeId, sameBoxes } from "../boxes/boxes.js";
import { chosen, mergeBoxes } from "../boxes/merge.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").BoxList} BoxList */
/** @typedef {import("../boxes/store.js").Store} Store */
/** @typedef {import("../boxes/merge.js").Conflict} Conflict */
/** @typedef {import("../boxes/merge.js").Choices} Choices */
/** @typedef {import("./unsent_work.js").Work} Work */

/**
 * unsaved -> saving -> saved, or one of: offline (tried again by itself), conflict (a person is asked),
 * expired (sign in), refused (the server names what is wrong), gone (the image was deleted), locked.
 * @typedef {"saved" | "unsaved" | "saving" | "offline" | "conflict" | "expired" | "refused" | "gone" |
 *   "locked"} SaveState
 */

/**
 * @typedef {object} SaveReport
 * @property {SaveState} state
 * @property {string} [sentence]    of the server
 * @property {string} [code]        of its answer, for machines
 * @property {string} [box]         id of the box that it refuses
 * @property {boolean} [isStored]   whether this browser has stored the unsent work
 * @property {boolean} [merged]     somebody else's boxes were put beside mine
 * @property {Conflict[]} [conflicts]
 * @property {BoxList} [theirs]
 * @property {string | null} [savedBy]
 */

/**
 * What a save carries.
 * @typedef {BoxList & {mutation: string, unanswered: string[]}} Save
 */

/**
 * @typedef {object} Saver
 * @property {() => SaveState} state
 * @property {() => boolean} isDirty
 * @property {() => boolean} isStored       whether this browser has stored all that the server does not have
 * @property {() => number} version
 * @property {(list: BoxList, unsent?: Work | null) => void} open
 * @property {(options?: {force?: boolean}) => Promise<SaveState>} saveNow   force saves unchanged boxes too
 * @property {() => Save | null} leave      what a last request should carry
 * @property {(choices: Choices) => Promise<SaveState>} resolve
 * @property {() => Promise<void>} stop     the image was left: what is on its way ends by itself, nothing more is sent
 */

export const QUIET_MS = 700;
export const LONGEST_WAIT_MS = 1500;
export const RETRY_MS = 2000;
export const LONGEST_RETRY_MS = 20000;
const MERGE_TRIES = 6;
/** More names than this are sent with no save; the server takes a hundred. */
const MOST_UNANSWERED = 50;

/**
 * Make the saver of one image.
 * @param {object} parts
 * @param {Store} parts.store
 * @param {(save: Save) => Promise<BoxList>} parts.put
 * @param {(work: Work | null) => Promise<boolean>} parts.storeUnsent   null deletes it
 * @param {(report: SaveReport) => void} parts.report
 * @param {() => boolean} [parts.isTakenOver]   another saver has this work now: touch nothing any more
 * @param {typeof setTimeout} [parts.later]
 * @param {typeof clearTimeout} [parts.cancelLater]
 * @returns {Saver}
 */
export function createSaver({ store, put, storeUnsent, report, isTakenOver = () => false, later = setTimeout, cancelLater = clearTimeout }) {
  /** @type {BoxList} what the server has, as far as this page knows */
  let base = { version: 0, boxes: [] };
  /** @type {SaveState} */
  let state = "saved";
  /** @type {{list: BoxList, savedBy: string | null} | null} their list, while a person is asked */
  let theirs = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quiet;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let longest;
  /** @type {Promise<SaveState> | null} */
  let running = null;
  /** @type {Box[] | null} my boxes after this image was left: the store shows another image then */
  let left = null;
  /** @type {string[]} saves from this base that may have arrived, or may yet */
  let unanswered = [];
  /** @type {{mutation: string, boxes: Box[]} | null} the newest of them: it is repeated as it was */
  let doubt = null;
  let failures = 0;
  let isStored = true;

  const mine = () => left ?? [...store.all()];
  const isDirty = () => unanswered.length > 0 || !sameBoxes(mine(), base.boxes);

  /** @param {SaveState} next @param {Partial<SaveReport>} [more] @returns {SaveState} */
  function become(next, more = {}) {
    state = next;
    if (!left) report({ state, isStored, ...more });
    return state;
  }

  function clearTimers() {
    cancelLater(quiet);
    cancelLater(longest);
    quiet = longest = undefined;
  }

  /** @param {number} ms */
  function schedule(ms) {
    if (left) return;
    cancelLater(quiet);
    quiet = later(() => void saveNow(), ms);
    longest ??= later(() => void saveNow(), Math.max(ms, LONGEST_WAIT_MS));
  }

  /** @returns {Promise<boolean>} */
  async function storeWork() {
    const work = { version: base.version, base: base.boxes, boxes: mine(), unanswered };
    isStored = await storeUnsent(isDirty() ? work : null);
    return isStored;
  }

  const unsubscribe = store.subscribe((change) => {
    if (change.origin === "server") return;
    void storeWork();
    if (state === "conflict") reconsider();
    if (state === "conflict" || state === "locked") return;
    if (!isDirty() && !running) {
      clearTimers();
      become("saved");
      return;
    }
    if (!running && state !== "offline" && state !== "expired" && state !== "gone") become("unsaved");
    schedule(QUIET_MS);
  });

  /** My boxes changed while a person is asked: there may be more to ask, or nothing any more. */
  function reconsider() {
    if (!theirs) return;
    const { list, savedBy } = theirs;
    const { conflicts } = mergeBoxes({ base: base.boxes, mine: mine(), theirs: list.boxes });
    if (conflicts.length === 0) {
      theirs = null;
      state = "unsaved";
    } else become("conflict", { conflicts, theirs: list, savedBy });
  }

  /** @param {readonly Box[]} boxes */
  function show(boxes) {
    if (left) left = [...boxes];
    else store.replaceAll(boxes, "server");
  }

  /**
   * Take the server's list as the new base and put my edits since `from` on top of it.
   * @param {BoxList} list
   * @param {readonly Box[]} from
   */
  function rebase(list, from) {
    const merged = mergeBoxes({ base: from, mine: mine(), theirs: list.boxes });
    base = { version: list.version, boxes: list.boxes };
    show(merged.boxes);
  }

  /** Every save from this base is settled: the server is past it, and none of them can arrive any more. */
  function settle() {
    unanswered = [];
    doubt = null;
    failures = 0;
  }

  /** @returns {Promise<SaveState>} */
  async function attempt() {
    let merged = false;
    for (let tries = 0; tries < MERGE_TRIES; tries += 1) {
      const isRepeated = doubt !== null;
      const sent = (doubt ??= { mutation: makeId(), boxes: mine() });
      const earlier = unanswered.filter((name) => name !== sent.mutation);
      unanswered = [...earlier.slice(-MOST_UNANSWERED), sent.mutation];
      become("saving");
      // Who opens this work again must know the name of the save that may have arrived.
      await storeWork();
      if (isTakenOver()) return state;
      try {
        const list = await put({ version: base.version, ...sent, unanswered: earlier.slice(-MOST_UNANSWERED) });
        if (isTakenOver()) return state;
        settle();
        rebase(list, sent.boxes);
        // An older list was repeated; mine is newer and goes at once.
        if (isRepeated && isDirty()) continue;
        return finish(merged);
      } catch (error) {
        if (isTakenOver()) return state;
        if (!(error instanceof ApiError && error.status === 412)) return failed(error, isRepeated);
        const { version, boxes = [], applied, saved_by: savedBy = null } = error.body;
        settle();
        // My own save that arrived without its answer is no change by somebody else.
        if (applied) base = { version: applied.version, boxes: applied.boxes };
        const list = { version, boxes };
        const { conflicts } = mergeBoxes({ base: base.boxes, mine: mine(), theirs: boxes });
        if (conflicts.length > 0) return ask(list, conflicts, savedBy);
        merged ||= version !== base.version;
        rebase(list, base.boxes);
        if (!isDirty()) return finish(merged);
      }
    }
    await storeWork();
    schedule(RETRY_MS);
    return become("unsaved");
  }

  /** @param {boolean} merged @returns {Promise<SaveState>} */
  async function finish(merged) {
    await storeWork();
    if (!isDirty()) return become("saved", { merged });
    schedule(QUIET_MS);
    return become("unsaved", { merged });
  }

  /** @param {BoxList} list @param {Conflict[]} conflicts @param {string | null} savedBy */
  async function ask(list, conflicts, savedBy) {
    theirs = { list, savedBy };
    await storeWork();
    return become("conflict", { conflicts, theirs: list, savedBy });
  }

  /** @param {unknown} error @param {boolean} isRepeated @returns {Promise<SaveState>} */
  async function failed(error, isRepeated) {
    if (error instanceof Unreachable) {
      await storeWork();
      schedule(Math.min(RETRY_MS * 2 ** Math.min(failures, 6), LONGEST_RETRY_MS));
      failures += 1;
      return become("offline", { sentence: error.message });
    }
    if (!(error instanceof ApiError)) throw error;
    // It was refused, so it will not be sent like this again; sent once, it has not arrived either.
    if (!isRepeated) unanswered = unanswered.filter((name) => name !== doubt?.mutation);
    doubt = null;
    await storeWork();
    const { status, message: sentence, code, body } = error;
    if (status === 401) return become("expired", { sentence, code });
    if (status === 404) return become("gone", { sentence, code });
    if (status === 423) return become("locked", { sentence, code });
    return become("refused", { sentence, code, box: body.box });
  }

  /** @param {{force?: boolean}} options @returns {Promise<SaveState>} */
  async function saveNow({ force = false } = {}) {
    clearTimers();
    if (left || isTakenOver()) return state;
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
    isStored: () => isStored || !isDirty(),
    version: () => base.version,
    open(list, work = null) {
      settle();
      theirs = null;
      base = { version: list.version, boxes: list.boxes };
      show(work ? work.boxes : list.boxes);
      if (!work) {
        become("saved");
        return;
      }
      unanswered = [...(work.unanswered ?? [])];
      if (work.version !== list.version) {
        const { boxes, conflicts } = mergeBoxes({ base: work.base, mine: work.boxes, theirs: list.boxes });
        if (unanswered.length > 0 || conflicts.length > 0) base = { version: work.version, boxes: [...work.base] };
        // Saving from the old version tells which of the unanswered saves arrived.
        if (unanswered.length === 0 && conflicts.length > 0) {
          void ask(list, conflicts, null);
          return;
        }
        if (unanswered.length === 0) show(boxes);
      }
      if (isDirty()) {
        become("unsaved");
        schedule(unanswered.length > 0 ? 0 : QUIET_MS);
      } else {
        void storeWork();
        become("saved");
      }
    },
    saveNow,
    leave() {
      if (!isDirty() || state === "locked" || state === "conflict") return null;
      const boxes = mine();
      if (!doubt || !sameBoxes(doubt.boxes, boxes)) doubt = { mutation: makeId(), boxes };
      const { mutation } = doubt;
      const earlier = unanswered.filter((name) => name !== mutation);
      unanswered = [...earlier.slice(-MOST_UNANSWERED), mutation];
      void storeWork();
      return { version: base.version, boxes, mutation, unanswered: earlier.slice(-MOST_UNANSWERED) };
    },
    async resolve(choices) {
      if (!theirs) return state;
      const { list, savedBy } = theirs;
      const merged = mergeBoxes({ base: base.boxes, mine: mine(), theirs: list.boxes });
      const open = merged.conflicts.filter(({ id }) => typeof choices !== "string" && !choices.has(id));
      if (open.length > 0) return ask(list, merged.conflicts, savedBy);
      theirs = null;
      base = list;
      show(merged.boxes);
      // A person's choice, so that undo takes it back.
      store.replaceAll(chosen(merged, choices), "person");
      state = "unsaved";
      return isDirty() ? saveNow() : finish(true);
    },
    async stop() {
      clearTimers();
      unsubscribe();
      left = mine();
      await running;
    },
  };
}
