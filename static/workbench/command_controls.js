// @ts-check
// What performs commands on a page: its keys, and its buttons.
import { followKeyboard } from "../ui/keyboard.js";
import { followKeys } from "../ui/tooltips.js";

/**
 * Connect keys and buttons to the keymap: a button names its command in `data-command`.
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {import("../ui/user_keymap.js").UserKeymap} parts.userKeymap
 * @param {import("./image_editor.js").ImageEditor | null} parts.editor   null on a page without an image
 */
export function connectCommands({ root, userKeymap, editor }) {
  // A command was performed: what the page shows may be old.
  const performed = () => editor?.refresh();
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
      editor?.canvas.setPanning(false);
      editor?.boxEditor.endNudge();
    },
  });
  editor?.canvasElement.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && editor.boxEditor.walk(event.shiftKey ? -1 : 1)) event.preventDefault();
  });
}
