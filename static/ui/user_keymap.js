// @ts-check
// The keys that hold now: the table's own, and over them what the person chose. Every reader asks here,
// so that a change is true at once for the keyboard, the help panel and the tooltips.
import { bindKeys, keyName, titleOf } from "./keymap.js";
import { reservedReason } from "./reserved_keys.js";

/** @typedef {import("./keymap.js").Command} Command */
/** @typedef {import("./keymap.js").BoundCommand} BoundCommand */
/** @typedef {import("./keymap.js").Chosen} Chosen */

const PREFERENCE = "keys";
/** As many keys as one command may have. */
export const MOST_KEYS = 6;

/**
 * @typedef {object} UserKeymap
 * @property {() => readonly BoundCommand[]} table
 * @property {(name: string) => BoundCommand | undefined} command
 * @property {(name: string) => string} keyOf    a command's first key, readable; empty for none
 * @property {(name: string) => boolean} isChosen  whether the person changed a command's keys
 * @property {() => Chosen} chosen
 * @property {(key: string) => BoundCommand | undefined} ownerOf
 * @property {(name: string, keys: readonly string[]) => void} choose
 * @property {(name: string, key: string, instead?: string) => void} take  add a key, or put it in the place of
 *   another; another command that the person may change gives it up
 * @property {(name: string) => void} reset
 * @property {(chosen: Chosen) => void} replaceAll
 * @property {(call: () => void) => void} subscribe
 */

/**
 * @param {object} parts
 * @param {readonly Command[]} parts.commands
 * @param {Pick<import("../saving/preferences.js").Preferences, "get" | "set">} parts.preferences
 * @returns {UserKeymap}
 */
export function createUserKeymap({ commands, preferences }) {
  /** @type {Chosen} */
  let chosen = readChosen(preferences.get(PREFERENCE));
  let table = bindKeys(commands, chosen);
  /** @type {(() => void)[]} */
  const listeners = [];

  /** @param {Chosen} next */
  function replaceAll(next) {
    chosen = Object.fromEntries(Object.entries(next).filter(([name, keys]) => !isOwn(name, keys)));
    table = bindKeys(commands, chosen);
    preferences.set(PREFERENCE, { ...chosen });
    for (const call of listeners) call();
  }

  /** @param {string} name @param {readonly string[]} keys whether they are the command's own */
  function isOwn(name, keys) {
    const own = commands.find((command) => command.name === name)?.keys;
    return own !== undefined && own.join("\n") === keys.join("\n");
  }

  const command = (/** @type {string} */ name) => table.find((bound) => bound.name === name);
  const ownerOf = (/** @type {string} */ key) => table.find(({ keys }) => keys.includes(key));
  const wantedOf = (/** @type {BoundCommand} */ bound) => bound.claims.map(({ wanted }) => wanted);

  return {
    table: () => table,
    command,
    keyOf(name) {
      const key = command(name)?.keys[0];
      return key === undefined ? "" : keyName(key);
    },
    isChosen: (name) => Object.hasOwn(chosen, name),
    chosen: () => chosen,
    ownerOf,
    choose: (name, keys) => replaceAll({ ...chosen, [name]: keys.slice(0, MOST_KEYS) }),
    take(name, key, instead) {
      const bound = command(name);
      if (!bound) return;
      const wanted = wantedOf(bound).filter((other) => other !== key);
      const place = instead === undefined ? -1 : wanted.indexOf(instead);
      if (place >= 0) wanted.splice(place, 1, key);
      else wanted.push(key);
      const owner = ownerOf(key);
      const given =
        owner && owner.name !== name && !owner.fixed
          ? { [owner.name]: owner.claims.filter((claim) => claim.key !== key).map((claim) => claim.wanted) }
          : {};
      replaceAll({ ...chosen, ...given, [name]: wanted.slice(0, MOST_KEYS) });
    },
    reset(name) {
      replaceAll(Object.fromEntries(Object.entries(chosen).filter(([other]) => other !== name)));
    },
    replaceAll,
    subscribe: (call) => void listeners.push(call),
  };
}

/**
 * Read what was kept; anything else than lists of keys is left out.
 * @param {unknown} kept
 * @returns {Chosen}
 */
export function readChosen(kept) {
  if (typeof kept !== "object" || kept === null) return {};
  return Object.fromEntries(
    Object.entries(kept).filter(
      ([, keys]) =>
        Array.isArray(keys) &&
        keys.length <= MOST_KEYS &&
        keys.every((key) => typeof key === "string" && key.length > 0 && key.length <= 40),
    ),
  );
}

/**
 * What a key would mean for a command: free, its own already, never to be had, the project's, or another's.
 * @typedef {{kind: "free" | "own" | "reserved" | "project" | "taken", sentence: string}} Judgement
 */

/**
 * Judge a key that a person wants for a command.
 * @param {UserKeymap} userKeymap
 * @param {string} name
 * @param {string} key
 * @returns {Judgement}
 */
export function judgeKey(userKeymap, name, key) {
  const reserved = reservedReason(key);
  if (reserved) return { kind: "reserved", sentence: `${keyName(key)} ${reserved}. Press another key.` };
  const owner = userKeymap.ownerOf(key);
  if (!owner) return { kind: "free", sentence: "" };
  if (owner.name === name) return { kind: "own", sentence: `${keyName(key)} does this already.` };
  if (!owner.fixed) return { kind: "taken", sentence: `${keyName(key)} is the key of “${titleOf(owner)}”.` };
  const way = /^[a-z]$/.test(key) ? ` Here it would be ${keyName(`Shift+${key}`)}.` : " Press another key.";
  return { kind: "project", sentence: `${keyName(key)} means ${titleOf(owner)} in this project.${way}` };
}
