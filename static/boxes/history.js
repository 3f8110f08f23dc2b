// @ts-check
// Undo and redo without a limit. One gesture is one step. What comes from the server never enters.
import { inverted } from "./store.js";

/** @typedef {import("./types.js").Change} Change */
/** @typedef {import("./store.js").Store} Store */

/**
 * @typedef {object} History
 * @property {() => boolean} undo   false when there is nothing to undo
 * @property {() => boolean} redo
 * @property {() => boolean} canUndo
 * @property {() => boolean} canRedo
 * @property {() => void} clear
 */

/**
 * Record a store's changes.
 * @param {Store} store
 * @returns {History}
 */
export function createHistory(store) {
  /** @type {Change[][]} each step is a list of changes, oldest first */
  let done = [];
  /** @type {Change[][]} */
  let undone = [];

  store.subscribe((change) => {
    if (change.origin !== "person") return;
    const last = done.at(-1);
    if (last && change.gesture !== undefined && last[0].gesture === change.gesture) {
      last.push(change);
    } else {
      done.push([change]);
    }
    undone = [];
  });

  return {
    undo() {
      const step = done.pop();
      if (!step) return false;
      for (const change of [...step].reverse()) store.apply({ ...inverted(change), origin: "history" });
      undone.push(step);
      return true;
    },
    redo() {
      const step = undone.pop();
      if (!step) return false;
      for (const change of step) store.apply({ ...change, origin: "history" });
      done.push(step);
      return true;
    },
    canUndo: () => done.length > 0,
    canRedo: () => undone.length > 0,
    clear() {
      done = [];
      undone = [];
    },
  };
}
