// @ts-check
// Which boxes are selected: an ordered set of ids whose last one leads, as the one that was touched last.

/**
 * @typedef {object} Selection
 * @property {() => readonly string[]} ids
 * @property {() => string | null} lead           the last one touched
 * @property {() => string | null} only           the one that is selected alone
 * @property {(id: string) => boolean} has
 * @property {(ids: readonly string[]) => boolean} set      answers whether anything is different now
 * @property {(id: string) => boolean} toggle
 * @property {(ids: readonly string[]) => boolean} add
 * @property {(keep: (id: string) => boolean) => boolean} retain
 */

/**
 * Make an empty selection.
 * @returns {Selection}
 */
export function createSelection() {
  /** @type {readonly string[]} */
  let list = [];
  let members = new Set(list);

  /** @param {readonly string[]} next */
  function become(next) {
    const same = next.length === list.length && next.every((id, index) => id === list[index]);
    if (same) return false;
    list = next;
    members = new Set(next);
    return true;
  }

  return {
    ids: () => list,
    lead: () => list.at(-1) ?? null,
    only: () => (list.length === 1 ? list[0] : null),
    has: (id) => members.has(id),
    set: (ids) => become([...new Set(ids)]),
    toggle: (id) => become(members.has(id) ? list.filter((known) => known !== id) : [...list, id]),
    add: (ids) => become([...list, ...new Set(ids.filter((id) => !members.has(id)))]),
    retain: (keep) => become(list.filter(keep)),
  };
}
