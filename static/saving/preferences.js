// @ts-check
// What the person chose for his own eyes and hands. The server keeps it; until it has it, this computer does.
import { ApiError, Unreachable } from "../server/api.js";
import { storageOf } from "./browser_storage.js";

/** @typedef {Record<string, any>} Value */
/** @typedef {{person: Record<string, Value>, project: Record<string, Value>}} Chosen  by name, as the page carries it */

/**
 * Choices that hold in one project; every other name holds wherever the person works.
 */
const OF_PROJECT = new Set(["view"]);

const SEND_MS = 800;
const AGAIN_MS = 15000;

/**
 * @typedef {object} Preferences
 * @property {(name: string) => Value} get        an empty object when nothing was chosen yet
 * @property {(name: string, value: Value) => void} set   sent a moment later; the last value wins
 * @property {(options?: {keepalive?: boolean}) => Promise<void>} flush  send now what is not sent
 */

/**
 * Make the preferences of the person at this page.
 * @param {object} parts
 * @param {Pick<import("../server/api.js").Api, "putPreference">} parts.api
 * @param {{user: string, project: {slug: string}, preferences: Chosen}} parts.data   the page's data
 * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} [parts.storage]   null where the browser denies storage
 * @param {(sentence: string) => void} [parts.refused]   the server will never take a value: says why
 * @param {(call: () => void, ms: number) => any} [parts.later]
 * @param {(timer: any) => void} [parts.cancelLater]
 * @returns {Preferences}
 */
export function createPreferences({
  api,
  data,
  storage = storageOf(window).localStorage,
  refused = () => {},
  later = (call, ms) => setTimeout(call, ms),
  cancelLater = (timer) => clearTimeout(timer),
}) {
  const { slug } = data.project;
  const place = `blemish.preferences.${data.user}`;
  const known = { ...data.preferences.person, ...pick(data.preferences.project, (name) => OF_PROJECT.has(name)) };
  /** What the server has not taken yet, by its own name: a choice in a project carries the project's. */
  const unsent = readUnsent(storage, place);
  const ownName = (/** @type {string} */ name) => (OF_PROJECT.has(name) ? `${slug}/${name}` : name);
  for (const [own, value] of Object.entries(unsent)) {
    const name = own.split("/").at(-1) ?? own;
    if (ownName(name) === own) known[name] = value;
  }
  /** @type {any} */
  let timer;
  /** @type {Promise<void> | null} */
  let sending = null;
  if (Object.keys(unsent).length > 0) plan(SEND_MS);

  /** @param {number} ms */
  function plan(ms) {
    cancelLater(timer);
    timer = later(() => void flush(), ms);
  }

  function keepUnsent() {
    try {
      if (Object.keys(unsent).length > 0) storage?.setItem(place, JSON.stringify(unsent));
      else storage?.removeItem(place);
    } catch (error) {
      // Full, or denied: the choice still holds on this page and is still sent.
      if (!(error instanceof DOMException)) throw error;
    }
  }

  /** @param {{keepalive?: boolean}} [options] */
  function flush(options = {}) {
    sending ??= sendAll(options).finally(() => (sending = null));
    return sending;
  }

  /** @param {{keepalive?: boolean}} options */
  async function sendAll(options) {
    cancelLater(timer);
    for (const [own, value] of Object.entries(unsent)) {
      const [name, project = null] = own.split("/").reverse();
      try {
        await api.putPreference(name, value, project, options);
      } catch (error) {
        if (error instanceof Unreachable || (error instanceof ApiError && [401, 403].includes(error.status))) {
          plan(AGAIN_MS);
          return;
        }
        if (!(error instanceof ApiError)) throw error;
        refused(error.message);
      }
      // Chosen again while it was sent: that value goes next.
      if (unsent[own] === value) delete unsent[own];
      else plan(SEND_MS);
      keepUnsent();
    }
  }

  return {
    get: (name) => known[name] ?? {},
    set(name, value) {
      known[name] = value;
      unsent[ownName(name)] = value;
      keepUnsent();
      plan(SEND_MS);
    },
    flush,
  };
}

/** @param {Record<string, Value>} values @param {(name: string) => boolean} wanted */
function pick(values, wanted) {
  return Object.fromEntries(Object.entries(values).filter(([name]) => wanted(name)));
}

/** @param {Pick<Storage, "getItem"> | null} storage @param {string} place @returns {Record<string, Value>} */
function readUnsent(storage, place) {
  try {
    const found = JSON.parse(storage?.getItem(place) ?? "{}");
    const isObject = (/** @type {unknown} */ value) => typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject(found) ? Object.fromEntries(Object.entries(found).filter(([, value]) => isObject(value))) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {}; // not ours
    throw error;
  }
}
