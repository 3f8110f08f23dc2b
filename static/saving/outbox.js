// @ts-check
// Sends kept work of images that are not open, by the same rules as the open one: merged by box id, and
// where a person must choose, left until the image is opened.
import { ApiError, Unreachable } from "../server/api.js";
import { sameBoxes } from "../boxes/boxes.js";
import { createSaver } from "./saver.js";
import { createStore } from "../boxes/store.js";

/** @typedef {import("./unsent_work.js").UnsentRecord} UnsentRecord */
/** @typedef {import("./unsent_work.js").UnsentWork} UnsentWork */

/**
 * sent; or taken: its image was opened, or another page sends it; or asked: a person must choose, on the label page; gone: the image was deleted; waiting: it is
 * finished on the review page; or it could not be sent now.
 * @typedef {"sent" | "taken" | "asked" | "gone" | "waiting" | "offline" | "expired" | "refused"} Outcome
 */

/**
 * @typedef {object} Outbox
 * @property {(unsent: UnsentRecord) => Promise<Outcome>} send
 * @property {(unsent: UnsentRecord) => Promise<Outcome>} moveToLabel   a review's changes become work for the label page
 */

const TRIES = 3;

/**
 * @param {object} parts
 * @param {Pick<import("../server/api.js").Api, "getImage" | "getBoxes" | "putBoxes" | "decide">} parts.api
 * @param {import("./unsent_storage.js").UnsentStorage["createOwner"]} parts.createOwner
 * @returns {Outbox}
 */
export function createOutbox({ api, createOwner }) {
  /**
   * Own a piece of work while it is sent, so that nobody sends it a second time.
   * @param {UnsentRecord} unsent
   * @param {(owner: UnsentWork) => Promise<Outcome>} send
   * @returns {Promise<Outcome>}
   */
  async function owning(unsent, send) {
    const owner = createOwner(unsent.image.id);
    try {
      return (await owner.take(unsent)) ? await send(owner) : "taken";
    } finally {
      await owner.end();
    }
  }

  /** @param {UnsentRecord} unsent @param {UnsentWork} owner @returns {Promise<Outcome>} */
  async function sendBoxes(unsent, owner) {
    const { image } = unsent;
    const list = await api.getBoxes(image.id);
    const saver = createSaver({
      store: createStore(),
      put: (save) => api.putBoxes(image.id, save),
      storeUnsent: (work) => owner.put(image, work),
      report() {},
      isTakenOver: owner.isEnded,
    });
    saver.open(list, unsent);
    let state = await saver.saveNow();
    for (let tries = 0; state === "unsaved" && tries < TRIES; tries += 1) state = await saver.saveNow();
    await saver.stop();
    if (owner.isEnded()) return "taken";
    /** @type {Partial<Record<import("./saver.js").SaveState, Outcome>>} */
    const outcomes = { saved: "sent", conflict: "asked", gone: "gone", expired: "expired", refused: "refused" };
    return outcomes[state] ?? "offline";
  }

  /** @param {UnsentRecord} unsent @param {UnsentWork} owner @returns {Promise<Outcome>} */
  async function sendDecision(unsent, owner) {
    const { image, decision, boxes } = unsent;
    if (decision) {
      try {
        await api.decide(image.id, { ...decision, ...(decision.decision === "reject" ? {} : { boxes }) });
        await owner.put(image, null);
        return "sent";
      } catch (error) {
        if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 412)) throw error;
      }
    }
    return asLabels(unsent, owner);
  }

  /**
   * Somebody else has decided: what was changed becomes work for the label page.
   * @param {UnsentRecord} unsent
   * @param {UnsentWork} owner
   * @returns {Promise<Outcome>}
   */
  async function asLabels({ image, version, base, boxes, decision }, owner) {
    const isNothing = decision?.decision === "reject" || sameBoxes(boxes, base);
    await owner.put(image, isNothing ? null : { version, base, boxes });
    return isNothing ? "sent" : "asked";
  }

  return {
    moveToLabel: (unsent) => owning(unsent, (owner) => asLabels(unsent, owner)),
    async send(unsent) {
      try {
        const { created_at: made } = unsent.image;
        // Another image may have its number, in a database that was made anew.
        if (made && (await api.getImage(unsent.image.id)).created_at !== made) return "gone";
        const isReview = unsent.kind === "review";
        if (isReview && !unsent.decision && (await api.getImage(unsent.image.id)).state === "in_review") return "waiting";
        return await owning(unsent, (owner) => (isReview ? sendDecision(unsent, owner) : sendBoxes(unsent, owner)));
      } catch (error) {
        if (error instanceof Unreachable) return "offline";
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 404) return "gone";
        return error.status === 401 ? "expired" : "refused";
      }
    },
  };
}
