// @ts-check
// The state of the save machine, and what can be known and made of it. Pure.
import { sameBoxes } from "../boxes/boxes.js";
import { mergeBoxes } from "../boxes/merge.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").BoxList} BoxList */
/** @typedef {import("./saver.js").Save} Save */
/** @typedef {import("./saver.js").SaveReport} SaveReport */

/**
 * At rest: `saved`, `unsaved`, `offline` (sent again by itself), `conflict` (a person must choose), `expired`
 * (sign in), `refused` (the server says what is wrong), `gone` (the image was deleted), `locked` (another person
 * has the image) and `over` (another saver has the work). At work: `storing` (the browser stores the work and the
 * name of its save), `sending` (one request is in flight), `settling` (the browser stores what the answer changed).
 * @typedef {"saved" | "unsaved" | "offline" | "conflict" | "expired" | "refused" | "gone" | "locked" | "over" |
 *   "storing" | "sending" | "settling"} Phase
 */

/**
 * A save that was sent, or is to be sent. It is repeated as it was until its fate is known.
 * @typedef {{mutation: string, boxes: readonly Box[]}} Sent
 */

/** @typedef {{list: BoxList, savedBy: string | null}} Theirs */

/**
 * @typedef {object} MachineState
 * @property {Phase} phase
 * @property {BoxList} base            what the server has, as far as this page knows
 * @property {readonly Box[]} mine     the boxes on the page
 * @property {string[]} unanswered     names of saves from `base` that may have arrived, or may yet arrive
 * @property {Sent | null} doubt       the newest of them
 * @property {Sent | null} sent        the save at work
 * @property {boolean} isRepeated      whether it was sent before
 * @property {Theirs | null} theirs    a newer list of the server that is not merged yet
 * @property {number} request          counts the requests; an answer to an older one is ignored
 * @property {number} tries            requests since this save began
 * @property {boolean} merged          whether another person's boxes came in since this save began
 * @property {number} failures         requests in a row that the server did not answer
 * @property {Outcome | null} outcome  what follows when the browser has stored the work
 * @property {boolean} isStored        whether this browser has stored the work
 * @property {boolean} isLeft          whether the page shows another image now
 */

/** @typedef {{phase: Phase, report?: Partial<SaveReport>}} Outcome */

/** @type {ReadonlySet<Phase>} */
const AT_WORK = new Set(["storing", "sending", "settling"]);
/** More names than this are sent with no save; the server takes a hundred. */
const MOST_UNANSWERED = 50;

/** @returns {MachineState} the state before the first `open` */
export function initialState() {
  return {
    ...{ phase: "saved", base: { version: 0, boxes: [] }, mine: [], unanswered: [], doubt: null, sent: null },
    ...{ isRepeated: false, theirs: null, request: 0, tries: 0, merged: false, failures: 0, outcome: null, isStored: true, isLeft: false },
  };
}

/**
 * Tell whether the server may lack something of the page's boxes, or may get an older save yet.
 * @param {MachineState} state
 * @returns {boolean}
 */
export function isDirty({ unanswered, mine, base }) {
  return unanswered.length > 0 || !sameBoxes(mine, base.boxes);
}

/** @param {MachineState} state @returns {boolean} whether the machine waits for the browser or the server */
export function isAtWork({ phase }) {
  return AT_WORK.has(phase);
}

/**
 * Merge the page's boxes with the server's newer list.
 * @param {MachineState} state
 * @returns {import("../boxes/merge.js").Merged}
 */
export function mergeOf({ base, mine, theirs }) {
  return mergeBoxes({ base: base.boxes, mine, theirs: (theirs?.list ?? base).boxes });
}

/**
 * Take the server's list as the new base and put the edits since `from` on top of it.
 * @param {MachineState} state
 * @param {BoxList} list
 * @param {readonly Box[]} from
 * @returns {MachineState}
 */
export function rebase(state, list, from) {
  const { boxes } = mergeBoxes({ base: from, mine: state.mine, theirs: list.boxes });
  return { ...state, base: { version: list.version, boxes: list.boxes }, mine: boxes, theirs: null };
}

/**
 * Forget the names of saves: the server has a newer version than all of them, so none can arrive any more.
 * @param {MachineState} state
 * @returns {MachineState}
 */
export function answeredAll(state) {
  return { ...state, unanswered: [], doubt: null, failures: 0 };
}

/** @param {MachineState} state @returns {import("./saver.js").SaveState} the phase as the page shows it */
export function saveStateOf({ phase }) {
  return phase === "storing" || phase === "sending" || phase === "settling" || phase === "over" ? "saving" : phase;
}

/** @param {BoxList} base @param {Sent} sent @param {string[]} unanswered @returns {Save} */
export function saveOf(base, sent, unanswered) {
  const earlier = unanswered.filter((name) => name !== sent.mutation).slice(-MOST_UNANSWERED);
  return { version: base.version, mutation: sent.mutation, boxes: [...sent.boxes], unanswered: earlier };
}

/** @param {string[]} unanswered @param {string} name @returns {string[]} with `name` as the newest */
export function withName(unanswered, name) {
  return [...unanswered.filter((known) => known !== name).slice(-MOST_UNANSWERED), name];
}
