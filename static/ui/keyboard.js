// @ts-check
// Sends key presses to the table, and leaves them alone where they belong to something else.
import { commandFor } from "./keymap.js";

/** @typedef {import("./keymap.js").BoundCommand} BoundCommand */

/** A worn key sends two presses; nobody presses twice this fast. */
const BOUNCE_MS = 5;

/** Fields where typing is typing. */
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
/** Things that Enter and Space press. */
const PRESSED = "button, a[href], summary, input, label";

/**
 * @param {object} parts
 * @param {() => readonly BoundCommand[]} parts.table
 * @param {() => void} parts.performed
 * @param {() => void} parts.released  any key went up, or the window lost the keyboard
 */
export function followKeyboard({ table, performed, released }) {
  let last = { name: "", at: -Infinity };
  document.addEventListener("keydown", (event) => {
    // What an input method is composing belongs to it (229 is how some browsers say so).
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (document.querySelector("dialog[open]")) return;
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
    const bounced = command.once && command.name === last.name && event.timeStamp - last.at < BOUNCE_MS;
    last = { name: command.name, at: event.timeStamp };
    if (bounced) return;
    command.perform(event);
    performed();
  });
  document.addEventListener("keyup", released);
  window.addEventListener("blur", released);
}
