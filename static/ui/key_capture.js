// @ts-check
// What is under way while a person changes the keys of a command: a press is waited for, or a pressed key waits for
// the person's word. Knows no element; it asks for rows to be drawn again.
import { keyName, notationOf, titleOf } from "./keymap.js";
import { judgeKey } from "./user_keymap.js";

/** @typedef {import("./keymap.js").BoundCommand} BoundCommand */
/** @typedef {import("./user_keymap.js").UserKeymap} UserKeymap */

/**
 * @typedef {object} Capture
 * @property {string} name              of the command
 * @property {string | null} instead    the key that the new one takes the place of; null to add one
 * @property {string | null} pressed    a key that another command has: the person must decide
 */

/** @typedef {ReturnType<typeof createKeyCapture>} KeyCapture */

/**
 * @param {object} parts
 * @param {UserKeymap} parts.userKeymap
 * @param {(sentence: string) => void} parts.say
 * @param {(focus: string) => void} parts.draw  draw the rows again and focus the control of that name
 */
export function createKeyCapture({ userKeymap, say, draw }) {
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

  /** @param {KeyboardEvent} event while a press is waited for */
  function press(event) {
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

  /** @param {string} name of a command */
  function reset(name) {
    const command = userKeymap.command(name);
    userKeymap.reset(name);
    if (command) say(`“${titleOf(command)}” ${keysLeft(userKeymap.command(name))} again.`);
    draw(`${name} add`);
  }

  return {
    /** @param {string} name @returns {Capture | null} */
    of: (name) => (capture?.name === name ? capture : null),
    isActive: () => capture !== null,
    wait,
    cancel,
    press,
    take,
    remove,
    reset,
    /** Forget it without a word: the focus went elsewhere. */
    drop: () => void (capture = null),
  };
}

/** @param {BoundCommand | undefined} command @returns {string} */
function keysLeft(command) {
  const names = command?.keys.map(keyName) ?? [];
  return names.length > 0 ? `has ${names.join(" and ")}` : "has no key now";
}
