// @ts-check
// The help panel: the key table, printed.
import { element } from "./element.js";
import { helpRows } from "./keytable.js";

/** @typedef {import("./keytable.js").BoundCommand} BoundCommand */

/**
 * Make the help panel of a table; it opens as a dialog.
 * @param {readonly BoundCommand[]} table
 * @param {string[]} notes  what the mouse does
 * @returns {HTMLDialogElement}
 */
export function makeHelp(table, notes) {
  const groups = helpRows(table).map(({ group, rows }) =>
    element(
      "section",
      {},
      element("h3", {}, group),
      element(
        "dl",
        { class: "keys" },
        ...rows.flatMap(({ label, keys }) => [
          element("dt", {}, ...keys.flatMap((key) => [element("kbd", {}, key), " "])),
          element("dd", {}, label),
        ]),
      ),
    ),
  );
  /** @type {HTMLDialogElement} */
  const dialog = element(
    "dialog",
    { class: "help", "aria-labelledby": "help-title" },
    element(
      "header",
      { class: "row apart" },
      element("h2", { id: "help-title" }, "Keys"),
      element("button", { type: "button", class: "button", click: () => dialog.close() }, "Close"),
    ),
    element("div", { class: "help-groups" }, ...groups),
    element("ul", { class: "soft small" }, ...notes.map((note) => element("li", {}, note))),
  );
  return dialog;
}
