// @ts-check
// Random choices for tests, the same in every run.

/** @param {number} seed */
export function createDice(seed) {
  let state = seed;
  /** @param {number} count @returns {number} a whole number from 0, below `count` */
  function below(count) {
    // Park and Miller's minimal standard generator.
    state = (state * 48271) % 2147483647;
    return Math.floor((state / 2147483647) * count);
  }
  return {
    below,
    /** @template Value @param {readonly Value[]} values @returns {Value} undefined of an empty list */
    pick: (values) => values[below(values.length)],
  };
}
