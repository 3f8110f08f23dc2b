// @ts-check
// One command's row while keys are being changed: put another key in a key's place, add one, remove one.
import { element } from "./element.js";
import { MOST_KEYS, judgeKey } from "./user_keymap.js";
import { keyName, notationOf, titleOf } from "./keymap.js";

/** @typedef {import("./keymap.js").BoundCommand} BoundCommand */
/** @typedef {import("./user_keymap.js").UserKeymap} UserKeymap */

/**
 * What is under way: a press is waited for, or a pressed key waits for the person's word.
 * @typedef {{name: string, instead: string | null, pressed: string | null}} Capture
 */

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
  /** @type {Capture | null} */
  let capture = null;

  /** @param {string} name @param {string | null} instead */
  function wait(name, instead) {
    capture = { name, instead, pressed: null };
    say("Press the new key. Escape leaves it as it is.");
    draw(`${name} capture`);
  }

  function cancel() {
    if (!capture) return;
    const { name, instead } = capture;
    capture = null;
    say("Nothing changed.");
    draw(instead === null ? `${name} add` : `${name} key ${instead}`);
  }

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    if (!capture || event.key === "Tab") return;
    event.stopPropagation();
    event.preventDefault();
    if (event.repeat || event.isComposing) return;
    if (event.key === "Escape") {
      cancel();
      return;
    }
    const key = notationOf(event);
    if (key) decide(capture, key);
  }

  /** @param {Capture} wanted @param {string} key */
  function decide(wanted, key) {
    const { kind, sentence } = judgeKey(userKeymap, wanted.name, key);
    if (kind === "free") take(wanted, key);
    else if (kind === "taken" || (kind === "project" && /^[a-z]$/.test(key))) {
      capture = { ...wanted, pressed: key };
      say(sentence);
      draw(`${wanted.name} take`);
    } else say(sentence);
  }

  /** @param {Capture} wanted @param {string} key */
  function take({ name, instead }, key) {
    const before = userKeymap.ownerOf(key);
    capture = null;
    userKeymap.take(name, key, instead ?? undefined);
    const command = userKeymap.command(name);
    const got = command?.claims.find(({ wanted }) => wanted === key)?.key;
    const left = before && before.name !== name ? userKeymap.command(before.name) : undefined;
    const loss = left && !left.fixed ? ` “${titleOf(left)}” ${keysLeft(left)}.` : "";
    if (command) say(`${got ? keyName(got) : keyName(key)} now does “${titleOf(command)}”.${loss}`);
    draw(`${name} key ${key}`);
  }

  /** @param {BoundCommand} command @param {string} key */
  function remove(command, key) {
    const wanted = command.claims.map((claim) => claim.wanted).filter((other) => other !== key);
    userKeymap.choose(command.name, wanted);
    say(`${keyName(key)} does nothing now. “${titleOf(command)}” ${keysLeft(userKeymap.command(command.name))}.`);
    draw(`${command.name} add`);
  }

  /** @param {BoundCommand} command @returns {HTMLElement} */
  function waiting(command) {
    return element(
      "button",
      {
        type: "button",
        class: "button small primary",
        "data-focus": `${command.name} capture`,
        "aria-label": `Press the new key for ${titleOf(command)}. Escape leaves it as it is.`,
        keydown: pressed,
        keyup: (event) => event.preventDefault(),
        blur: (event) => leftAlone(event.currentTarget, command),
      },
      "Press a key…",
    );
  }

  /** @param {HTMLElement} button @param {BoundCommand} command the focus went elsewhere: it is not taken back */
  function leftAlone(button, command) {
    if (capture?.name !== command.name || capture.pressed !== null) return;
    const { instead } = capture;
    capture = null;
    const claim = command.claims.find(({ wanted }) => wanted === instead);
    button.replaceWith(claim ? cap(command, claim) : addButton(command));
  }

  /** @param {BoundCommand} command */
  function addButton(command) {
    const names = { "data-focus": `${command.name} add`, "aria-label": `Add a key to ${titleOf(command)}` };
    const click = () => wait(command.name, null);
    return element("button", { type: "button", class: "button small quiet", ...names, click }, "Add");
  }

  /** @param {Capture} wanted @param {string} key @returns {HTMLElement} */
  function question(wanted, key) {
    const { kind, sentence } = judgeKey(userKeymap, wanted.name, key);
    const word = kind === "project" ? `Use ${keyName(`Shift+${key}`)}` : "Take it from there";
    return element(
      "p",
      { class: "key-question", keydown: (/** @type {KeyboardEvent} */ event) => leave(event) },
      element("span", {}, `${sentence} `),
      element(
        "button",
        { type: "button", class: "button small primary", "data-focus": `${wanted.name} take`, click: () => take(wanted, key) },
        word,
      ),
      " ",
      element("button", { type: "button", class: "button small", click: cancel }, "Leave it"),
    );
  }

  /** @param {KeyboardEvent} event */
  function leave(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    cancel();
  }

  /** @param {BoundCommand} command @param {import("./keymap.js").Claim} claim @returns {HTMLElement} */
  function cap(command, { wanted, key, owner }) {
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
          click: () => wait(command.name, wanted),
        },
        shown,
      ),
      element(
        "button",
        { type: "button", "aria-label": `Remove ${shown} from ${title}`, click: () => remove(command, wanted) },
        "✕",
      ),
    );
  }

  /** @param {BoundCommand} command @returns {HTMLElement[]} */
  function controls(command) {
    const { name } = command;
    const mine = capture?.name === name ? capture : null;
    const shown = command.claims.map((claim) =>
      mine?.instead === claim.wanted && mine.pressed === null ? waiting(command) : cap(command, claim),
    );
    if (mine && mine.instead === null && mine.pressed === null) shown.push(waiting(command));
    else if (command.claims.length < MOST_KEYS) shown.push(addButton(command));
    if (userKeymap.isChosen(name)) {
      const reset = () => {
        userKeymap.reset(name);
        say(`“${titleOf(command)}” ${keysLeft(userKeymap.command(name))} again.`);
        draw(`${name} add`);
      };
      const label = `Reset the keys of ${titleOf(command)}`;
      shown.push(element("button", { type: "button", class: "button small quiet", "aria-label": label, click: reset }, "Reset"));
    }
    return shown;
  }

  return {
    isWaiting: () => capture !== null,
    cancel,
    row(command) {
      const fixed = command.fixed ?? false;
      const keys = fixed
        ? [...command.keys.map((key) => element("kbd", {}, keyName(key))), element("span", { class: "soft small" }, "set by the project")]
        : controls(command);
      return element(
        "li",
        { class: "key-row", "data-row": command.name },
        element("span", { class: "key-row-label" }, titleOf(command)),
        element("span", { class: "key-row-keys", role: "group", "aria-label": `Keys of ${titleOf(command)}` }, ...keys),
        capture?.name === command.name && capture.pressed !== null ? question(capture, capture.pressed) : null,
      );
    },
  };
}

/** @param {BoundCommand | undefined} command @returns {string} */
function keysLeft(command) {
  const names = command?.keys.map(keyName) ?? [];
  return names.length > 0 ? `has ${names.join(" and ")}` : "has no key now";
}
