// @ts-check
// What the label page and the review page have in common as pages: their data, keys, buttons, errors.
import { ApiError, Unreachable } from "./api.js";
import { followKeyboard } from "../ui/keyboard.js";
import { NoPicture } from "./loader.js";
import { followKeys } from "../ui/tooltips.js";

/** @typedef {import("../ui/notice.js").Notice} Notice */

/**
 * Tell whether an error is an answer to be shown, and not a fault of this page.
 * @param {unknown} error
 * @returns {error is ApiError | Unreachable | NoPicture}
 */
export function isAnswer(error) {
  return error instanceof ApiError || error instanceof Unreachable || error instanceof NoPicture;
}

/**
 * Tell whether an error means that this page's person is not signed in any more.
 * @param {unknown} error
 * @returns {boolean}
 */
export function isExpired(error) {
  return error instanceof ApiError && error.status === 401;
}

/**
 * Show an answer that ended what was asked for; anything else is a fault and goes on.
 * @param {unknown} error
 * @param {Notice} notice
 * @param {import("./sign_in.js").SignIn} signIn
 */
export function showError(error, notice, signIn) {
  if (!isAnswer(error)) throw error;
  const actions = [{ label: "Try again", perform: () => location.reload() }];
  if (isExpired(error)) {
    actions.unshift(signIn.action());
    void signIn.ask();
  }
  notice.show({ tone: "error", text: error.message, actions });
}

/**
 * Say that the defect types are not those of this page any more.
 * @param {Notice} notice
 */
export function showTypesChanged(notice) {
  const load = { label: "Load them", perform: () => location.reload() };
  const text = "The defect types of this project were changed. Your boxes are kept; load the page again to work with the new types.";
  notice.show({ tone: "info", text, actions: [load] }, "types");
}

/**
 * Join keys and buttons to the command table.
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {HTMLCanvasElement} parts.canvasElement
 * @param {import("../ui/user_keymap.js").UserKeymap} parts.userKeymap
 * @param {import("../boxes/box_editor.js").BoxEditor} parts.boxEditor
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {() => void} parts.performed  a command was performed: what the page shows may be old
 */
export function joinCommands({ root, canvasElement, userKeymap, boxEditor, canvas, performed }) {
  root.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-command]") : null;
    const command = button && userKeymap.command(button.getAttribute("data-command") ?? "");
    if (!command) return;
    command.perform(new KeyboardEvent("keydown"));
    performed();
  });
  followKeys(root, userKeymap);
  followKeyboard({
    table: userKeymap.table,
    performed,
    released() {
      canvas.setPanning(false);
      boxEditor.endNudge();
    },
  });
  canvasElement.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && boxEditor.walk(event.shiftKey ? -1 : 1)) event.preventDefault();
  });
}

/**
 * Measure how long ago a person last did something on the page.
 * @returns {() => number} milliseconds
 */
export function watchIdleness() {
  let last = performance.now();
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "focus"]) {
    window.addEventListener(kind, () => (last = performance.now()), { passive: true, capture: true });
  }
  return () => performance.now() - last;
}
