// @ts-check
// The boxes of the open image. Every change is one value {created, updated, deleted, origin} that
// drives undo, autosave and redraw; nobody changes a box in any other way.
import { sameBox } from "./boxes.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Change} Change */
/** @typedef {import("./types.js").Origin} Origin */
/** @typedef {import("./types.js").Placed} Placed */
/** @typedef {import("./types.js").Updated} Updated */

/**
 * @typedef {object} Store
 * @property {() => readonly Box[]} all
 * @property {(id: string | null) => Box | undefined} get
 * @property {(change: Change) => Change} apply       answers what really changed
 * @property {(box: Box) => Change} create
 * @property {(id: string, patch: Partial<Box>, gesture?: string) => Change} update
 * @property {(id: string) => Change} remove
 * @property {(boxes: readonly Box[], origin: Origin) => Change} replaceAll
 * @property {(listener: (change: Change) => void) => () => void} subscribe
 */

/**
 * Make the store of one image's boxes.
 * @param {readonly Box[]} [initial]
 * @returns {Store}
 */
export function createStore(initial = []) {
  let boxes = [...initial];
  /** @type {Set<(change: Change) => void>} */
  const listeners = new Set();

  /** @param {Change} change @returns {Change} */
  function apply(change) {
    const next = [...boxes];
    const done = { ...change, ...applyTo(next, change) };
    boxes = next;
    if (!isEmpty(done)) for (const listener of [...listeners]) listener(done);
    return done;
  }

  /** @param {string | null} id */
  const get = (id) => boxes.find((box) => box.id === id);

  return {
    all: () => boxes,
    get,
    apply,
    create: (box) => apply(changeOf({ created: [{ box, index: boxes.length }] })),
    update(id, patch, gesture) {
      const oldValue = get(id);
      if (!oldValue) return changeOf({});
      return apply(changeOf({ updated: [{ oldValue, newValue: { ...oldValue, ...patch } }], gesture }));
    },
    remove(id) {
      const index = boxes.findIndex((box) => box.id === id);
      return index < 0 ? changeOf({}) : apply(changeOf({ deleted: [{ box: boxes[index], index }] }));
    },
    replaceAll(target, origin) {
      const change = apply({ ...difference(boxes, target), origin });
      const byId = new Map(boxes.map((box) => [box.id, box]));
      boxes = target.map((box) => byId.get(box.id) ?? box);
      return change;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * Make a change by a person.
 * @param {Partial<Change>} parts
 * @returns {Change}
 */
export function changeOf(parts) {
  return { created: [], updated: [], deleted: [], origin: "person", ...parts };
}

/** @param {Change} change @returns {boolean} */
export function isEmpty(change) {
  return change.created.length + change.updated.length + change.deleted.length === 0;
}

/**
 * Turn a change around: what it created is deleted, old values are new values.
 * @param {Change} change
 * @returns {Change}
 */
export function inverted(change) {
  return {
    ...change,
    created: [...change.deleted].reverse(),
    updated: [...change.updated].reverse().map(({ oldValue, newValue }) => ({
      oldValue: newValue,
      newValue: oldValue,
    })),
    deleted: [...change.created].reverse(),
  };
}

/**
 * Give the change that turns one list into another, matched by id.
 * @param {readonly Box[]} before
 * @param {readonly Box[]} after
 * @returns {{created: Placed[], updated: Updated[], deleted: Placed[]}}
 */
export function difference(before, after) {
  const old = new Map(before.map((box) => [box.id, box]));
  const kept = new Set(after.map((box) => box.id));
  return {
    created: after.flatMap((box, index) => (old.has(box.id) ? [] : [{ box, index }])),
    updated: after.flatMap((box) => {
      const oldValue = old.get(box.id);
      return oldValue && oldValue !== box ? [{ oldValue, newValue: box }] : [];
    }),
    deleted: before.flatMap((box, index) => (kept.has(box.id) ? [] : [{ box, index }])),
  };
}

/**
 * Apply a change to a list in place, field by field: only what differs between old and new is
 * written, so that undoing a move does not bring back a grade that the server has since changed.
 * @param {Box[]} boxes
 * @param {Change} change
 * @returns {{created: Placed[], updated: Updated[], deleted: Placed[]}} what was possible
 */
function applyTo(boxes, change) {
  /** @type {{created: Placed[], updated: Updated[], deleted: Placed[]}} */
  const done = { created: [], updated: [], deleted: [] };
  const indexOf = (/** @type {string} */ id) => boxes.findIndex((box) => box.id === id);
  for (const { box } of change.deleted) {
    const index = indexOf(box.id);
    if (index < 0) continue;
    done.deleted.push({ box: boxes[index], index });
    boxes.splice(index, 1);
  }
  for (const { oldValue, newValue } of change.updated) {
    const index = indexOf(oldValue.id);
    if (index < 0) continue;
    const patched = { ...boxes[index], ...changedFields(oldValue, newValue) };
    if (sameBox(patched, boxes[index]) && change.origin !== "server") continue;
    done.updated.push({ oldValue: boxes[index], newValue: patched });
    boxes[index] = patched;
  }
  for (const { box, index } of change.created) {
    if (indexOf(box.id) >= 0) continue;
    const place = Math.min(index, boxes.length);
    boxes.splice(place, 0, box);
    done.created.push({ box, index: place });
  }
  return done;
}

/** @param {Box} before @param {Box} after @returns {Partial<Box>} */
function changedFields(before, after) {
  const old = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (before));
  return Object.fromEntries(Object.entries(after).filter(([field, value]) => old[field] !== value));
}
