// @ts-check
// Writes a command's keys wherever a control performs it: tooltip, key cap, and for a screen reader.
import { keyName, shortcutOf, titleOf } from "./keymap.js";

/** @typedef {import("./user_keymap.js").UserKeymap} UserKeymap */

/**
 * Write the keys of every control that names a command, now and whenever the person changes them.
 * @param {HTMLElement} root
 * @param {UserKeymap} userKeymap
 */
export function followKeys(root, userKeymap) {
  const write = () => {
    for (const control of root.querySelectorAll("[data-command]")) writeKeys(control, userKeymap);
    for (const place of root.querySelectorAll("[data-key-label]")) writeLabel(place, userKeymap);
  };
  userKeymap.subscribe(write);
  write();
}

/**
 * Give the attributes of a control that performs a command.
 * @param {import("./keymap.js").BoundCommand | undefined} command
 * @returns {Record<string, string | null>}
 */
export function keyAttributes(command) {
  if (!command) return {};
  const names = command.keys.map(keyName);
  return {
    "data-command": command.name,
    title: titleOf(command) + (names.length > 0 ? ` (${names.join(" or ")})` : ""),
    "aria-keyshortcuts": command.keys.length > 0 ? command.keys.map(shortcutOf).join(" ") : null,
  };
}

/** @param {Element} control @param {UserKeymap} userKeymap */
function writeKeys(control, userKeymap) {
  const command = userKeymap.command(control.getAttribute("data-command") ?? "");
  if (!command) return;
  for (const [name, value] of Object.entries(keyAttributes(command))) {
    if (value === null) control.removeAttribute(name);
    else control.setAttribute(name, value);
  }
  const names = command.keys.map(keyName);
  const cap = control.querySelector("kbd");
  if (!cap) return;
  cap.textContent = names[0] ?? "";
  cap.hidden = names.length === 0;
}

/**
 * Fill `{command}` in a sentence with that command's key.
 * @param {Element} place  with the attribute data-key-label; the sentence becomes its label
 * @param {UserKeymap} userKeymap
 */
function writeLabel(place, userKeymap) {
  const template = place.getAttribute("data-key-label") ?? "";
  const sentence = template.replace(/\{([^}]+)\}/g, (_, name) => userKeymap.keyOf(name) || "(no key)");
  place.setAttribute("aria-label", sentence);
}
