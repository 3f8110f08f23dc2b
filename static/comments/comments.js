// @ts-check
// The comments of the open image: their pins on the canvas, their list at the side, what is written and sent.
import { find } from "../ui/element.js";
import { paintPins } from "./pins.js";
import { createThreadList } from "./thread_list.js";
import { countOpen, hitPin, isAsking, pinPoint, pinsOf } from "./threads.js";
import { toScreen } from "../canvas/viewport.js";
import { createCommentSending, emptyCommentState, sentenceOfAnswer } from "./comment_sending.js";
import { createCommentWriting } from "./comment_writing.js";

/** @typedef {import("./comment_sending.js").CommentState} CommentState */
/** @typedef {import("./comment_writing.js").CommentWriting} CommentWriting */
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
  const state = emptyCommentState();
  let wantsHelp = false;
  const boxOf = (/** @type {string} */ id) => store.get(id);
  const writing = createCommentWriting({
    ...{ root, canvas, store, drafts },
    post: () => void sending.post(),
    changed: render,
    discarded: () => void Object.assign(state, { waiting: false, failure: "" }),
  });
  const focusKey = (/** @type {string} */ key) => focusByKey(root, key);
  const sending = createCommentSending({ api, state, writing, render, load, focusKey, say, helpEnded });
  const list = createThreadList(find("[data-threads]", root), listCalls({ api, state, writing, sending, choose, render, focusKey }), person);
  addPins({ canvas, tabs, state, writing, boxOf, choose, hidden });

  /** @param {{needs_help?: boolean}} [fields] */
  function start(fields = {}) {
    if (!state.image) {
      say("Open an image first.");
      return;
    }
    tabs.choose("comments");
    writing.start(fields);
  }

  /** @param {number | null} id */
  function choose(id) {
    Object.assign(state, { chosen: id, editing: null, removing: null });
    const thread = state.threads.find((known) => known.id === id);
    const point = thread && pinPoint(thread, boxOf);
    if (point) bringInSight(canvas, root, point);
    render();
    if (id !== null) focusKey(`thread ${id}`);
  }

  async function load() {
    const at = state.image;
    if (!at) return;
    try {
      const found = await api.getComments(at.id);
      if (state.image !== at) return;
      state.threads = found;
      if (!state.waiting) state.failure = "";
      if (wantsHelp) state.chosen = found.find(isAsking)?.id ?? null;
      render();
      if (wantsHelp) root.querySelector(".thread.chosen")?.scrollIntoView({ block: "nearest" });
      wantsHelp = false;
      if (state.waiting) void sending.post();
    } catch (error) {
      const isFirst = state.image === at && state.threads.length === 0;
      const sentence = sentenceOfAnswer(error, isFirst ? "The comments could not be loaded." : "");
      if (isFirst) state.failure = sentence;
      render();
    }
  }

  const view = { list, tabs, trouble: find("[data-comments-error]", root), empty: find("[data-comments-empty]", root) };
  function render() {
    draw(state, writing, boxOf, view);
    canvas.invalidate();
    changed();
  }

  store.subscribe(({ created, deleted }) => {
    if (created.length + deleted.length > 0 && state.threads.some(({ box }) => box !== null)) render();
  });
  window.addEventListener("focus", () => void load());
  window.addEventListener("online", () => void load());
  setInterval(() => void (document.visibilityState === "visible" && load()), AGAIN_MS);

  return {
    show(image, { help = false } = {}) {
      Object.assign(state, { ...emptyCommentState(), busy: state.busy, image });
      wantsHelp = help;
      writing.open(image?.id ?? null);
      if (writing.beginning()) say("A comment that was not posted waits in Comments.");
      render();
      void load();
    },
    startComment: () => start(),
    startHelpRequest: () => start({ needs_help: true }),
    load,
    needsHelp: () => state.threads.some(isAsking),
  };
}

/**
 * Draw what is known of the comments.
 * @param {CommentState} state
 * @param {CommentWriting} writing
 * @param {(id: string) => import("../boxes/types.js").Box | undefined} boxOf
 * @param {{list: ReturnType<typeof createThreadList>, tabs: import("../ui/tabs.js").Tabs, trouble: HTMLElement,
 *   empty: HTMLElement}} view
 */
function draw(state, writing, boxOf, { list, tabs, trouble, empty }) {
  const { threads, chosen, editing, removing, busy, failure } = state;
  writing.render(busy);
  list.update({ threads, chosen, boxOf, answerOf: (id) => writing.answer(id)?.text ?? "", editing, removing, busy });
  empty.hidden = threads.length > 0 || writing.beginning() !== null || failure !== "";
  trouble.textContent = failure;
  trouble.hidden = failure === "";
  const open = countOpen(threads);
  tabs.setCount("comments", open > 0 ? String(open) : "");
}

/**
 * Give what the list of threads calls.
 * @param {object} parts
 * @param {Pick<import("../server/api.js").Api, "patchComment">} parts.api
 * @param {CommentState} parts.state
 * @param {CommentWriting} parts.writing
 * @param {import("./comment_sending.js").CommentSending} parts.sending
 * @param {(id: number | null) => void} parts.choose
 * @param {() => void} parts.render
 * @param {(key: string) => void} parts.focusKey
 * @returns {import("./thread_list.js").ListCalls}
 */
function listCalls({ api, state, writing, sending, choose, render, focusKey }) {
  /** @param {number} id @param {Parameters<typeof api.patchComment>[1]} changes @param {string} done */
  const patch = (id, changes, done) => void sending.change(() => api.patchComment(id, changes), done);
  return {
    choose,
    typeAnswer: (thread, text) => writing.typeAnswer(thread.id, text),
    answer: (thread) => void sending.answer(thread),
    resolve: (thread, resolved) => patch(thread.id, { resolved }, resolved ? "Resolved." : "Open again."),
    askForHelp: (thread, needs_help) => patch(thread.id, { needs_help }, "A reviewer is asked."),
    edit(editing) {
      state.editing = editing;
      render();
      focusKey(editing === null ? `thread ${state.chosen}` : `words ${editing.id}`);
    },
    typeWords(text) {
      if (state.editing) state.editing = { ...state.editing, text };
    },
    reword: (comment, text) => patch(comment.id, { text }, "Changed."),
    remove: (comment) => void sending.remove(comment),
  };
}

/**
 * Paint the pins over the image, and choose a thread by a press on its pin.
 * @param {object} parts
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {import("../ui/tabs.js").Tabs} parts.tabs
 * @param {CommentState} parts.state
 * @param {CommentWriting} parts.writing
 * @param {(id: string) => import("../boxes/types.js").Box | undefined} parts.boxOf
 * @param {(id: number) => void} parts.choose
 * @param {() => boolean} parts.hidden
 */
function addPins({ canvas, tabs, state, writing, boxOf, choose, hidden }) {
  const pins = () => {
    const known = pinsOf(state.threads, boxOf, state.chosen);
    const point = writing.pin();
    if (!point) return known;
    const help = writing.beginning()?.needs_help ?? false;
    return [...known, { id: DRAFT, number: 0, point, help, resolved: false }];
  };
  canvas.addLayer({
    paint(context, _sizeScr, view) {
      if (!state.image || hidden()) return;
      paintPins(context, view, pins(), writing.pin() && tabs.chosen() === "comments" ? DRAFT : state.chosen);
    },
    press(point) {
      if (!state.image || hidden()) return false;
      if (writing.take(point)) return true;
      const pin = hitPin(pins(), point, canvas.view().scale);
      if (!pin) return false;
      tabs.choose("comments");
      if (pin.id === DRAFT) requestAnimationFrame(writing.focus);
      else choose(pin.id);
      return true;
    },
  });
}

/** @param {import("../canvas/canvas.js").Canvas} canvas @param {HTMLElement} root @param {Point} point */
function bringInSight(canvas, root, point) {
  const { xScr, yScr } = toScreen(canvas.view(), point);
  const { width, height } = find("canvas", root).getBoundingClientRect();
  if (xScr >= 0 && yScr >= 0 && xScr <= width && yScr <= height) return;
  canvas.pan({ xScr: width / 2 - xScr, yScr: height / 2 - yScr });
}

/** @param {HTMLElement} root @param {string} key  of the element's `data-key` */
function focusByKey(root, key) {
  const target = root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (target instanceof HTMLElement) target.focus();
}
