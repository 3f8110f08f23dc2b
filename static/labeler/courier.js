// @ts-check
// Sends kept work of images that are not open, by the same rules as the open one: merged by box id, and
// where a person must choose, left until the image is opened.
import { ApiError, Unreachable } from "./api.js";
import { sameBoxes } from "./boxes.js";
import { createSaver } from "./saver.js";
import { createStore } from "./store.js";

/** @typedef {import("./backup.js").Kept} Kept */
/** @typedef {import("./backup.js").Backup} Backup */

/**
 * sent; or asked: a person must choose, on the label page; gone: the image was deleted; waiting: it is
 * finished on the review page; or it could not be sent now.
 * @typedef {"sent" | "asked" | "gone" | "waiting" | "offline" | "expired" | "refused"} Outcome
 */

/**
 * @typedef {object} Courier
 * @property {(kept: Kept) => Promise<Outcome>} send
 * @property {(kept: Kept) => Promise<Outcome>} handOver   a review's changes become work for the label page
 */

const TRIES = 3;

/**
 * @param {object} parts
 * @param {Pick<import("./api.js").Api, "getImage" | "getBoxes" | "putBoxes" | "decide">} parts.api
 * @param {() => Backup} parts.carrier   makes a backup of the kind "label", with a name of its own each time
 * @returns {Courier}
 */
export function createCourier({ api, carrier }) {
  /** @param {Kept} kept @returns {Promise<Outcome>} */
  async function sendBoxes(kept) {
    const { image } = kept;
    const backup = carrier();
    const list = await api.getBoxes(image.id);
    const saver = createSaver({
      store: createStore(),
      put: (save) => api.putBoxes(image.id, save),
      keep: (work) => backup.keep(image, work),
      tell() {},
    });
    backup.adopt(kept);
    saver.open(list, kept);
    let state = await saver.saveNow();
    for (let tries = 0; state === "unsaved" && tries < TRIES; tries += 1) state = await saver.saveNow();
    saver.stop();
    /** @type {Partial<Record<import("./saver.js").SaveState, Outcome>>} */
    const outcomes = { saved: "sent", conflict: "asked", gone: "gone", expired: "expired", refused: "refused" };
    return outcomes[state] ?? "offline";
  }

  /** @param {Kept} kept @returns {Promise<Outcome>} */
  async function sendDecision(kept) {
    const { image, decision, boxes } = kept;
    if (!decision && (await api.getImage(image.id)).state === "in_review") return "waiting";
    if (decision) {
      try {
        await api.decide(image.id, { ...decision, ...(decision.decision === "reject" ? {} : { boxes }) });
        await carrier().forget(kept);
        return "sent";
      } catch (error) {
        if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 412)) throw error;
      }
    }
    return handOver(kept);
  }

  /**
   * Somebody else has decided: what was changed becomes work for the label page.
   * @param {Kept} kept
   * @returns {Promise<Outcome>}
   */
  async function handOver(kept) {
    const backup = carrier();
    if (kept.decision?.decision === "reject" || sameBoxes(kept.boxes, kept.base)) {
      await backup.forget(kept);
      return "sent";
    }
    backup.adopt(kept);
    await backup.keep(kept.image, { version: kept.version, base: kept.base, boxes: kept.boxes });
    return "asked";
  }

  return {
    handOver,
    async send(kept) {
      try {
        const { created_at: made } = kept.image;
        // Another image may have its number, in a database that was made anew.
        if (made && (await api.getImage(kept.image.id)).created_at !== made) return "gone";
        return kept.kind === "review" ? await sendDecision(kept) : await sendBoxes(kept);
      } catch (error) {
        if (error instanceof Unreachable) return "offline";
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 404) return "gone";
        return error.status === 401 ? "expired" : "refused";
      }
    },
  };
}
