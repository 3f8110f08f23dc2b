// @ts-check
// An image that somebody else works on: it opens read-only with their name, and can be taken over when
// they have left.
import { ApiError } from "./api.js";
import { isExpectedError } from "./errors.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("../ui/notice.js").Action} Action */
/** @typedef {import("../ui/notice.js").Notice} Notice */

const ASK_MS = 10000;

/**
 * @typedef {object} LeaseLock
 * @property {() => string | null} holder   who works on the open image, when it is somebody else
 * @property {(imageId: string | number) => Promise<string | null>} take  answers who holds it instead of me
 * @property {(imageId: string | number, person: string) => void} lock
 * @property {() => void} unlock
 */

/**
 * @param {object} parts
 * @param {Api} parts.api
 * @param {Notice} parts.notice
 * @param {(imageId: string | number) => void} parts.hold       keeps a lease that was taken
 * @param {() => void} parts.locked
 * @param {(imageId: string | number) => void} parts.openAgain
 * @param {Action} parts.next
 * @returns {LeaseLock}
 */
export function createLeaseLock({ api, notice, hold, locked, openAgain, next }) {
  /** @type {string | null} */
  let holder = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let question;

  function unlock() {
    clearInterval(question);
    holder = null;
  }

  /** @param {string | number} imageId */
  async function ask(imageId) {
    const asked = holder;
    try {
      const { lease } = await api.getImage(imageId);
      if (lease || holder === null || holder !== asked) return;
    } catch (error) {
      if (!isExpectedError(error)) throw error; // asked again at the next turn
      return;
    }
    const work = { label: "Work on it", perform: () => openAgain(imageId), primary: true };
    notice.show({ tone: "info", text: `${asked} has left this image.`, actions: [work, next] });
  }

  return {
    holder: () => holder,
    unlock,
    async take(imageId) {
      try {
        await api.renewLease(imageId);
        hold(imageId);
        return null;
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 423) throw error;
        return error.body.holder ?? "Another person";
      }
    },
    lock(imageId, person) {
      unlock();
      holder = person;
      locked();
      const text = `${person} works on this image. You can look, not change.`;
      notice.show({ tone: "warning", text, actions: [next] });
      question = setInterval(() => void ask(imageId), ASK_MS);
    },
  };
}
