// @ts-check
// One command's row while keys are being changed: put another key in a key's place, add one, remove one.
import { element } from "./element.js";
import { createKeyCapture } from "./key_capture.js";
import { keyName, titleOf } from "./keymap.js";
import { MOST_KEYS, judgeKey } from "./user_keymap.js";

/** @typedef {import("./keymap.js").BoundCommand} BoundCommand */
/** @typedef {import("./user_keymap.js").UserKeymap} UserKeymap */
/** @typedef {import("./key_capture.js").Capture} Capture */
/** @typedef {import("./key_capture.js").KeyCapture} KeyCapture */

/**
 * @typedef {object} KeyEditor
 * @property {(command: BoundCommand) => HTMLElement} row
 * @property {() => boolean} isWaiting
 * @property {() => void} cancel
 */

/**
 * @param {object} parts
 * @param {UserKeymap} parts.userKeymap
 * @param {(sentence: string) => void} parts.say
 * @param {(focus: string) => void} parts.draw  draw the rows again and focus the control of that name
 * @returns {KeyEditor}
 */
export function createKeyEditor({ userKeymap, say, draw }) {
  const capture = createKeyCapture({ userKeymap, say, draw });
  return {
    isWaiting: capture.isActive,
    cancel: capture.cancel,
    row(command) {
      const mine = capture.of(command.name);
      const keys = command.fixed
        ? [...command.keys.map((key) => element("kbd", {}, keyName(key))), element("span", { class: "soft small" }, "set by the project")]
        : controls(userKeymap, capture, command);
      return element(
        "li",
        { class: "key-row", "data-row": command.name },
        element("span", { class: "key-row-label" }, titleOf(command)),
        element("span", { class: "key-row-keys", role: "group", "aria-label": `Keys of ${titleOf(command)}` }, ...keys),
        mine && mine.pressed !== null ? question(userKeymap, capture, mine, mine.pressed) : null,
      );
    },
  };
}

/** @param {UserKeymap} userKeymap @param {KeyCapture} capture @param {BoundCommand} command @returns {HTMLElement[]} */
function controls(userKeymap, capture, command) {
  const { name } = command;
  const mine = capture.of(name);
  const isWaiting = mine !== null && mine.pressed === null;
  const shown = command.claims.map((claim) =>
    isWaiting && mine.instead === claim.wanted ? waitingButton(capture, command) : keyCap(capture, command, claim),
  );
  if (isWaiting && mine.instead === null) shown.push(waitingButton(capture, command));
  else if (command.claims.length < MOST_KEYS) shown.push(addButton(capture, command));
  if (userKeymap.isChosen(name)) {
    const label = `Reset the keys of ${titleOf(command)}`;
    const click = () => capture.reset(name);
    shown.push(element("button", { type: "button", class: "button small quiet", "aria-label": label, click }, "Reset"));
  }
  return shown;
}

/** @param {KeyCapture} capture @param {BoundCommand} command @returns {HTMLElement} */
function waitingButton(capture, command) {
  return element(
    "button",
    {
      type: "button",
      class: "button small primary",
      "data-focus": `${command.name} capture`,
      "aria-label": `Press the new key for ${titleOf(command)}. Escape leaves it as it is.`,
      keydown: capture.press,
      keyup: (event) => event.preventDefault(),
      blur: (event) => leftAlone(capture, event.currentTarget, command),
    },
    "Press a key…",
  );
}

/**
 * The focus went elsewhere while a press was waited for: it is not taken back.
 * @param {KeyCapture} capture
 * @param {HTMLElement} button
 * @param {BoundCommand} command
 */
function leftAlone(capture, button, command) {
  const mine = capture.of(command.name);
  if (!mine || mine.pressed !== null) return;
  capture.drop();
  const claim = command.claims.find(({ wanted }) => wanted === mine.instead);
  button.replaceWith(claim ? keyCap(capture, command, claim) : addButton(capture, command));
}

/** @param {KeyCapture} capture @param {BoundCommand} command @returns {HTMLElement} */
function addButton(capture, command) {
  const names = { "data-focus": `${command.name} add`, "aria-label": `Add a key to ${titleOf(command)}` };
  const click = () => capture.wait(command.name, null);
  return element("button", { type: "button", class: "button small quiet", ...names, click }, "Add");
}

/**
 * Ask whether a key that another command has is to be taken from it.
 * @param {UserKeymap} userKeymap
 * @param {KeyCapture} capture
 * @param {Capture} wanted
 * @param {string} key
 * @returns {HTMLElement}
 */
function question(userKeymap, capture, wanted, key) {
  const { kind, sentence } = judgeKey(userKeymap, wanted.name, key);
  const answer = kind === "project" ? `Use ${keyName(`Shift+${key}`)}` : "Take it from there";
  const focus = `${wanted.name} take`;
  /** @param {KeyboardEvent} event */
  function keydown(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    capture.cancel();
  }
  return element(
    "p",
    { class: "key-question", keydown },
    element("span", {}, `${sentence} `),
    element("button", { type: "button", class: "button small primary", "data-focus": focus, click: () => capture.take(wanted, key) }, answer),
    " ",
    element("button", { type: "button", class: "button small", click: capture.cancel }, "Leave it"),
  );
}

/** @param {KeyCapture} capture @param {BoundCommand} command @param {import("./keymap.js").Claim} claim @returns {HTMLElement} */
function keyCap(capture, command, { wanted, key, owner }) {
  const title = titleOf(command);
  const shown = keyName(key ?? wanted);
  const why = owner ? `${keyName(wanted)} means “${titleOf(owner)}” here` : "";
  return element(
    "span",
    { class: key === null ? "key-cap lost" : "key-cap", title: why || null },
    element(
      "button",
      {
        type: "button",
        "data-focus": `${command.name} key ${wanted}`,
        "aria-label": `${shown}, key of ${title}${why ? `, ${why}` : ""}: change`,
        click: () => capture.wait(command.name, wanted),
      },
      shown,
    ),
    element(
      "button",
      { type: "button", "aria-label": `Remove ${shown} from ${title}`, click: () => capture.remove(command, wanted) },
      "✕",
    ),
  );
}
