// @ts-check
// One table of commands drives the keys, the help panel and the tooltips.

/** @typedef {{key: string, code: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean,
 *   repeat?: boolean}} KeyPress */

/**
 * @typedef {object} Command
 * @property {string} name
 * @property {string} label          what it does, for a person
 * @property {string} group          the heading that it stands under in the help panel
 * @property {string[]} keys         such as "n", "Shift+n", "Ctrl+s", "Enter", "ArrowLeft", "3", "?"
 * @property {(press: KeyPress) => void} perform
 * @property {boolean} [repeats]     goes on while the key is held
 * @property {boolean} [whileTyping] works in a text field too
 */

/** @typedef {Command & {keyTest: (press: KeyPress) => boolean}} BoundCommand */

const NAMES = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Delete: "Del",
  Escape: "Esc",
  " ": "Space",
};

/**
 * Write a press in the table's notation. Letters are read from the key's place when the layout is
 * not Latin, and digits also where they need Shift (as on a French keyboard).
 * @param {KeyPress} press
 * @returns {string}
 */
export function notationOf(press) {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code);
  const place = /^Key([A-Z])$/.exec(press.code);
  let key = press.key;
  let shift = press.shiftKey;
  if (/^[0-9]$/.test(key)) shift = false;
  else if (digit && !press.shiftKey && key.length === 1) key = digit[1];
  else if (/^[a-z]$/i.test(key)) key = key.toLowerCase();
  else if (place && key.length === 1) key = place[1].toLowerCase();
  else if (key.length === 1 && key !== " ") shift = false;
  const ctrl = press.ctrlKey || press.metaKey;
  return `${ctrl ? "Ctrl+" : ""}${press.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${key}`;
}

/**
 * Give every command its keys. Earlier commands win; one that finds its plain letter taken gets the
 * letter with Shift, so that a project's own letters never shut a command off.
 * @param {readonly Command[]} commands
 * @returns {BoundCommand[]}
 */
export function bindKeys(commands) {
  const taken = new Set();
  return commands.map((command) => {
    const keys = command.keys.flatMap((key) => {
      const free = [key, `Shift+${key}`].slice(0, /^[a-z]$/.test(key) ? 2 : 1).find((name) => !taken.has(name));
      if (free === undefined) return [];
      taken.add(free);
      return [free];
    });
    const own = new Set(keys);
    return { ...command, keys, keyTest: (/** @type {KeyPress} */ press) => own.has(notationOf(press)) };
  });
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
 * Order the table for the help panel; commands of one label share a row.
 * @param {readonly BoundCommand[]} table
 * @returns {{group: string, rows: {label: string, keys: string[]}[]}[]}
 */
export function helpRows(table) {
  /** @type {Map<string, {label: string, keys: string[]}[]>} */
  const groups = new Map();
  for (const { group, label, keys } of table) {
    if (keys.length === 0) continue;
    const rows = groups.get(group) ?? [];
    const row = rows.find((known) => known.label === label);
    if (row) row.keys.push(...keys.map(keyName));
    else rows.push({ label, keys: keys.map(keyName) });
    groups.set(group, rows);
  }
  return [...groups].map(([group, rows]) => ({ group, rows }));
}
