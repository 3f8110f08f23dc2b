// @ts-check
// The boxes of the open image. Every change is one value {created, updated, deleted, origin} that
// drives undo, autosave and redraw; nobody changes a box in any other way.
import { sameBox } from "./boxes.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").Change} Change */
/** @typedef {import("./types.js").Origin} Origin */
/** @typedef {import("./types.js").Placed} Placed */
/** @typedef {import("./types.js").Updated} Updated */

/** @typedef {Map<string, Partial<Box>>} Patches  what to write, by box id */

/**
 * @typedef {object} Store
 * @property {() => readonly Box[]} all
 * @property {(id: string | null) => Box | undefined} get
 * @property {(change: Change) => Change} apply       answers what really changed
 * @property {(box: Box) => Change} create
 * @property {(boxes: readonly Box[]) => Change} createMany      one change, as the two that follow
 * @property {(id: string, patch: Partial<Box>, gesture?: string) => Change} update
 * @property {(patches: Patches, gesture?: string) => Change} updateMany
 * @property {(id: string) => Change} remove
 * @property {(ids: readonly string[]) => Change} removeMany
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
  let places = placesOf(boxes);
  /** @type {Set<(change: Change) => void>} */
  const listeners = new Set();

  /** @param {Change} change @returns {Change} */
  function apply(change) {
    const next = [...boxes];
    const done = { ...change, ...applyTo(next, places, change) };
    boxes = next;
    if (done.created.length + done.deleted.length > 0) places = placesOf(boxes);
    tell(done);
    return done;
  }

  /** @param {Change} change */
  function tell(change) {
    if (!isEmpty(change)) for (const listener of [...listeners]) listener(change);
  }

  /** @param {string | null} id */
  function get(id) {
    const place = id === null ? undefined : places.get(id);
    return place === undefined ? undefined : boxes[place];
  }

  /** @param {Patches} patches @param {string} [gesture] */
  function updateMany(patches, gesture) {
    const updated = [...patches].flatMap(([id, patch]) => {
      const oldValue = get(id);
      return oldValue ? [{ oldValue, newValue: { ...oldValue, ...patch } }] : [];
    });
    return apply(changeOf({ updated, gesture }));
  }

  /** @param {readonly Box[]} made */
  function createMany(made) {
    return apply(changeOf({ created: made.map((box, index) => ({ box, index: boxes.length + index })) }));
  }

  /** @param {readonly string[]} ids */
  function removeMany(ids) {
    const indices = ids.flatMap((id) => places.get(id) ?? []).sort((a, b) => b - a);
    return apply(changeOf({ deleted: indices.map((index) => ({ box: boxes[index], index })) }));
  }

  return {
    all: () => boxes,
    get,
    apply,
    create: (box) => createMany([box]),
    createMany,
    update: (id, patch, gesture) => updateMany(new Map([[id, patch]]), gesture),
    updateMany,
    remove: (id) => removeMany([id]),
    removeMany,
    replaceAll(target, origin) {
      const next = [...boxes];
      const done = { ...changeOf(difference(boxes, target)), origin };
      const change = { ...done, ...applyTo(next, places, done) };
      const byId = new Map(next.map((box) => [box.id, box]));
      // Listeners see the list in its final order, not one that is corrected after they were notified.
      boxes = target.map((box) => byId.get(box.id) ?? box);
      places = placesOf(boxes);
      tell(change);
      return change;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** @param {readonly Box[]} boxes @returns {Map<string, number>} the index of each id */
function placesOf(boxes) {
  return new Map(boxes.map(({ id }, index) => [id, index]));
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
 * @param {Map<string, number>} places  of the list as it was given
 * @param {Change} change
 * @returns {{created: Placed[], updated: Updated[], deleted: Placed[]}} what was possible
 */
function applyTo(boxes, places, change) {
  /** @type {{created: Placed[], updated: Updated[], deleted: Placed[]}} */
  const done = { created: [], updated: [], deleted: [] };
  for (const { oldValue, newValue } of change.updated) {
    const index = places.get(oldValue.id);
    if (index === undefined) continue;
    const patched = { ...boxes[index], ...changedFields(oldValue, newValue) };
    if (sameBox(patched, boxes[index]) && change.origin !== "server") continue;
    done.updated.push({ oldValue: boxes[index], newValue: patched });
    boxes[index] = patched;
  }
  // The last place first, so that the others stay where they are; turned around, the first comes back first.
  const leaving = change.deleted.flatMap(({ box }) => places.get(box.id) ?? []).sort((a, b) => b - a);
  for (const index of leaving) done.deleted.push({ box: boxes[index], index });
  for (const index of leaving) boxes.splice(index, 1);
  if (change.created.length === 0) return done;
  const here = new Set(boxes.map(({ id }) => id));
  for (const { box, index } of change.created) {
    if (here.has(box.id)) continue;
    const place = Math.min(index, boxes.length);
    boxes.splice(place, 0, box);
    here.add(box.id);
    done.created.push({ box, index: place });
  }
  return done;
}

/** @param {Box} before @param {Box} after @returns {Partial<Box>} */
function changedFields(before, after) {
  const old = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (before));
  return Object.fromEntries(Object.entries(after).filter(([field, value]) => old[field] !== value));
}
