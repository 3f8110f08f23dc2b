// @ts-check
// The comments of the open image: their pins on the canvas, their list at the side, what is written and sent.
import { ApiError, Unreachable } from "../server/api.js";
import { find } from "../ui/element.js";
import { paintPins } from "./pins.js";
import { createThreadList } from "./thread_list.js";
import { countOpen, hitPin, isAsking, pinPoint, pinsOf, withThread } from "./threads.js";
import { toScreen } from "../canvas/viewport.js";
import { createCommentWriting } from "./comment_writing.js";

/** @typedef {import("./threads.js").Thread} Thread */
/** @typedef {import("./threads.js").Reply} Reply */
/** @typedef {import("../boxes/types.js").Point} Point */

/** Somebody else may have answered meanwhile. */
const AGAIN_MS = 45000;
/** The pin of what is being written. */
const DRAFT = -1;

/**
 * @typedef {object} Comments
 * @property {(image: {id: string | number} | null, options?: {help?: boolean}) => void} show
 *   with `help`, the thread that asks is opened
 * @property {() => void} startComment   begin a comment on the selected box, or in the middle of what is seen
 * @property {() => void} startHelpRequest
 * @property {() => Promise<void>} load
 * @property {() => boolean} needsHelp   whether a thread asks a reviewer
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {Pick<import("../server/api.js").Api, "getComments" | "postComment" | "postReply" | "patchComment" |
 *   "deleteComment">} parts.api
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {import("../boxes/store.js").Store} parts.store
 * @param {import("./drafts.js").Drafts} parts.drafts
 * @param {{user: string, mayDeleteAll: boolean}} parts.person
 * @param {(text: string) => void} parts.say
 * @param {import("../ui/tabs.js").Tabs} parts.tabs
 * @param {() => boolean} [parts.hidden]  whether something else has the canvas, so that no pin is shown
 * @param {() => void} [parts.changed]  threads came, or changed
 * @param {() => void} [parts.helpEnded]  this person ended the last thread that asked a reviewer
 * @returns {Comments}
 */
export function createComments({
  root,
  api,
  canvas,
  store,
  drafts,
  person,
  say,
  tabs,
  hidden = () => false,
  changed = () => {},
  helpEnded = () => {},
}) {
  const trouble = find("[data-comments-error]", root);
  const empty = find("[data-comments-empty]", root);
  /** @type {{id: string | number} | null} */
  let image = null;
  /** @type {Thread[]} */
  let threads = [];
  /** @type {number | null} */
  let chosen = null;
  /** @type {{id: number, text: string} | null} */
  let editing = null;
  /** @type {number | null} */
  let removing = null;
  let busy = false;
  /** Whether words wait for the network, to be sent when it is back. */
  let waiting = false;
  let failure = "";
  let wantsHelp = false;

  const boxOf = (/** @type {string} */ id) => store.get(id);
  const writing = createCommentWriting({
    root,
    canvas,
    store,
    drafts,
    post: () => void post(),
    changed: render,
    discarded() {
      waiting = false;
      failure = "";
    },
  });
  const list = createThreadList(
    find("[data-threads]", root),
    {
      choose,
      typeAnswer: (thread, text) => writing.typeAnswer(thread.id, text),
      answer: (thread) => void answer(thread),
      resolve: (thread, resolved) =>
        void change(() => api.patchComment(thread.id, { resolved }), resolved ? "Resolved." : "Open again."),
      askForHelp: (thread, needs_help) =>
        void change(() => api.patchComment(thread.id, { needs_help }), "A reviewer is asked."),
      edit(next) {
        editing = next;
        render();
        focusKey(next === null ? `thread ${chosen}` : `words ${next.id}`);
      },
      typeWords(text) {
        if (editing) editing = { ...editing, text };
      },
      reword: (comment, text) => void change(() => api.patchComment(comment.id, { text }), "Changed."),
      remove: (comment) => void remove(comment),
    },
    person,
  );

  const pins = () => {
    const known = pinsOf(threads, boxOf, chosen);
    const point = writing.pin();
    if (!point) return known;
    const help = writing.beginning()?.needs_help ?? false;
    return [...known, { id: DRAFT, number: 0, point, help, resolved: false }];
  };
  canvas.addLayer({
    paint(context, _sizeScr, view) {
      if (!image || hidden()) return;
      paintPins(context, view, pins(), writing.pin() && tabs.chosen() === "comments" ? DRAFT : chosen);
    },
    press(point) {
      if (!image || hidden()) return false;
      if (writing.take(point)) return true;
      const pin = hitPin(pins(), point, canvas.view().scale);
      if (!pin) return false;
      tabs.choose("comments");
      if (pin.id === DRAFT) requestAnimationFrame(writing.focus);
      else choose(pin.id);
      return true;
    },
  });

  /** @param {{needs_help?: boolean}} [fields] */
  function start(fields = {}) {
    if (!image) {
      say("Open an image first.");
      return;
    }
    tabs.choose("comments");
    writing.start(fields);
  }

  /** @param {number | null} id */
  function choose(id) {
    chosen = id;
    editing = removing = null;
    const thread = threads.find((known) => known.id === id);
    const point = thread && pinPoint(thread, boxOf);
    if (point) bringInSight(point);
    render();
    if (id !== null) focusKey(`thread ${id}`);
  }

  /** @param {Point} point */
  function bringInSight(point) {
    const { xScr, yScr } = toScreen(canvas.view(), point);
    const { width, height } = find("canvas", root).getBoundingClientRect();
    if (xScr >= 0 && yScr >= 0 && xScr <= width && yScr <= height) return;
    canvas.pan({ xScr: width / 2 - xScr, yScr: height / 2 - yScr });
  }

  /** @param {string} key */
  function focusKey(key) {
    const target = root.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (target instanceof HTMLElement) target.focus();
  }

  async function load() {
    const at = image;
    if (!at) return;
    try {
      const found = await api.getComments(at.id);
      if (image !== at) return;
      threads = found;
      if (!waiting) failure = "";
      if (wantsHelp) chosen = threads.find(isAsking)?.id ?? null;
      render();
      if (wantsHelp) root.querySelector(".thread.chosen")?.scrollIntoView({ block: "nearest" });
      wantsHelp = false;
      if (waiting) void post();
    } catch (error) {
      if (image === at && threads.length === 0) failure = sentence(error, "The comments could not be loaded.");
      else sentence(error, "");
      render();
    }
  }

  async function post() {
    const [at, begin] = [image, writing.beginning()];
    if (busy || !at || !begin || !begin.text.trim()) return;
    busy = true;
    render();
    try {
      const thread = await api.postComment(at.id, begin);
      writing.posted(at.id, begin.uid);
      if (image === at) {
        threads = withThread(threads, thread);
        chosen = thread.id;
        waiting = false;
        failure = "";
      }
      say(begin.needs_help ? "Posted: a reviewer is asked." : `Comment ${thread.number} is posted.`);
    } catch (error) {
      waiting = !(error instanceof ApiError && error.status === 400);
      failure = sentence(error, "Not posted yet; your words are kept on this computer.");
    } finally {
      busy = false;
      render();
    }
    if (!writing.beginning() && chosen !== null) focusKey(`thread ${chosen}`);
  }

  /** @param {Thread} thread */
  async function answer(thread) {
    const words = writing.answer(thread.id);
    if (!words?.text.trim()) {
      focusKey(`answer ${thread.id}`);
      return;
    }
    const sent = await change(() => api.postReply(thread.id, words), "Answered.");
    if (!sent) return;
    writing.answered(thread.id);
    render();
  }

  /** @param {Reply} comment */
  async function remove(comment) {
    if (removing !== comment.id) {
      removing = comment.id;
      render();
      return;
    }
    removing = null;
    const gone = await change(async () => {
      await api.deleteComment(comment.id);
      return null;
    }, "Deleted.");
    if (!gone) return;
    await load();
    if (!threads.some(({ id }) => id === chosen)) chosen = null;
    render();
  }

  /**
   * Send one change; one at a time, so that a double click is one.
   * @param {() => Promise<Thread | null>} send
   * @param {string} done   said when it is
   * @returns {Promise<boolean>}
   */
  async function change(send, done) {
    if (busy) return false;
    busy = true;
    const at = image;
    const asked = threads.some(isAsking);
    render();
    try {
      const thread = await send();
      if (thread && image === at) threads = withThread(threads, thread);
      if (asked && image === at && !threads.some(isAsking)) helpEnded();
      editing = null;
      failure = "";
      say(done);
      return true;
    } catch (error) {
      failure = sentence(error, "That was not sent.");
      return false;
    } finally {
      busy = false;
      render();
    }
  }

  function render() {
    writing.render(busy);
    list.update({ threads, chosen, boxOf, answerOf: (id) => writing.answer(id)?.text ?? "", editing, removing, busy });
    empty.hidden = threads.length > 0 || writing.beginning() !== null || failure !== "";
    trouble.textContent = failure;
    trouble.hidden = failure === "";
    const open = countOpen(threads);
    tabs.setCount("comments", open > 0 ? String(open) : "");
    canvas.invalidate();
    changed();
  }

  store.subscribe(({ created, deleted }) => {
    if (created.length + deleted.length > 0 && threads.some(({ box }) => box !== null)) render();
  });
  window.addEventListener("focus", () => void load());
  window.addEventListener("online", () => void load());
  setInterval(() => void (document.visibilityState === "visible" && load()), AGAIN_MS);

  return {
    show(next, { help = false } = {}) {
      image = next;
      threads = [];
      chosen = editing = removing = null;
      waiting = false;
      failure = "";
      wantsHelp = help;
      writing.open(next?.id ?? null);
      if (writing.beginning()) say("A comment that was not posted waits in Comments.");
      render();
      void load();
    },
    startComment: () => start(),
    startHelpRequest: () => start({ needs_help: true }),
    load,
    needsHelp: () => threads.some(isAsking),
  };
}

/** @param {unknown} error @param {string} before @returns {string} */
function sentence(error, before) {
  if (error instanceof ApiError || error instanceof Unreachable) return `${before} ${error.message}`.trim();
  throw error;
}
