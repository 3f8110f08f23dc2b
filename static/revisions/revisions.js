// @ts-check
// The revisions of the open image: who saved it when and why, what changed on the image, and the way back.
import { ApiError, Unreachable } from "../server/api.js";
import { differencesOf } from "./difference.js";
import { find } from "../ui/element.js";
import { paintRevisionOverlay } from "./revision_overlay.js";
import { createRevisionList } from "./revision_list.js";
import { createRevisionReader } from "./revision_reader.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("./difference.js").Difference} Difference */

/** @typedef {import("./revision_reader.js").RevisionReader} RevisionReader */

/**
 * @typedef {object} Revisions
 * @property {(image: {id: string | number} | null) => void} show
 * @property {() => void} tabChanged   the History tab was opened or left
 * @property {() => boolean} isShown   whether a revision is on the canvas, so that nothing can be edited
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
  /** @type {{id: string | number} | null} */
  let image = null;
  let reader = createRevisionReader(api, null);
  const calls = createCalls({ render, image: () => image });
  const { attempt } = calls;
  /** @type {number | null} */
  let chosen = null;
  /** @type {"before" | "now"} */
  let against = "before";
  /** @type {Comparison | null} what is on the canvas */
  let seen = null;
  let pointed = /** @type {string | null} */ (null);

  const view = createRevisionList(find("[data-history]", root), {
    ...{ choose, close, restore: (version) => void restore(version) },
    compareWith(other) {
      against = other;
      void attempt(compare);
    },
    again: () => void attempt(() => (chosen === null ? reader.load() : compare())),
    older: () => void attempt(() => reader.load({ older: true })),
    point({ id }) {
      pointed = id;
      canvas.invalidate();
    },
    bring: ({ before, after }) => canvas.centerOn(/** @type {Box} */ (after ?? before)),
  });
  showOn({ canvas, root, say, close, seen: () => seen && { ...seen, chosen: pointed } });

  async function compare() {
    const [at, version, asked] = [image, chosen, against];
    if (version === null) return;
    const comparison = await compareRevision(reader, version, asked, store);
    if (image !== at || chosen !== version || against !== asked) return; // another one was chosen meanwhile
    seen = comparison;
    canvas.select(null);
    canvas.setBoxesHidden(true);
    changed();
  }

  /** @param {number} version */
  function choose(version) {
    if (version === chosen) return close();
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
  async function restore(version) {
    const [at, current] = [image, saver()];
    if (calls.busy() || !at || !current) return;
    await attempt(async () => {
      const list = await restoreVersion({ api, imageId: at.id, version, saver: current, say });
      if (!list || image !== at) return;
      current.open(list);
      close();
      await reader.load();
      say(`Version ${version} is back, as version ${list.version}. Restore another one to undo it.`);
    });
  }

  function render() {
    const isShown = seen !== null && seen.version === chosen && seen.against === against;
    const differences = isShown && seen ? seen.differences : null;
    const [rows, more, busy] = [reader.rows(), reader.more(), calls.busy()];
    view.update({ rows, more, busy, failure: calls.failure(), chosen, against, differences, mayRestore: mayRestore() });
    canvas.invalidate();
  }

  const loadIfShown = () => tabs.chosen() === "history" && void attempt(() => reader.load());
  return {
    show(next) {
      close();
      image = next;
      reader = createRevisionReader(api, next?.id ?? null);
      calls.forget();
      render();
      loadIfShown();
    },
    tabChanged() {
      if (tabs.chosen() === "history") loadIfShown();
      else close();
    },
    isShown: () => seen !== null,
    close,
  };
}

/**
 * Count the calls that are on their way, and remember the sentence of one that failed.
 * @param {object} parts
 * @param {() => void} parts.render
 * @param {() => object | null} parts.image   the open one: a failure about another one is not shown
 */
function createCalls({ render, image }) {
  let running = 0;
  let failure = "";
  return {
    busy: () => running > 0,
    failure: () => failure,
    forget: () => void (failure = ""),
    /** @param {() => Promise<void>} work */
    async attempt(work) {
      running += 1;
      const at = image();
      render();
      try {
        await work();
        failure = "";
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
        if (image() === at) failure = error.message;
      } finally {
        running -= 1;
        render();
      }
    },
  };
}

/**
 * Restore a version when all that the person did is saved.
 * @param {object} parts
 * @param {Pick<import("../server/api.js").Api, "restore">} parts.api
 * @param {string | number} parts.imageId
 * @param {number} parts.version
 * @param {import("../saving/saver.js").Saver} parts.saver
 * @param {(text: string) => void} parts.say
 * @returns {Promise<import("../boxes/types.js").BoxList | null>} the restored list; `null` where nothing was restored
 */
async function restoreVersion({ api, imageId, version, saver, say }) {
  if ((await saver.saveNow()) === "saved") return api.restore(imageId, version, saver.version());
  say("Your last changes are not saved yet: nothing was restored.");
  return null;
}

/** @typedef {{version: number, against: "before" | "now", differences: Difference[], same: Box[]}} Comparison */

/**
 * Compare a revision with the one before it, or with the boxes on the page.
 * @param {RevisionReader} reader
 * @param {number} version
 * @param {"before" | "now"} against
 * @param {import("../boxes/store.js").Store} store
 * @returns {Promise<Comparison>}
 */
async function compareRevision(reader, version, against, store) {
  const own = await reader.boxesOf(version);
  const other = against === "now" ? [...store.all()] : await reader.boxesOf(await reader.versionBefore(version));
  const [before, after] = against === "now" ? [own, other] : [other, own];
  const differences = differencesOf(before, after);
  const different = new Set(differences.map(({ id }) => id));
  return { version, against, differences, same: after.filter(({ id }) => !different.has(id)) };
}

/**
 * Paint the revision over the image; while it is there, the image takes no press, and Escape closes it.
 * @param {object} parts
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {HTMLElement} parts.root
 * @param {(text: string) => void} parts.say
 * @param {() => void} parts.close
 * @param {() => {differences: Difference[], same: Box[], chosen: string | null} | null} parts.seen
 */
function showOn({ canvas, root, say, close, seen }) {
  canvas.addLayer({
    paint(context, _sizeScr, view) {
      const shown = seen();
      if (shown) paintRevisionOverlay(context, view, shown);
    },
    press() {
      if (!seen()) return false;
      say("An older version is shown; Escape goes back to work.");
      return true;
    },
  });
  find("canvas", root).addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !seen()) return;
    event.stopPropagation();
    close();
  });
}
