// @ts-check
// The revisions of the open image: who saved it when and why, what changed on the image, and the way back.
import { ApiError, Unreachable } from "../server/api.js";
import { differencesOf } from "./difference.js";
import { find } from "../ui/element.js";
import { paintRevisionOverlay } from "./revision_overlay.js";
import { createRevisionList } from "./revision_list.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("./difference.js").Difference} Difference */

/** @typedef {import("./revision_list.js").Revision} Revision */

const PAGE = 50;

/**
 * @typedef {object} Revisions
 * @property {(image: {id: string | number} | null) => void} show
 * @property {() => void} tabChanged   the History tab was opened or left
 * @property {() => boolean} looking   whether a revision is on the canvas, so that nothing can be edited
 * @property {() => void} close        back to the boxes as they are
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {Pick<import("../server/api.js").Api, "getRevisions" | "getRevision" | "restore">} parts.api
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {import("../boxes/store.js").Store} parts.store
 * @param {import("../ui/tabs.js").Tabs} parts.tabs
 * @param {() => import("../saving/saver.js").Saver | undefined} parts.saver
 * @param {() => boolean} parts.mayRestore
 * @param {(text: string) => void} parts.say
 * @param {() => void} parts.changed   a revision came on the canvas, or went
 * @returns {Revisions}
 */
export function createRevisions({ root, api, canvas, store, tabs, saver, mayRestore, say, changed }) {
  const view = createRevisionList(find("[data-history]", root), {
    choose,
    compareWith(other) {
      against = other;
      void attempt(compare);
    },
    restore: (version) => void restore(version),
    close,
    again: () => void attempt(() => (chosen === null ? load() : compare())),
    older: () => void attempt(() => load(true)),
    point(difference) {
      pointed = difference.id;
      canvas.invalidate();
    },
    bring(difference) {
      const box = difference.after ?? difference.before;
      if (box) canvas.centerOn(box);
    },
  });
  /** @type {{id: string | number} | null} */
  let image = null;
  /** @type {Revision[]} */
  let rows = [];
  let more = false;
  /** How many calls are on their way. */
  let running = 0;
  let failure = "";
  /** @type {number | null} */
  let chosen = null;
  /** @type {"before" | "now"} */
  let against = "before";
  /** @type {{version: number, against: string, differences: Difference[], same: Box[]} | null} what is on the canvas */
  let seen = null;
  /** @type {string | null} */
  let pointed = null;
  /** @type {Map<number, Box[]>} revisions never change, so what was read stays true */
  const read = new Map();

  canvas.addLayer({
    paint(context, _sizeScr, view) {
      if (seen) paintRevisionOverlay(context, view, { ...seen, chosen: pointed });
    },
    press() {
      if (!seen) return false;
      say("An older version is shown; Escape goes back to work.");
      return true;
    },
  });

  find("canvas", root).addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !seen) return;
    event.stopPropagation();
    close();
  });

  /** @param {() => Promise<void>} work its failure is told */
  async function attempt(work) {
    running += 1;
    const at = image;
    render();
    try {
      await work();
      failure = "";
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      if (image === at) failure = error.message;
    } finally {
      running -= 1;
      render();
    }
  }

  async function load(older = false) {
    const at = image;
    if (!at) return;
    const before = older ? rows.at(-1)?.version : undefined;
    const found = await api.getRevisions(at.id, { before, page_size: PAGE });
    if (image !== at) return;
    rows = older ? [...rows, ...found] : found;
    more = found.length === PAGE;
  }

  /** @param {number} version 0 is the image before its first save @returns {Promise<Box[]>} */
  async function boxesOf(version) {
    if (version === 0 || !image) return [];
    const known = read.get(version);
    if (known) return known;
    const { boxes } = await api.getRevision(image.id, version);
    read.set(version, boxes);
    return boxes;
  }

  /** @param {number} version @returns {Promise<number>} the version before it, 0 when it was the first */
  async function versionBefore(version) {
    const index = rows.findIndex((row) => row.version === version);
    if (index === rows.length - 1 && more) await load(true);
    return rows[index + 1]?.version ?? 0;
  }

  async function compare() {
    const [at, version, asked] = [image, chosen, against];
    if (version === null) return;
    const own = await boxesOf(version);
    const other = asked === "now" ? [...store.all()] : await boxesOf(await versionBefore(version));
    if (image !== at || chosen !== version || against !== asked) return; // another one was chosen meanwhile
    const [before, after] = asked === "now" ? [own, other] : [other, own];
    const differences = differencesOf(before, after);
    const different = new Set(differences.map(({ id }) => id));
    seen = { version, against, differences, same: after.filter(({ id }) => !different.has(id)) };
    canvas.select(null);
    canvas.setBoxesHidden(true);
    changed();
  }

  /** @param {number} version */
  function choose(version) {
    if (version === chosen) {
      close();
      return;
    }
    chosen = version;
    pointed = null;
    void attempt(compare);
  }

  function close() {
    if (chosen === null && !seen) return;
    chosen = seen = pointed = null;
    canvas.setBoxesHidden(false);
    canvas.invalidate();
    changed();
    render();
  }

  /** @param {number} version */
  function restore(version) {
    if (running > 0) return Promise.resolve();
    return attempt(async () => {
      const [at, keeper] = [image, saver()];
      if (!at || !keeper) return;
      if ((await keeper.saveNow()) !== "saved") {
        say("Your last changes are not saved yet: nothing was restored.");
        return;
      }
      const list = await api.restore(at.id, version, keeper.version());
      if (image !== at) return;
      keeper.open(list);
      close();
      await load();
      say(`Version ${version} is back, as version ${list.version}. Restore another one to undo it.`);
    });
  }

  function render() {
    const isShown = seen !== null && seen.version === chosen && seen.against === against;
    view.update({
      rows,
      more,
      busy: running > 0,
      failure,
      chosen,
      against,
      differences: isShown && seen ? seen.differences : null,
      mayRestore: mayRestore(),
    });
    canvas.invalidate();
  }

  return {
    show(next) {
      close();
      image = next;
      rows = [];
      more = false;
      failure = "";
      read.clear();
      render();
      if (tabs.chosen() === "history") void attempt(() => load());
    },
    tabChanged() {
      if (tabs.chosen() === "history") void attempt(() => load());
      else close();
    },
    looking: () => seen !== null,
    close,
  };
}
