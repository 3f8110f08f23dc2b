// @ts-check
// The keymap of the label page, in its order.

/** @typedef {import("../ui/keymap.js").Command} Command */

/**
 * @param {import("../workbench/workbench.js").SharedCommands} shared
 * @param {import("./image_session.js").ImageSession} session
 * @param {readonly Command[]} conflictCommands
 * @returns {Command[]}
 */
export function labelCommands(shared, session, conflictCommands) {
  const group = "Image";
  return [
    ...shared.types,
    { name: "next", label: "Done: save and open the next image", group, keys: ["Enter", "n"], once: true, perform: () => void session.goOn({ done: true }) },
    { name: "skip", label: "Leave for later: next image", group, keys: ["Shift+Enter", "s"], once: true, perform: () => void session.goOn({ done: false }) },
    { name: "save", label: "Save now", group, keys: ["Ctrl+s"], whileTyping: true, perform: () => void session.open()?.saver.saveNow() },
    ...shared.boxes,
    ...shared.clipboard,
    ...shared.comments,
    ...conflictCommands,
    ...shared.view,
    ...shared.help,
    ...shared.display,
  ];
}
