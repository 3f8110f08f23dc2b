// @ts-check
// The help panel: the keymap, printed and searched; there a person changes keys.
import { element } from "./element.js";
import { createKeyEditor } from "./key_editor.js";
import { helpRows, keyName, titleOf } from "./keymap.js";

/** @typedef {import("./keymap.js").BoundCommand} BoundCommand */
/** @typedef {import("./user_keymap.js").UserKeymap} UserKeymap */

/**
 * Make the help panel of a page's keys; it opens as a dialog.
 * @param {object} parts
 * @param {UserKeymap} parts.userKeymap
 * @param {readonly string[]} parts.notes  what the mouse does
 * @returns {HTMLDialogElement}
 */
export function makeHelp({ userKeymap, notes }) {
  let changing = false;
  const said = element("p", { class: "help-said", role: "status" });
  const search = element("input", { type: "search", "aria-label": "Search the keys", placeholder: "Search", input: () => draw("") });
  const change = element(
    "button",
    { type: "button", class: "button", "aria-pressed": "false", click: () => setChanging(!changing) },
    "Change keys",
  );
  const resetAll = element("button", { type: "button", class: "button", click: resetEverything }, "Reset all keys");
  const place = element("div", { class: "help-groups" });
  const editor = createKeyEditor({ userKeymap, say, draw });

  /** @param {string} sentence @param {HTMLElement | null} [action] */
  function say(sentence, action = null) {
    said.replaceChildren(sentence, ...(action ? [" ", action] : []));
  }

  /** @param {boolean} next */
  function setChanging(next) {
    changing = next;
    change.setAttribute("aria-pressed", String(next));
    editor.cancel();
    say(next ? "Choose a key to put another in its place. Your keys hold on every page and computer where you sign in." : "");
    draw("");
  }

  function resetEverything() {
    const before = userKeymap.chosen();
    userKeymap.replaceAll({});
    draw("");
    const back = () => {
      userKeymap.replaceAll(before);
      say("Your keys are back.");
      draw("");
      search.focus();
    };
    const undo = element("button", { type: "button", class: "button small", click: back }, "Undo");
    say("All keys are as they came.", undo);
    undo.focus();
  }

  /** @param {string} focus  the name of the control that gets the focus, or empty */
  function draw(focus) {
    const query = search.value.trim().toLowerCase();
    const groups = helpRows(userKeymap.table().filter((command) => isFound(command, query)));
    place.classList.toggle("changing", changing);
    place.replaceChildren(
      ...groups.map(({ group, rows }) =>
        element("section", {}, element("h3", {}, group), changing ? editable(rows) : printed(rows)),
      ),
    );
    if (groups.length === 0) place.append(element("p", { class: "soft" }, `Nothing here is called “${search.value.trim()}”.`));
    resetAll.hidden = !changing || Object.keys(userKeymap.chosen()).length === 0;
    const control = focus && place.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
    if (control instanceof HTMLElement) control.focus();
  }

  /** @param {import("./keymap.js").HelpRow[]} rows */
  function editable(rows) {
    return element("ul", { class: "key-rows" }, ...rows.flatMap(({ commands }) => commands.map(editor.row)));
  }

  const dialog = /** @type {HTMLDialogElement} */ (
    element(
      "dialog",
      { class: "help", "aria-labelledby": "help-title" },
      element(
        "header",
        { class: "help-head" },
        element("h2", { id: "help-title" }, "Keys"),
        search,
        change,
        resetAll,
        element("button", { type: "button", class: "button", click: () => dialog.close() }, "Close"),
      ),
      said,
      place,
      element("ul", { class: "soft small help-notes" }, ...notes.map((note) => element("li", {}, note))),
    )
  );
  dialog.addEventListener("cancel", (event) => {
    if (!editor.isWaiting()) return;
    event.preventDefault();
    editor.cancel();
  });
  dialog.addEventListener("close", () => {
    search.value = "";
    setChanging(false);
  });
  draw("");
  return dialog;
}

/** @param {import("./keymap.js").HelpRow[]} rows */
function printed(rows) {
  return element(
    "dl",
    { class: "keys" },
    ...rows.flatMap(({ label, keys }) => [
      element("dt", {}, ...(keys.length > 0 ? keys.flatMap((key) => [element("kbd", {}, key), " "]) : ["no key"])),
      element("dd", {}, label),
    ]),
  );
}

/** @param {BoundCommand} command @param {string} query */
function isFound(command, query) {
  const text = [command.group, titleOf(command), ...command.keys.map(keyName)].join(" ").toLowerCase();
  return query.split(/\s+/).every((word) => text.includes(word));
}
