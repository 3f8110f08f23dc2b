// @ts-check
// Which images are selected: some by their ids, or all that match the filter but some.

/**
 * @param {() => void} changed  called after each change
 */
export function createSelection(changed) {
  /** @type {Set<number>} */
  let ids = new Set();
  /** @type {Set<number>} */
  let without = new Set();
  let all = false;
  /** @type {number | null} */
  let anchor = null;

  /**
   * @param {number} id
   * @param {boolean} on
   */
  function put(id, on) {
    const chosen = all ? without : ids;
    if (all ? on : !on) chosen.delete(id);
    else chosen.add(id);
  }

  /** @param {number} id */
  const has = (id) => (all ? !without.has(id) : ids.has(id));

  return {
    has,
    get all() {
      return all;
    },
    /** The images that were taken out of "all". */
    get without() {
      return [...without];
    },
    get ids() {
      return [...ids];
    },
    get empty() {
      return !all && !ids.size;
    },
    /**
     * How many images are selected, when `found` match the filter; null when nobody knows.
     * @param {number | null} found
     */
    count(found) {
      if (!all) return ids.size;
      return found === null ? null : Math.max(0, found - without.size);
    },
    /** @param {number} id */
    toggle(id) {
      put(id, !has(id));
      anchor = id;
      changed();
    },
    /**
     * Select from the image that was chosen last to this one, in the order that is shown.
     * @param {number} id
     * @param {number[]} order
     */
    extend(id, order) {
      const from = anchor === null ? -1 : order.indexOf(anchor);
      const to = order.indexOf(id);
      if (from < 0 || to < 0) {
        put(id, true);
        anchor = id;
      } else {
        for (const one of order.slice(Math.min(from, to), Math.max(from, to) + 1)) put(one, true);
      }
      changed();
    },
    selectAll() {
      all = true;
      ids = new Set();
      without = new Set();
      changed();
    },
    /** @param {Iterable<number>} gone */
    forget(gone) {
      for (const id of gone) {
        ids.delete(id);
        without.delete(id);
      }
      changed();
    },
    clear() {
      all = false;
      ids = new Set();
      without = new Set();
      anchor = null;
      changed();
    },
  };
}

/** @typedef {ReturnType<typeof createSelection>} Selection */

/**
 * The filter of an address as the REST interface takes it: name to the list of its values.
 * @param {string} search
 * @returns {Record<string, string[]>}
 */
export function filterOf(search) {
  /** @type {Record<string, string[]>} */
  const filter = {};
  for (const [name, value] of new URLSearchParams(search)) {
    if (value && name !== "sort" && name !== "after") (filter[name] ??= []).push(value);
  }
  return filter;
}
