// @ts-check
// Saves the open image's boxes by itself, within two seconds of a change. save_machine.js decides what follows from
// what (docs/saving.md has its table); this module carries it out: timers, requests, the browser's storage, reports.
import { ApiError, Unreachable } from "../server/api.js";
import { makeId } from "../boxes/boxes.js";
import { chosen } from "../boxes/merge.js";
import { next } from "./save_machine.js";
import { initialState, isAtWork, isDirty, mergeOf, saveStateOf } from "./save_state.js";

/** @typedef {import("../boxes/types.js").BoxList} BoxList */
/** @typedef {import("../boxes/store.js").Store} Store */
/** @typedef {import("../boxes/merge.js").Conflict} Conflict */
/** @typedef {import("../boxes/merge.js").Choices} Choices */
/** @typedef {import("./save_machine.js").Effect} Effect */
/** @typedef {import("./save_machine.js").SaveEvent} SaveEvent */
/** @typedef {import("./unsent_work.js").Work} Work */

/**
 * What the page shows of the machine's phases: `saving` stands for those in which it waits for an answer.
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
 * @property {boolean} [merged]     boxes of another person came in
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
 * @property {() => Promise<void>} stop     the page shows another image: what is on its way ends
 *   by itself
 */

/** However often the person edits, a save begins after this time, in milliseconds. */
const LONGEST_WAIT_MS = 1500;

/**
 * Make the saver of one image.
 * @param {object} parts
 * @param {Store} parts.store
 * @param {(save: Save) => Promise<BoxList>} parts.put
 * @param {(work: Work | null) => Promise<boolean>} parts.storeUnsent   `null` deletes it
 * @param {(report: SaveReport) => void} parts.report
 * @param {() => boolean} [parts.isTakenOver]   another saver has this work now: change nothing any more
 * @param {typeof setTimeout} [parts.later]
 * @param {typeof clearTimeout} [parts.cancelLater]
 * @returns {Saver}
 */
export function createSaver({ store, put, storeUnsent, report, isTakenOver = () => false, later = setTimeout, cancelLater = clearTimeout }) {
  let state = initialState();
  const timers = createTimers({ call: () => void saveNow(), later, cancelLater });
  /** @type {{done: Promise<void>, end: () => void} | null} while the machine is at work */
  let work = null;
  /** @type {SaveEvent[]} */
  const events = [];
  let isDispatching = false;
  const effects = createEffects({ store, put, storeUnsent, report, timers, dispatch, goOn });

  /** @param {SaveEvent} event  an event that comes while another one is carried out waits for its end */
  function dispatch(event) {
    events.push(event);
    if (isDispatching) return;
    isDispatching = true;
    try {
      for (let now = events.shift(); now; now = events.shift()) {
        const step = next(state, now);
        state = step.state;
        if (isAtWork(state)) work ??= createWork();
        step.effects.forEach(effects.carryOut);
        if (!isAtWork(state)) endWork();
      }
    } finally {
      isDispatching = false;
    }
  }

  function endWork() {
    work?.end();
    work = null;
  }

  /** @param {SaveEvent} event  that comes after a wait: another saver may have taken the work meanwhile */
  function goOn(event) {
    dispatch(isTakenOver() ? { type: "takenOver" } : event);
  }

  const unsubscribe = store.subscribe(({ origin }) => {
    if (origin !== "server" && !effects.isShowing()) dispatch({ type: "edit", boxes: store.all() });
  });

  /** @param {{force?: boolean}} options @returns {Promise<SaveState>} */
  async function saveNow({ force = false } = {}) {
    timers.stop();
    if (state.isLeft || isTakenOver()) return saveStateOf(state);
    if (work) {
      await work.done;
      if (!isDirty(state) || state.phase === "offline") return saveStateOf(state);
    }
    dispatch({ type: "save", id: makeId(), force });
    return rested();
  }

  /** @returns {Promise<SaveState>} once the machine is at rest */
  async function rested() {
    await work?.done;
    return saveStateOf(state);
  }

  return {
    state: () => saveStateOf(state),
    isDirty: () => isDirty(state),
    isStored: () => state.isStored || !isDirty(state),
    version: () => state.base.version,
    open: (list, unsent = null) => dispatch({ type: "open", list, work: unsent }),
    saveNow,
    leave() {
      dispatch({ type: "leave", id: makeId() });
      return effects.takeLastSave();
    },
    resolve(choices) {
      if (state.phase === "conflict") dispatch({ type: "resolve", choices, boxes: chosen(mergeOf(state), choices), id: makeId() });
      return rested();
    },
    async stop() {
      unsubscribe();
      dispatch({ type: "stop" });
      await work?.done;
    },
  };
}

/**
 * Make what carries the machine's effects out.
 * @param {object} parts
 * @param {Store} parts.store
 * @param {(save: Save) => Promise<BoxList>} parts.put
 * @param {(work: Work | null) => Promise<boolean>} parts.storeUnsent
 * @param {(report: SaveReport) => void} parts.report
 * @param {ReturnType<typeof createTimers>} parts.timers
 * @param {(event: SaveEvent) => void} parts.dispatch
 * @param {(event: SaveEvent) => void} parts.goOn   for an event that the machine waits for
 */
function createEffects({ store, put, storeUnsent, report, timers, dispatch, goOn }) {
  /** Whether the boxes on the page change because the machine shows them. */
  let isShowing = false;
  /** @type {Save | null} */
  let lastSave = null;

  /** @param {Extract<Effect, {type: "show"}>} effect */
  function show({ boxes, origin }) {
    isShowing = true;
    store.replaceAll(boxes, origin);
    isShowing = false;
  }

  /** @param {Extract<Effect, {type: "store"}>} effect */
  async function keep({ work, answers }) {
    let isStored = false;
    try {
      isStored = await storeUnsent(work);
    } finally {
      if (answers) goOn({ type: "stored", isStored, id: makeId() });
      else dispatch({ type: "storage", isStored });
    }
  }

  /** @param {Extract<Effect, {type: "send"}>} effect */
  async function send({ request, save }) {
    try {
      const list = await put(save);
      goOn({ type: "accepted", request, list, id: makeId() });
    } catch (error) {
      goOn(eventOf(error, request));
      if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
    }
  }

  return {
    isShowing: () => isShowing,
    /** Take the save that the last event `leave` gave, if it gave one. */
    takeLastSave() {
      const taken = lastSave;
      lastSave = null;
      return taken;
    },
    /** @param {Effect} effect */
    carryOut(effect) {
      if (effect.type === "store") void keep(effect);
      else if (effect.type === "send") void send(effect);
      else if (effect.type === "lastSave") lastSave = effect.save;
      else if (effect.type === "show") show(effect);
      else if (effect.type === "report") report(effect.report);
      else if (effect.type === "wait") timers.start(effect.ms);
      else timers.stop();
    },
  };
}

/** @returns {{done: Promise<void>, end: () => void}} */
function createWork() {
  let end = () => {};
  const done = new Promise((resolve) => (end = () => resolve(undefined)));
  return { done, end };
}

/**
 * Make the timers of the next save: one begins anew with every edit, one waits no longer than LONGEST_WAIT_MS.
 * @param {{call: () => void, later: typeof setTimeout, cancelLater: typeof clearTimeout}} parts
 */
function createTimers({ call, later, cancelLater }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let quiet;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let longest;
  return {
    /** @param {number} ms */
    start(ms) {
      cancelLater(quiet);
      quiet = later(call, ms);
      longest ??= later(call, Math.max(ms, LONGEST_WAIT_MS));
    },
    stop() {
      cancelLater(quiet);
      cancelLater(longest);
      quiet = longest = undefined;
    },
  };
}

/**
 * Give the event of a request that failed.
 * @param {unknown} error
 * @param {number} request
 * @returns {SaveEvent}
 */
function eventOf(error, request) {
  if (error instanceof Unreachable) return { type: "unreachable", request, sentence: error.message };
  if (!(error instanceof ApiError)) return { type: "broken", request };
  const { status, message: sentence, code, body } = error;
  if (status !== 412) return { type: "refused", request, status, sentence, code, box: body.box };
  const { version, boxes = [], applied = null, saved_by: savedBy = null } = body;
  return { type: "stale", request, list: { version, boxes }, applied, savedBy, id: makeId() };
}
