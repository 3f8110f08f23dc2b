// @ts-check
// Sends what is written about an image: new threads, answers, changes and deletions, one at a time.
import { ApiError, Unreachable } from "../server/api.js";
import { isAsking, withThread } from "./threads.js";

/** @typedef {import("./threads.js").Thread} Thread */
/** @typedef {import("./threads.js").Reply} Reply */

/**
 * What the page knows of the open image's comments; the parts of this room share it.
 * @typedef {object} CommentState
 * @property {{id: string | number} | null} image
 * @property {Thread[]} threads
 * @property {number | null} chosen
 * @property {{id: number, text: string} | null} editing  the comment whose text is being changed, and how
 * @property {number | null} removing   the comment that goes when Delete is pressed again
 * @property {boolean} busy
 * @property {boolean} waiting   whether a text waits for the network, to be sent when it is back
 * @property {string} failure
 */

/** @returns {CommentState} of no image */
export function emptyCommentState() {
  return {
    ...{ image: null, threads: [], chosen: null, editing: null, removing: null },
    ...{ busy: false, waiting: false, failure: "" },
  };
}

/**
 * @typedef {object} CommentSending
 * @property {() => Promise<void>} post
 * @property {(thread: Thread) => Promise<void>} answer
 * @property {(comment: Reply) => Promise<void>} remove   asks once: the second call deletes
 * @property {(send: () => Promise<Thread | null>, done: string) => Promise<boolean>} change   says `done` when it is
 */

/**
 * @param {object} parts
 * @param {Pick<import("../server/api.js").Api, "postComment" | "postReply" | "deleteComment">} parts.api
 * @param {CommentState} parts.state
 * @param {import("./comment_writing.js").CommentWriting} parts.writing
 * @param {() => void} parts.render
 * @param {() => Promise<void>} parts.load
 * @param {(key: string) => void} parts.focusKey
 * @param {(text: string) => void} parts.say
 * @param {() => void} parts.helpEnded  this person ended the last thread that asked a reviewer
 * @returns {CommentSending}
 */
export function createCommentSending({ api, state, writing, render, load, focusKey, say, helpEnded }) {
  async function post() {
    const [at, begin] = [state.image, writing.beginning()];
    if (state.busy || !at || !begin || !begin.text.trim()) return;
    state.busy = true;
    render();
    try {
      const thread = await api.postComment(at.id, begin);
      writing.posted(at.id, begin.uid);
      if (state.image === at) {
        const threads = withThread(state.threads, thread);
        Object.assign(state, { threads, chosen: thread.id, waiting: false, failure: "" });
      }
      say(begin.needs_help ? "Posted: a reviewer is asked." : `Comment ${thread.number} is posted.`);
    } catch (error) {
      state.waiting = !(error instanceof ApiError && error.status === 400);
      state.failure = sentenceOfAnswer(error, "Not posted yet; your words are kept on this computer.");
    } finally {
      state.busy = false;
      render();
    }
    if (!writing.beginning() && state.chosen !== null) focusKey(`thread ${state.chosen}`);
  }

  /** @param {Thread} thread */
  async function answer(thread) {
    const written = writing.answer(thread.id);
    if (!written?.text.trim()) {
      focusKey(`answer ${thread.id}`);
      return;
    }
    const sent = await change(() => api.postReply(thread.id, written), "Answered.");
    if (!sent) return;
    writing.answered(thread.id);
    render();
  }

  /** @param {Reply} comment */
  async function remove(comment) {
    if (state.removing !== comment.id) {
      state.removing = comment.id;
      render();
      return;
    }
    state.removing = null;
    const gone = await change(async () => {
      await api.deleteComment(comment.id);
      return null;
    }, "Deleted.");
    if (!gone) return;
    await load();
    if (!state.threads.some(({ id }) => id === state.chosen)) state.chosen = null;
    render();
  }

  /**
   * Send one change; one at a time, so that a double click is one.
   * @param {() => Promise<Thread | null>} send
   * @param {string} done   said when it is
   * @returns {Promise<boolean>}
   */
  async function change(send, done) {
    if (state.busy) return false;
    state.busy = true;
    const at = state.image;
    const asked = state.threads.some(isAsking);
    render();
    try {
      const thread = await send();
      if (thread && state.image === at) state.threads = withThread(state.threads, thread);
      if (asked && state.image === at && !state.threads.some(isAsking)) helpEnded();
      state.editing = null;
      state.failure = "";
      say(done);
      return true;
    } catch (error) {
      state.failure = sentenceOfAnswer(error, "That was not sent.");
      return false;
    } finally {
      state.busy = false;
      render();
    }
  }

  return { post, answer, remove, change };
}

/**
 * Give the sentence of an answer that is no success; any other error is thrown on.
 * @param {unknown} error
 * @param {string} before   what the sentence begins with
 * @returns {string}
 */
export function sentenceOfAnswer(error, before) {
  if (error instanceof ApiError || error instanceof Unreachable) return `${before} ${error.message}`.trim();
  throw error;
}
