// @ts-check
// Unsaved work, kept on this computer until the server has it: one record for each image and whoever sends
// it. A record has one owner at a time: who takes it up moves it to a name of its own, in one step.
import { sameBox } from "../boxes/boxes.js";
import { namesIn, parsed } from "./local_storage.js";
import { StorageUnavailable } from "./storage_unavailable.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("./browser_storage.js").BrowserStorage} BrowserStorage */
/** @typedef {import("./browser_storage.js").StoredRecord} StoredRecord */

/**
 * What the saver keeps: the server's list that the work started from, the work, and the names of saves
 * that were sent and not answered. `decision` is a review decision that was made and not answered.
 * @typedef {{version: number, base: readonly Box[], boxes: readonly Box[], unanswered?: string[],
 *   decision?: any}} Work
 */

/** @typedef {{id: string | number, name: string, created_at?: string}} WorkImage */
/** @typedef {"label" | "review"} Kind */

/**
 * Work as it is found again. `keptAt` is for people to read: no rule asks a clock.
 * @typedef {object} UnsentRecord
 * @property {string} key
 * @property {Kind} kind
 * @property {WorkImage} image
 * @property {string} project
 * @property {string} tab   the page, and after a dot the part of it, that the record belongs to
 * @property {number} turn
 * @property {number} version
 * @property {Box[]} base
 * @property {Box[]} boxes
 * @property {string[]} unanswered
 * @property {any} decision
 * @property {string} keptAt
 */

/**
 * @typedef {object} UnsentWork
 * @property {(image: WorkImage, work: Work | null) => Promise<boolean>} put  `null` deletes; false: it was not stored
 * @property {(imageId: string | number) => Promise<UnsentRecord[]>} find   this tab's own first, then of tabs that are gone
 * @property {() => Promise<UnsentRecord[]>} all                            the person's, of both kinds
 * @property {(unsent: UnsentRecord) => Promise<boolean>} take   makes it this one's own, to be written over or forgotten;
 *   false: somebody else has taken it, or sent it
 * @property {(unsent: UnsentRecord) => Promise<void>} forget
 * @property {() => Promise<void>} end   nothing more is written; what is written is free to be taken up
 * @property {() => boolean} isEnded
 */

/**
 * Make the backup of one person's work on one kind of page.
 * @param {object} parts
 * @param {BrowserStorage} parts.storage
 * @param {{id: string | number, name: string}} parts.person  work of one is never offered to another
 * @param {Kind} parts.kind
 * @param {string} parts.project
 * @param {string} parts.tab
 * @param {(tabs: string[]) => Promise<Set<string>>} parts.findOpen  which of these tabs are still open
 * @param {Pick<Map<string, any>, "has" | "delete">} [parts.owners]  by `tab`: the parts of this page that own records
 * @returns {UnsentWork}
 */
export function createUnsentWork({ storage, person, kind, project, tab, findOpen, owners = new Map() }) {
  const queues = createWriteQueues(write);
  /** @type {Map<string, Set<string>>} */
  const adopted = new Map();
  /** @type {Map<string, number>} */
  const turns = new Map();
  let isEnded = false;
  const ofPerson = `${person.id}|`;
  const keyOf = (/** @type {string | number} */ imageId, ofKind = kind) => `${ofPerson}${ofKind}|${imageId}|${tab}`;

  /** @param {WorkImage} image @param {Work | null} work @returns {Promise<boolean>} */
  async function write(image, work) {
    const key = keyOf(image.id);
    const old = [...(adopted.get(key) ?? [])].filter((name) => name !== key);
    if (!work) {
      await storage.remove([key, ...old]);
      adopted.delete(key);
      return true;
    }
    const turn = (turns.get(key) ?? 0) + 1;
    turns.set(key, turn);
    const { version, base, boxes, unanswered = [], decision = null } = work;
    const keptAt = new Date().toISOString();
    const { id, name, created_at } = image;
    const about = { kind, project, tab, person: String(person.id), personName: person.name };
    const entry = {
      ...{ key, turn, ...about, image: { id, name, created_at }, version, unanswered, decision, keptAt },
      ...deltaOf(base, boxes),
    };
    try {
      await storage.put({ entry, base: /** @type {Box[]} */ (base) }, old);
    } catch (error) {
      if (error instanceof StorageUnavailable) return false;
      throw error;
    }
    adopted.delete(key);
    return true;
  }

  /** @param {StoredRecord[]} found @returns {Promise<UnsentRecord[]>} */
  async function left(found) {
    const unsent = found.flatMap((record) => read(record) ?? []);
    const others = unsent.map((record) => record.tab).filter((name) => !isSameTab(name, tab));
    const open = others.length > 0 ? await findOpen([...new Set(others.map(tabOf))]) : new Set();
    const isOwned = (/** @type {string} */ name) => (isSameTab(name, tab) ? name !== tab && owners.has(name) : open.has(tabOf(name)));
    return unsent.filter((record) => !isOwned(record.tab));
  }

  return {
    put(image, work) {
      if (isEnded) return Promise.resolve(false);
      return queues.put(keyOf(image.id), image, work);
    },
    async find(imageId) {
      const found = await left(await storage.list(`${ofPerson}${kind}|${imageId}|`));
      // This page's own record first: it is the one that the next writing replaces.
      const own = keyOf(imageId);
      return found.sort((a, b) => Number(b.key === own) - Number(a.key === own));
    },
    async all() {
      return left(await storage.list(ofPerson));
    },
    async take(unsent) {
      const [key, own] = [keyOf(unsent.image.id, unsent.kind), keyOf(unsent.image.id)];
      if (unsent.key !== key && !(await storage.move(unsent.key, { key, tab }))) return false;
      turns.set(key, unsent.turn);
      // Of another kind, it goes in the moment that this one's own is written or forgotten.
      if (key !== own) adopted.set(own, (adopted.get(own) ?? new Set()).add(key));
      return true;
    },
    forget: (unsent) => storage.remove([unsent.key]),
    async end() {
      isEnded = true;
      await queues.finish();
      owners.delete(tab);
    },
    isEnded: () => isEnded,
  };
}

/**
 * Make queues of writes, one for each key: while a write runs, only the newest of those that wait is kept.
 * @param {(image: WorkImage, work: Work | null) => Promise<boolean>} write
 */
function createWriteQueues(write) {
  /** @typedef {{next: {image: WorkImage, work: Work | null} | null, running: Promise<boolean> | null}} Queue */
  /** @type {Map<string, Queue>} */
  const queues = new Map();

  /** @param {Queue} queue */
  async function drain(queue) {
    let isStored = true;
    try {
      while (queue.next) {
        const { image, work } = queue.next;
        queue.next = null;
        isStored = await write(image, work);
      }
    } finally {
      queue.running = null;
    }
    return isStored;
  }

  return {
    /** @param {string} key @param {WorkImage} image @param {Work | null} work */
    put(key, image, work) {
      const queue = queues.get(key) ?? { next: null, running: null };
      queues.set(key, queue);
      queue.next = { image, work };
      queue.running ??= drain(queue);
      return queue.running;
    },
    finish: () => Promise.all([...queues.values()].map(({ running }) => running)),
  };
}

/** @param {string} tab @returns {string} the page that a record's tab belongs to */
function tabOf(tab) {
  return tab.split(".")[0];
}

/** @param {string} a @param {string} b @returns {boolean} */
function isSameTab(a, b) {
  return tabOf(a) === tabOf(b);
}

/**
 * Give what of a list differs from its base: a change of one box writes one box.
 * @param {readonly Box[]} base
 * @param {readonly Box[]} boxes
 * @returns {{changed: Box[], removed: string[]}}
 */
export function deltaOf(base, boxes) {
  const old = new Map(base.map((box) => [box.id, box]));
  const now = new Set(boxes.map(({ id }) => id));
  return {
    changed: boxes.filter((box) => {
      const before = old.get(box.id);
      return !before || !sameBox(before, box);
    }),
    removed: base.filter(({ id }) => !now.has(id)).map(({ id }) => id),
  };
}

/** @param {StoredRecord} record @returns {UnsentRecord | null} null for what no version of ours wrote */
function read({ entry, base }) {
  const { key, kind, image, project, tab, turn, version, changed, removed, unanswered, decision, keptAt } = entry;
  if (!Number.isInteger(version) || !Array.isArray(changed) || !Array.isArray(removed) || !image) return null;
  const byId = new Map(changed.map((/** @type {Box} */ box) => [box.id, box]));
  const gone = new Set(removed);
  const known = new Set(base.map(({ id }) => id));
  const boxes = [
    ...base.filter(({ id }) => !gone.has(id)).map((box) => byId.get(box.id) ?? box),
    ...changed.filter((/** @type {Box} */ { id }) => !known.has(id)),
  ];
  return { key, kind, image, project, tab, turn, version, base, boxes, unanswered: unanswered ?? [], decision, keptAt };
}

/**
 * Move what an earlier Blemish kept in localStorage onto the storage.
 * @param {object} parts
 * @param {Storage | null} parts.localStorage
 * @param {BrowserStorage} parts.storage
 * @param {{id: string | number, name: string}} parts.person
 * @returns {Promise<number>} how many were moved
 */
export async function moveOldWork({ localStorage, storage, person }) {
  const prefix = `blemish.work.${person.name}.`;
  const names = localStorage ? namesIn(localStorage).filter((name) => name.startsWith(prefix)) : [];
  let moved = 0;
  for (const name of names) {
    const match = /^(review\.)?(\d+)$/.exec(name.slice(prefix.length));
    const work = match && parsed(localStorage?.getItem(name) ?? null);
    if (!match || !Number.isInteger(work?.version) || !Array.isArray(work.base) || !Array.isArray(work.boxes)) continue;
    const kind = match[1] ? "review" : "label";
    const about = { kind, project: "", tab: "before", person: String(person.id), personName: person.name };
    const entry = {
      ...{ key: `${person.id}|${kind}|${match[2]}|before`, turn: 1, ...about, image: { id: match[2], name: "" } },
      ...{ version: work.version, unanswered: [], decision: null, keptAt: String(work.keptAt ?? "") },
      ...deltaOf(work.base, work.boxes),
    };
    try {
      await storage.put({ entry, base: work.base });
    } catch (error) {
      if (error instanceof StorageUnavailable) break; // it stays where it is
      throw error;
    }
    localStorage?.removeItem(name);
    moved += 1;
  }
  return moved;
}
