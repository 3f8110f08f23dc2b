// @ts-check
// The keymap of the review page, in its order: decisions come before the project's letters.

/** @typedef {import("../ui/keymap.js").Command} Command */

/**
 * @param {import("../workbench/workbench.js").SharedCommands} shared
 * @param {import("./review_session.js").ReviewSession} session
 * @returns {Command[]}
 */
export function reviewCommands(shared, session) {
  const group = "Decision";
  return [
    { name: "accept", label: "Accept: the boxes are right", group, keys: ["a"], once: true, perform: session.accept },
    { name: "correct", label: "Correct: take the boxes as changed", group, keys: ["c"], once: true, perform: session.correct },
    { name: "reject", label: "Reject: throw the proposal away, label by hand", group, keys: ["r"], once: true, perform: session.reject },
    { name: "skip", label: "Skip: somebody else decides", group, keys: ["s"], once: true, perform: () => void session.skip() },
    { name: "start", label: "Open the next image", group, keys: ["Enter", "n"], perform: session.start },
    ...shared.types,
    ...shared.boxes,
    ...shared.clipboard,
    ...shared.comments,
    ...shared.view,
    ...shared.help,
    ...shared.display,
  ];
}
