// @ts-check
// Sends kept work of images that are not open, by the same rules as the open one: merged by box id, and
// where a person must choose, left until the image is opened.
import { ApiError, Unreachable } from "../server/api.js";
import { sameBoxes } from "../boxes/boxes.js";
import { createSaver } from "./saver.js";
import { createStore } from "../boxes/store.js";

/** @typedef {import("./unsent_work.js").Kept} Kept */
/** @typedef {import("./unsent_work.js").Backup} Backup */

/**
 * sent; or taken: its image was opened, or another page sends it; or asked: a person must choose, on the label page; gone: the image was deleted; waiting: it is
 * finished on the review page; or it could not be sent now.
 * @typedef {"sent" | "taken" | "asked" | "gone" | "waiting" | "offline" | "expired" | "refused"} Outcome
 */

/**
 * @typedef {object} Courier
 * @property {(kept: Kept) => Promise<Outcome>} send
 * @property {(kept: Kept) => Promise<Outcome>} handOver   a review's changes become work for the label page
 */

const TRIES = 3;

/**
 * @param {object} parts
 * @param {Pick<import("../server/api.js").Api, "getImage" | "getBoxes" | "putBoxes" | "decide">} parts.api
 * @param {import("./unsent_storage.js").Keeping["carrier"]} parts.carrier
 * @returns {Courier}
 */
export function createCourier({ api, carrier }) {
  /**
   * Own a piece of work while it is sent, so that nobody sends it a second time.
   * @param {Kept} kept
   * @param {(owner: Backup) => Promise<Outcome>} send
   * @returns {Promise<Outcome>}
   */
  async function owning(kept, send) {
    const owner = carrier(kept.image.id);
    try {
      return (await owner.take(kept)) ? await send(owner) : "taken";
    } finally {
      await owner.end();
    }
  }

  /** @param {Kept} kept @param {Backup} owner @returns {Promise<Outcome>} */
  async function sendBoxes(kept, owner) {
    const { image } = kept;
    const list = await api.getBoxes(image.id);
    const saver = createSaver({
      store: createStore(),
      put: (save) => api.putBoxes(image.id, save),
      keep: (work) => owner.keep(image, work),
      tell() {},
      isOver: owner.isEnded,
    });
    saver.open(list, kept);
    let state = await saver.saveNow();
    for (let tries = 0; state === "unsaved" && tries < TRIES; tries += 1) state = await saver.saveNow();
    await saver.stop();
    if (owner.isEnded()) return "taken";
    /** @type {Partial<Record<import("./saver.js").SaveState, Outcome>>} */
    const outcomes = { saved: "sent", conflict: "asked", gone: "gone", expired: "expired", refused: "refused" };
    return outcomes[state] ?? "offline";
  }

  /** @param {Kept} kept @param {Backup} owner @returns {Promise<Outcome>} */
  async function sendDecision(kept, owner) {
    const { image, decision, boxes } = kept;
    if (decision) {
      try {
        await api.decide(image.id, { ...decision, ...(decision.decision === "reject" ? {} : { boxes }) });
        await owner.keep(image, null);
        return "sent";
      } catch (error) {
        if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 412)) throw error;
      }
    }
    return asLabels(kept, owner);
  }

  /**
   * Somebody else has decided: what was changed becomes work for the label page.
   * @param {Kept} kept
   * @param {Backup} owner
   * @returns {Promise<Outcome>}
   */
  async function asLabels({ image, version, base, boxes, decision }, owner) {
    const isNothing = decision?.decision === "reject" || sameBoxes(boxes, base);
    await owner.keep(image, isNothing ? null : { version, base, boxes });
    return isNothing ? "sent" : "asked";
  }

  return {
    handOver: (kept) => owning(kept, (owner) => asLabels(kept, owner)),
    async send(kept) {
      try {
        const { created_at: made } = kept.image;
        // Another image may have its number, in a database that was made anew.
        if (made && (await api.getImage(kept.image.id)).created_at !== made) return "gone";
        const isReview = kept.kind === "review";
        if (isReview && !kept.decision && (await api.getImage(kept.image.id)).state === "in_review") return "waiting";
        return await owning(kept, (owner) => (isReview ? sendDecision(kept, owner) : sendBoxes(kept, owner)));
      } catch (error) {
        if (error instanceof Unreachable) return "offline";
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 404) return "gone";
        return error.status === 401 ? "expired" : "refused";
      }
    },
  };
}
