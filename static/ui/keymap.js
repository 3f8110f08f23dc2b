// @ts-check
// One table of commands drives the keys, the help panel and the tooltips.

/** @typedef {{key: string, code: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean,
 *   repeat?: boolean, getModifierState?: (modifier: string) => boolean}} KeyPress */

/**
 * @typedef {object} Command
 * @property {string} name
 * @property {string} label          what it does, for a person
 * @property {string} [detail]       sets it apart from others of the same label, such as "left"
 * @property {string} group          the heading that it stands under in the help panel
 * @property {string[]} keys         such as "n", "Shift+n", "Ctrl+s", "Enter", "ArrowLeft", "3", "?"
 * @property {(press: KeyPress) => void} perform
 * @property {boolean} [repeats]     goes on while the key is held
 * @property {boolean} [whileTyping] works in a text field too
 * @property {boolean} [once]        a key that bounces (twice within milliseconds) acts once
 * @property {boolean} [fixed]       its keys belong to the project; no person changes them
 */

/**
 * A key that a command asked for: `key` is what it got, null for nothing; `owner` has the one it asked for.
 * @typedef {{wanted: string, key: string | null, owner: Command | null}} Claim
 */

/** @typedef {Command & {claims: Claim[], keyTest: (press: KeyPress) => boolean}} BoundCommand */

/** @typedef {Readonly<Record<string, readonly string[]>>} Chosen  keys that a person chose, by the command's name */

const NAMES = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Delete: "Del",
  Escape: "Esc",
  " ": "Space",
  PageUp: "Page up",
  PageDown: "Page down",
};

/** Keys that are only a part of what is being typed. */
const HALF = new Set(["Dead", "Process", "Unidentified", "Compose", "AltGraph", "Shift", "Control", "Alt", "Meta", "OS"]);

/**
 * Write a press in the table's notation. Letters are read from the key's place when the layout is
 * not Latin, and digits also where they need Shift (as on a French keyboard). What is typed by AltGr is
 * the character alone. A dead key, and one that an input method took, are no press of a command.
 * @param {KeyPress} press
 * @returns {string} empty for a press that is only half of one
 */
export function notationOf(press) {
  if (HALF.has(press.key)) return "";
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code);
  const place = /^Key([A-Z])$/.exec(press.code);
  const typedByAltGr = press.key.length === 1 && (press.getModifierState?.("AltGraph") ?? false);
  let key = press.key;
  let shift = press.shiftKey;
  if (/^[0-9]$/.test(key)) shift = false;
  else if (digit && !press.shiftKey && key.length === 1 && !typedByAltGr) key = digit[1];
  else if (/^[a-z]$/i.test(key)) key = key.toLowerCase();
  else if (place && key.length === 1 && !typedByAltGr) key = place[1].toLowerCase();
  else if (key.length === 1 && key !== " ") shift = false;
  const ctrl = (press.ctrlKey || press.metaKey) && !typedByAltGr;
  const alt = press.altKey && !typedByAltGr;
  return `${ctrl ? "Ctrl+" : ""}${alt ? "Alt+" : ""}${shift ? "Shift+" : ""}${key}`;
}

/**
 * Give every command its keys: those that the person chose, else its own. Earlier commands win; but a
 * chosen key wins over what nobody chose, unless that stands before the project's types. One that finds
 * its plain letter taken gets the letter with Shift, so that a project's letters never shut a command off.
 * @param {readonly Command[]} commands
 * @param {Chosen} [chosen]
 * @returns {BoundCommand[]}
 */
export function bindKeys(commands, chosen = {}) {
  const lastFixed = commands.reduce((last, { fixed }, index) => (fixed ? index : last), -1);
  const isChosen = (/** @type {Command} */ { name, fixed }) => !fixed && Object.hasOwn(chosen, name);
  const isFirm = (/** @type {Command} */ command, /** @type {number} */ index) => index <= lastFixed || isChosen(command);
  const order = [
    ...commands.filter((command, index) => isFirm(command, index)),
    ...commands.filter((command, index) => !isFirm(command, index)),
  ];
  /** @type {Map<string, Command>} */
  const owners = new Map();
  /** @type {Map<Command, Claim[]>} */
  const claims = new Map();
  for (const command of order) {
    const wanted = new Set(isChosen(command) ? chosen[command.name] : command.keys);
    claims.set(command, [...wanted].map((key) => claim(owners, command, key)));
  }
  return commands.map((command) => {
    const own = claims.get(command) ?? [];
    const keys = own.flatMap(({ key }) => key ?? []);
    const tested = new Set(keys);
    return { ...command, keys, claims: own, keyTest: (press) => tested.has(notationOf(press)) };
  });
}

/** @param {Map<string, Command>} owners @param {Command} command @param {string} wanted @returns {Claim} */
function claim(owners, command, wanted) {
  const choices = /^[a-z]$/.test(wanted) ? [wanted, `Shift+${wanted}`] : [wanted];
  const key = choices.find((choice) => !owners.has(choice)) ?? null;
  const owner = key === wanted ? null : (owners.get(wanted) ?? null);
  if (key !== null) owners.set(key, command);
  return { wanted, key, owner };
}

/**
 * Find the command of a press.
 * @param {readonly BoundCommand[]} table
 * @param {KeyPress} press
 * @returns {BoundCommand | undefined}
 */
export function commandFor(table, press) {
  return table.find((command) => command.keyTest(press) && (!press.repeat || command.repeats));
}

/**
 * Write a key as a person reads it.
 * @param {string} key
 * @returns {string}
 */
export function keyName(key) {
  if (key === "+") return key;
  const parts = key.split(/\+(?=.)/);
  const last = parts.at(-1) ?? "";
  const shown = NAMES[/** @type {keyof typeof NAMES} */ (last)] ?? (last.length === 1 ? last.toUpperCase() : last);
  return [...parts.slice(0, -1), shown].join(" + ");
}

/**
 * Write a key as the attribute aria-keyshortcuts wants it.
 * @param {string} key
 * @returns {string}
 */
export function shortcutOf(key) {
  const parts = key === "+" ? [key] : key.split(/\+(?=.)/);
  const last = parts.at(-1) ?? "";
  const named = /** @type {Record<string, string>} */ ({ " ": "Space", "+": "Plus" })[last] ?? last;
  return [...parts.slice(0, -1).map((part) => (part === "Ctrl" ? "Control" : part)), named.length === 1 ? named.toUpperCase() : named].join("+");
}

/**
 * Name a command alone, where others share its label.
 * @param {Command} command
 * @returns {string}
 */
export function titleOf({ label, detail }) {
  return detail ? `${label}: ${detail}` : label;
}

/**
 * @typedef {object} HelpRow
 * @property {string} label
 * @property {string[]} keys  as a person reads them
 * @property {BoundCommand[]} commands  those of this label
 */

/**
 * Order the table for the help panel; commands of one label share a row.
 * @param {readonly BoundCommand[]} table
 * @returns {{group: string, rows: HelpRow[]}[]}
 */
export function helpRows(table) {
  /** @type {Map<string, HelpRow[]>} */
  const groups = new Map();
  for (const command of table) {
    const { group, label } = command;
    const keys = command.keys.map(keyName);
    const rows = groups.get(group) ?? [];
    const row = rows.find((known) => known.label === label);
    if (row) {
      row.keys.push(...keys);
      row.commands.push(command);
    } else rows.push({ label, keys, commands: [command] });
    groups.set(group, rows);
  }
  return [...groups].map(([group, rows]) => ({ group, rows }));
}
