// @ts-check
// The transitions of saving one image as a pure state machine: docs/saving.md has its table. `next` takes a
// state and an event, and gives the new state and the effects that saver.js carries out in their order.
import { sameBoxes } from "../boxes/boxes.js";
import { answeredAll, isAtWork, isDirty, mergeOf, rebase, saveOf, saveStateOf, withName } from "./save_state.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").BoxList} BoxList */
/** @typedef {import("../boxes/merge.js").Conflict} Conflict */
/** @typedef {import("../boxes/merge.js").Choices} Choices */
/** @typedef {import("./unsent_work.js").Work} Work */
/** @typedef {import("./saver.js").Save} Save */
/** @typedef {import("./saver.js").SaveReport} SaveReport */
/** @typedef {import("./save_state.js").MachineState} MachineState */
/** @typedef {import("./save_state.js").Outcome} Outcome */
/** @typedef {import("./save_state.js").Phase} Phase */

/**
 * `id` is a fresh name, for a save that may have to be sent; `request` is the number of the request that is answered.
 * @typedef {{type: "open", list: BoxList, work: Work | null}
 *   | {type: "edit", boxes: readonly Box[]}
 *   | {type: "save", id: string, force?: boolean}
 *   | {type: "stored", isStored: boolean, id: string}
 *   | {type: "storage", isStored: boolean}
 *   | {type: "accepted", request: number, list: BoxList, id: string}
 *   | {type: "stale", request: number, list: BoxList, applied: BoxList | null, savedBy: string | null, id: string}
 *   | {type: "unreachable", request: number, sentence: string}
 *   | {type: "refused", request: number, status: number, sentence: string, code: string, box?: string}
 *   | {type: "broken", request: number}
 *   | {type: "resolve", choices: Choices, boxes: readonly Box[], id: string}
 *   | {type: "leave", id: string}
 *   | {type: "stop"}
 *   | {type: "takenOver"}} SaveEvent
 */

/**
 * `store` writes the work into the browser's storage (`null` deletes it); with `answers`, the machine waits for the
 * event `stored`, else `storage` says later whether it was stored. `wait` asks for the event `save` after `ms`. `lastSave` is what a page that goes away sends.
 * @typedef {{type: "store", work: Work | null, answers: boolean}
 *   | {type: "send", request: number, save: Save}
 *   | {type: "lastSave", save: Save}
 *   | {type: "show", boxes: readonly Box[], origin: "server" | "person"}
 *   | {type: "report", report: SaveReport}
 *   | {type: "wait", ms: number}
 *   | {type: "stopWaiting"}} Effect
 */

/** @typedef {{state: MachineState, effects: Effect[]}} Step */

/** A change is saved after this pause of the person, in milliseconds. */
const QUIET_MS = 700;
const RETRY_MS = 2000;
const LONGEST_RETRY_MS = 20000;
const MERGE_TRIES = 6;

/**
 * An edit leaves these phases as they are: only an answer of the server ends them.
 * @type {ReadonlySet<Phase>}
 */
const LASTING = new Set(["offline", "expired", "gone"]);
/**
 * What an answer's status means for the page; every other refusal is `refused`.
 * @type {Record<number, Phase>}
 */
const PHASE_OF_STATUS = { 401: "expired", 404: "gone", 423: "locked" };

/**
 * Give what follows from an event.
 * @param {MachineState} state
 * @param {SaveEvent} event
 * @returns {Step}
 */
export function next(state, event) {
  const step = stepOf(state, event);
  // The page shows another image: what is on its way ends by itself, unseen.
  if (!step.state.isLeft) return step;
  return { ...step, effects: step.effects.filter(({ type }) => type === "store" || type === "send" || type === "stopWaiting") };
}

/** @param {MachineState} state @param {SaveEvent} event @returns {Step} */
function stepOf(state, event) {
  if (state.phase === "over") return { state, effects: [] };
  switch (event.type) {
    case "open":
      return open(state, event);
    case "edit":
      return edit(state, event.boxes);
    case "save":
      return save(state, event);
    case "stored":
      return stored({ ...state, isStored: event.isStored }, event.id);
    case "storage":
      return { state: { ...state, isStored: event.isStored }, effects: [] };
    case "resolve":
      return resolve(state, event);
    case "leave":
      return leave(state, event.id);
    case "stop":
      return { state: { ...state, isLeft: true }, effects: [{ type: "stopWaiting" }] };
    case "takenOver":
      return { state: { ...state, phase: "over" }, effects: [] };
    default:
      // A late answer, or a second one, to a request that is settled.
      if (state.phase !== "sending" || event.request !== state.request) return { state, effects: [] };
      return answered(state, event);
  }
}

/** @param {MachineState} state @param {Extract<SaveEvent, {request: number}>} event @returns {Step} */
function answered(state, event) {
  switch (event.type) {
    case "accepted":
      return accepted(state, event);
    case "stale":
      return stale(state, event);
    case "unreachable":
      return settle(state, { phase: "offline", report: { sentence: event.sentence } });
    case "refused":
      return refused(state, event);
    case "broken":
      return settle(state, { phase: "unsaved" });
  }
}

/** @param {MachineState} before @param {Extract<SaveEvent, {type: "open"}>} event @returns {Step} */
function open(before, { list, work }) {
  const opened = { ...answeredAll(before), base: list, theirs: null, mine: (work ?? list).boxes };
  if (!work) return enter(opened, "saved", {}, [show(opened)]);
  const unanswered = [...(work.unanswered ?? [])];
  const resumed = { ...opened, unanswered };
  if (work.version === list.version) return resume(resumed);
  const old = { version: work.version, boxes: [...work.base] };
  // A save from the old version tells which of the unanswered saves arrived.
  if (unanswered.length > 0) return resume({ ...resumed, base: old });
  const asked = { ...resumed, base: old, theirs: { list, savedBy: null } };
  const { boxes, conflicts } = mergeOf(asked);
  if (conflicts.length === 0) return resume({ ...resumed, mine: boxes });
  return settle(asked, { phase: "conflict" }, [show(asked)]);
}

/** @param {MachineState} state with the work of an earlier page @returns {Step} */
function resume(state) {
  if (!isDirty(state)) return enter(state, "saved", {}, [show(state), store(state)]);
  return enter(state, "unsaved", {}, [show(state)], state.unanswered.length > 0 ? 0 : QUIET_MS);
}

/** @param {MachineState} before @param {readonly Box[]} boxes @returns {Step} */
function edit(before, boxes) {
  const state = { ...before, mine: boxes };
  const effects = [store(state)];
  if (isAtWork(state)) return { state, effects: [...effects, { type: "wait", ms: QUIET_MS }] };
  if (state.phase === "locked") return { state, effects };
  if (state.phase === "conflict") {
    const { conflicts } = mergeOf(state);
    if (conflicts.length > 0) return enter(state, "conflict", conflictReport(state, conflicts), effects);
  }
  if (!isDirty(state)) return enter(state, "saved", {}, [...effects, { type: "stopWaiting" }]);
  if (LASTING.has(state.phase)) return { state, effects: [...effects, { type: "wait", ms: QUIET_MS }] };
  return enter(state, "unsaved", {}, effects, QUIET_MS);
}

/** @param {MachineState} state @param {{id: string, force?: boolean}} event @returns {Step} */
function save(state, { id, force = false }) {
  if (state.isLeft || isAtWork(state) || state.phase === "conflict" || state.phase === "locked") return { state, effects: [] };
  if (!force && !isDirty(state)) return enter(state, "saved");
  return begin({ ...state, tries: 0, merged: false }, id);
}

/**
 * Begin a save: the browser stores its name first, so that whoever opens this work again knows the save that may
 * have arrived.
 * @param {MachineState} before
 * @param {string} id
 * @param {Effect[]} [effects]  that go before
 * @returns {Step}
 */
function begin(before, id, effects = []) {
  if (before.theirs) {
    // The person's edits ended a conflict: the server's newer list is merged before anything is sent.
    if (mergeOf(before).conflicts.length > 0) return settle(before, { phase: "conflict" }, effects);
    const merged = rebase(before, before.theirs.list, before.base.boxes);
    return begin(merged, id, [...effects, show(merged)]);
  }
  const sent = before.doubt ?? { mutation: id, boxes: before.mine };
  const unanswered = withName(before.unanswered, sent.mutation);
  /** @type {MachineState} */
  const state = { ...before, phase: "storing", doubt: sent, sent, isRepeated: before.doubt !== null, unanswered };
  return { state, effects: [...effects, report(state), store(state, true)] };
}

/** @param {MachineState} state @param {string} id @returns {Step} */
function stored(state, id) {
  if (state.phase === "storing") return send(state);
  if (state.phase !== "settling" || !state.outcome) return { state, effects: [] };
  const { phase, report: more = {} } = state.outcome;
  const settled = { ...state, outcome: null };
  switch (phase) {
    case "saved":
      if (!isDirty(settled)) return enter(settled, "saved", more);
      return enter(settled, "unsaved", more, [], QUIET_MS);
    case "conflict": {
      const { conflicts } = mergeOf(settled);
      if (conflicts.length > 0) return enter(settled, "conflict", conflictReport(settled, conflicts));
      return begin(settled, id);
    }
    case "offline": {
      const ms = Math.min(RETRY_MS * 2 ** Math.min(settled.failures, 6), LONGEST_RETRY_MS);
      return enter({ ...settled, failures: settled.failures + 1 }, "offline", more, [], ms);
    }
    case "unsaved":
      return enter(settled, "unsaved", more, [], RETRY_MS);
    default:
      return enter(settled, phase, more);
  }
}

/** @param {MachineState} before @returns {Step} */
function send(before) {
  const { base, sent, unanswered } = before;
  if (!sent) return enter(before, "unsaved", {}, [], QUIET_MS);
  /** @type {MachineState} */
  const state = { ...before, phase: "sending", request: before.request + 1, tries: before.tries + 1 };
  return { state, effects: [{ type: "send", request: state.request, save: saveOf(base, sent, unanswered) }] };
}

/** @param {MachineState} before @param {Extract<SaveEvent, {type: "accepted"}>} event @returns {Step} */
function accepted(before, { list, id }) {
  const state = rebase(answeredAll(before), list, before.sent?.boxes ?? before.base.boxes);
  // An older list was repeated; mine is newer and goes at once.
  if (before.isRepeated && isDirty(state)) return again(state, id, [show(state)]);
  return settle(state, { phase: "saved", report: { merged: before.merged } }, [show(state)]);
}

/** @param {MachineState} before @param {Extract<SaveEvent, {type: "stale"}>} event @returns {Step} */
function stale(before, { list, applied, savedBy, id }) {
  // My own save that arrived without its answer is no change by another person.
  const settled = { ...answeredAll(before), base: applied ?? before.base };
  const asked = { ...settled, theirs: { list, savedBy } };
  if (mergeOf(asked).conflicts.length > 0) return settle(asked, { phase: "conflict" });
  const merged = before.merged || list.version !== settled.base.version;
  const state = { ...rebase(settled, list, settled.base.boxes), merged };
  if (isDirty(state)) return again(state, id, [show(state)]);
  return settle(state, { phase: "saved", report: { merged } }, [show(state)]);
}

/** @param {MachineState} state @param {string} id @param {Effect[]} effects @returns {Step} */
function again(state, id, effects) {
  return state.tries < MERGE_TRIES ? begin(state, id, effects) : settle(state, { phase: "unsaved" }, effects);
}

/** @param {MachineState} before @param {Extract<SaveEvent, {type: "refused"}>} event @returns {Step} */
function refused(before, { status, sentence, code, box }) {
  const { sent, isRepeated } = before;
  // It was refused, so it will not be sent like this again; sent once, it has not arrived either.
  const unanswered = isRepeated ? before.unanswered : before.unanswered.filter((name) => name !== sent?.mutation);
  const phase = PHASE_OF_STATUS[status] ?? "refused";
  const more = { sentence, code, ...(phase === "refused" ? { box } : {}) };
  return settle({ ...before, unanswered, doubt: null }, { phase, report: more });
}

/** @param {MachineState} before @param {Extract<SaveEvent, {type: "resolve"}>} event @returns {Step} */
function resolve(before, { choices, boxes, id }) {
  if (!before.theirs || before.phase !== "conflict") return { state: before, effects: [] };
  const isOpen = (/** @type {Conflict} */ conflict) => typeof choices !== "string" && !choices.has(conflict.id);
  const merged = mergeOf(before);
  if (merged.conflicts.some(isOpen)) return settle(before, { phase: "conflict" });
  const state = { ...before, theirs: null, base: before.theirs.list, mine: boxes };
  // The choice itself is a person's, so that undo takes it back.
  /** @type {Effect[]} */
  const shown = [show({ ...state, mine: merged.boxes }), { type: "show", boxes, origin: "person" }];
  if (!isDirty(state)) return settle(state, { phase: "saved", report: { merged: true } }, shown);
  return begin({ ...state, tries: 0, merged: false }, id, shown);
}

/**
 * Give the save that a page sends as it goes away.
 * @param {MachineState} before
 * @param {string} id
 * @returns {Step}
 */
function leave(before, id) {
  const { phase, mine, doubt, base } = before;
  if (!isDirty(before) || before.theirs || phase === "locked") return { state: before, effects: [] };
  const sent = doubt && sameBoxes(doubt.boxes, mine) ? doubt : { mutation: id, boxes: mine };
  const state = { ...before, doubt: sent, unanswered: withName(before.unanswered, sent.mutation) };
  return { state, effects: [store(state), { type: "lastSave", save: saveOf(base, sent, state.unanswered) }] };
}

/**
 * Let the browser store the work, then enter the phase of `outcome`.
 * @param {MachineState} before
 * @param {Outcome} outcome
 * @param {Effect[]} [effects]  that go before
 * @returns {Step}
 */
function settle(before, outcome, effects = []) {
  /** @type {MachineState} */
  const state = { ...before, phase: "settling", outcome };
  return { state, effects: [...effects, store(state, true)] };
}

/**
 * Enter a phase of rest and report it.
 * @param {MachineState} before
 * @param {Phase} phase
 * @param {Partial<SaveReport>} [more]
 * @param {Effect[]} [effects]  that go before
 * @param {number} [ms]  until the next save
 * @returns {Step}
 */
function enter(before, phase, more = {}, effects = [], ms = -1) {
  const state = { ...before, phase };
  /** @type {Effect[]} */
  const waits = ms < 0 ? [] : [{ type: "wait", ms }];
  return { state, effects: [...effects, ...waits, report(state, more)] };
}

/** @param {MachineState} state @param {Partial<SaveReport>} [more] @returns {Effect} */
function report(state, more = {}) {
  return { type: "report", report: { state: saveStateOf(state), isStored: state.isStored, ...more } };
}

/** @param {MachineState} state @param {Conflict[]} conflicts @returns {Partial<SaveReport>} */
function conflictReport({ theirs }, conflicts) {
  return { conflicts, theirs: theirs?.list, savedBy: theirs?.savedBy };
}

/** @param {MachineState} state @param {boolean} [answers] @returns {Effect} */
function store(state, answers = false) {
  const { base, mine, unanswered } = state;
  const work = { version: base.version, base: base.boxes, boxes: mine, unanswered };
  return { type: "store", work: isDirty(state) ? work : null, answers };
}

/** @param {{mine: readonly Box[]}} state @returns {Effect} */
function show({ mine }) {
  return { type: "show", boxes: mine, origin: "server" };
}
