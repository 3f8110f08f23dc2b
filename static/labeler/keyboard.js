// @ts-check
// Sends key presses to the table, and leaves them alone where they belong to something else.
import { commandFor } from "./keytable.js";

/** @typedef {import("./keytable.js").BoundCommand} BoundCommand */

/** Fields where typing is typing. */
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
/** Things that Enter and Space press. */
const PRESSED = "button, a[href], summary, input, label";

/**
 * @param {object} parts
 * @param {() => readonly BoundCommand[]} parts.table
 * @param {() => void} parts.released  any key went up, or the window lost the keyboard
 */
export function followKeyboard({ table, released }) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : document.body;
    const command = commandFor(table(), event);
    if (!command) {
      // Space would scroll or press again while it is held for panning.
      if (event.key === " " && !target.closest(PRESSED)) event.preventDefault();
      return;
    }
    if (target.closest(FIELDS) && !command.whileTyping) return;
    if ((event.key === "Enter" || event.key === " ") && target.closest(PRESSED)) return;
    event.preventDefault();
    command.perform(event);
  });
  document.addEventListener("keyup", released);
  window.addEventListener("blur", released);
}
