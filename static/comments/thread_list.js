// @ts-check
// The threads of an image as a list: one can be opened, answered, resolved; one's own words changed or deleted.
import { element } from "../ui/element.js";
import { keepingFocus } from "../ui/focus.js";
import { placeText, timeAgo, isAsking } from "./threads.js";
import { countOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("./threads.js").Thread} Thread */
/** @typedef {import("./threads.js").Reply} Reply */

/**
 * @typedef {object} ListState
 * @property {readonly Thread[]} threads
 * @property {number | null} chosen
 * @property {(id: string) => Box | undefined} boxOf
 * @property {(threadId: number) => string} answerOf   what was written as an answer and not sent
 * @property {{id: number, text: string} | null} editing  the comment whose words are being changed, and how
 * @property {number | null} removing                  the comment that goes when Delete is pressed again
 * @property {boolean} busy
 */

/**
 * @typedef {object} ListCalls
 * @property {(id: number | null) => void} choose
 * @property {(thread: Thread, text: string) => void} typeAnswer
 * @property {(thread: Thread) => void} answer
 * @property {(thread: Thread, resolved: boolean) => void} resolve
 * @property {(thread: Thread, needsHelp: boolean) => void} askForHelp
 * @property {(editing: {id: number, text: string} | null) => void} edit
 * @property {(text: string) => void} typeWords
 * @property {(comment: Reply, text: string) => void} reword
 * @property {(comment: Reply) => void} remove
 */

/**
 * @param {HTMLElement} place
 * @param {ListCalls} calls
 * @param {{user: string, mayDeleteAll: boolean}} person
 * @returns {{update: (state: ListState) => void}}
 */
export function createThreadList(place, calls, person) {
  const view = { calls, person };
  return {
    update(state) {
      const open = state.threads.filter(({ resolved_at }) => resolved_at === null);
      const resolved = state.threads.filter(({ resolved_at }) => resolved_at !== null);
      const unfolded = place.querySelector("details")?.open || resolved.some(({ id }) => id === state.chosen);
      keepingFocus(place, () => {
        place.replaceChildren(
          ...(open.length > 0 ? [list(view, "Open threads", open, state)] : []),
          ...(resolved.length > 0
            ? [
                element(
                  "details",
                  { class: "resolved", open: unfolded },
                  element("summary", { "data-key": "resolved" }, `${resolved.length} resolved`),
                  list(view, "Resolved threads", resolved, state),
                ),
              ]
            : []),
        );
      });
    },
  };
}

/** @typedef {{calls: ListCalls, person: {user: string, mayDeleteAll: boolean}}} View */

/** @param {View} view @param {string} label @param {Thread[]} threads @param {ListState} state */
function list(view, label, threads, state) {
  return element("ol", { class: "threads", "aria-label": label }, ...threads.map((thread) => item(view, thread, state)));
}

/** @param {View} view @param {Thread} thread @param {ListState} state */
function item(view, thread, state) {
  const isOpen = thread.id === state.chosen;
  return element(
    "li",
    { class: isOpen ? "thread chosen" : "thread", "data-thread": thread.number },
    element(
      "button",
      {
        type: "button",
        class: "thread-head",
        "aria-expanded": String(isOpen),
        "data-key": `thread ${thread.id}`,
        "data-own-focus": true,
        click: () => view.calls.choose(isOpen ? null : thread.id),
      },
      element("span", { class: isAsking(thread) ? "pin-mark help" : "pin-mark" }, String(thread.number)),
      element(
        "span",
        { class: "thread-words" },
        element("span", { class: "cut" }, isOpen ? `Comment ${thread.number}` : thread.deleted ? "Deleted comment" : thread.text),
        element("span", { class: "soft small" }, headWords(thread, state)),
      ),
      isAsking(thread) ? element("span", { class: "chip warn" }, "Needs help") : null,
    ),
    isOpen ? body(view, thread, state) : null,
  );
}

/** @param {View} view @param {Thread} thread @param {ListState} state */
function body(view, thread, state) {
  const field = /** @type {HTMLTextAreaElement} */ (
    element("textarea", {
      rows: 2,
      placeholder: "Answer",
      "aria-label": `Answer to comment ${thread.number}`,
      "data-key": `answer ${thread.id}`,
      disabled: state.busy,
      input: (/** @type {any} */ event) => view.calls.typeAnswer(thread, event.target.value),
      keydown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) view.calls.answer(thread);
        if (event.key === "Escape") view.calls.choose(null);
      },
    })
  );
  field.value = state.answerOf(thread.id);
  const resolved = thread.resolved_at !== null;
  return element(
    "div",
    { class: "thread-body" },
    said(view, thread, state),
    ...thread.replies.map((reply) => said(view, reply, state)),
    resolved
      ? element("p", { class: "soft small" }, `Resolved by ${thread.resolved_by ?? "somebody"}, ${timeAgo(thread.resolved_at ?? "")}.`)
      : null,
    field,
    element(
      "div",
      { class: "row" },
      button("Answer", `send ${thread.id}`, () => view.calls.answer(thread), state.busy),
      resolved
        ? button("Reopen", `end ${thread.id}`, () => view.calls.resolve(thread, false), state.busy)
        : button("Resolve", `end ${thread.id}`, () => view.calls.resolve(thread, true), state.busy),
      resolved || thread.deleted || thread.needs_help
        ? null
        : button("Ask for help", `help ${thread.id}`, () => view.calls.askForHelp(thread, true), state.busy),
    ),
  );
}

/** @param {View} view @param {Reply} comment @param {ListState} state */
function said(view, comment, state) {
  const isMine = comment.author === view.person.user;
  const head = element(
    "p",
    { class: "said-by small" },
    element("b", {}, comment.author ?? "Somebody"),
    element(
      "time",
      { class: "soft", datetime: comment.created_at, title: new Date(comment.created_at).toLocaleString() },
      ` ${timeAgo(comment.created_at)}${comment.edited_at ? ", changed" : ""}`,
    ),
    isMine && !comment.deleted
      ? link("Edit", `edit ${comment.id}`, () => view.calls.edit({ id: comment.id, text: comment.text }), state.busy)
      : null,
    (isMine || view.person.mayDeleteAll) && !comment.deleted
      ? link(state.removing === comment.id ? "Really delete?" : "Delete", `delete ${comment.id}`, () => view.calls.remove(comment), state.busy)
      : null,
  );
  if (state.editing?.id === comment.id) return element("div", { class: "said" }, head, rewordForm(view, comment, state.editing.text, state.busy));
  const words = comment.deleted
    ? element("p", { class: "soft" }, "This comment was deleted.")
    : element("p", { class: "said-words" }, comment.text);
  return element("div", { class: "said" }, head, words);
}

/** @param {View} view @param {Reply} comment @param {string} text @param {boolean} busy */
function rewordForm(view, comment, text, busy) {
  const field = element("textarea", {
    rows: 3,
    "aria-label": "Your comment",
    "data-key": `words ${comment.id}`,
    input: (/** @type {any} */ event) => view.calls.typeWords(event.target.value),
  });
  field.value = text;
  const save = () => view.calls.reword(comment, field.value);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
    if (event.key === "Escape") view.calls.edit(null);
  });
  return element(
    "div",
    {},
    field,
    element(
      "div",
      { class: "row" },
      button("Save", `save ${comment.id}`, save, busy),
      button("Cancel", `cancel ${comment.id}`, () => view.calls.edit(null), busy),
    ),
  );
}

/** @param {Thread} thread @param {ListState} state @returns {string} */
function headWords(thread, { boxOf }) {
  const answers = thread.replies.length > 0 ? ` · ${countOf(thread.replies.length, "answer", "answers")}` : "";
  return `${thread.author ?? "Somebody"}, ${timeAgo(thread.created_at)} · ${placeText(thread, boxOf)}${answers}`;
}

/** @param {string} label @param {string} key @param {() => void} click @param {boolean} disabled */
function button(label, key, click, disabled) {
  return element(
    "button",
    { type: "button", class: "button small", "data-key": key, "data-own-focus": true, disabled, click },
    label,
  );
}

/** @param {string} label @param {string} key @param {() => void} click @param {boolean} disabled */
function link(label, key, click, disabled) {
  return element(
    "button",
    { type: "button", class: "link small", "data-key": key, "data-own-focus": true, disabled, click },
    label,
  );
}
