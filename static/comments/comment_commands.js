// @ts-check
// The commands of comments, history and the side panel's tabs, as rows of the keymap.

/** @typedef {import("../ui/keymap.js").Command} Command */

/**
 * @param {import("./comments.js").Comments} comments
 * @param {import("../ui/tabs.js").Tabs} tabs
 * @param {readonly (readonly [name: string, label: string, key: string])[]} panels
 * @returns {Command[]}
 */
export function commentCommands(comments, tabs, panels) {
  const group = "Comments and panels";
  return [
    { name: "comment", label: "Comment on the selected box, or in the middle of the view", group, keys: ["k"], perform: comments.startComment },
    { name: "ask for help", label: "Ask a reviewer for help", group, keys: ["q"], perform: comments.startHelpRequest },
    ...panels.map(([name, label, key]) => ({
      name: `show ${name}`,
      label,
      group,
      keys: [key],
      perform: () => tabs.choose(name, { focus: true }),
    })),
  ];
}
