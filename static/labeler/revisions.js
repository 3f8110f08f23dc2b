// @ts-check
// The revisions of the open image: who saved it when and why, what changed on the image, and the way back.
import { ApiError, Unreachable } from "./api.js";
import { countDifferences, describeDifference, differencesOf } from "./difference.js";
import { element, find } from "./element.js";
import { paintGhosts } from "./ghosts.js";
import { keepingFocus } from "./threadlist.js";
import { agoWords } from "./threads.js";
import { countOf } from "./words.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./difference.js").Difference} Difference */

/**
 * @typedef {{version: number, author: string | null, reason: string, created_at: string, box_count: number}} Revision
 */

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
 * @param {Pick<import("./api.js").Api, "getRevisions" | "getRevision" | "restore">} parts.api
 * @param {import("./stage.js").Stage} parts.stage
 * @param {import("./store.js").Store} parts.store
 * @param {import("./tabs.js").Tabs} parts.tabs
 * @param {() => import("./saver.js").Saver | undefined} parts.saver
 * @param {() => boolean} parts.mayRestore
 * @param {(text: string) => void} parts.say
 * @param {() => void} parts.changed   a revision came on the canvas, or went
 * @returns {Revisions}
 */
export function createRevisions({ root, api, stage, store, tabs, saver, mayRestore, say, changed }) {
  const place = find("[data-history]", root);
  /** @type {{id: string | number} | null} */
  let image = null;
  /** @type {Revision[]} */
  let rows = [];
  let more = false;
  let busy = false;
  let failure = "";
  /** @type {number | null} */
  let chosen = null;
  /** @type {"before" | "now"} */
  let against = "before";
  /** @type {{differences: Difference[], same: Box[]} | null} */
  let seen = null;
  /** @type {string | null} */
  let pointed = null;
  /** @type {Map<number, Box[]>} revisions never change, so what was read stays true */
  const read = new Map();

  stage.addLayer({
    paint(context, _sizeScr, view) {
      if (seen) paintGhosts(context, view, { ...seen, chosen: pointed });
    },
    press() {
      if (!seen) return false;
      say("An older version is shown. Escape in the list goes back to work.");
      return true;
    },
  });

  /** @param {() => Promise<void>} work one at a time, its failure told */
  async function attempt(work) {
    if (busy) return;
    busy = true;
    const at = image;
    render();
    try {
      await work();
      failure = "";
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      if (image === at) failure = error.message;
    } finally {
      busy = false;
      render();
    }
  }

  /** @param {{older?: boolean}} [options] */
  async function load({ older = false } = {}) {
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
    if (index === rows.length - 1 && more) await load({ older: true });
    return rows[index + 1]?.version ?? 0;
  }

  async function compare() {
    const [at, version] = [image, chosen];
    if (version === null) return;
    const own = await boxesOf(version);
    const other = against === "now" ? [...store.all()] : await boxesOf(await versionBefore(version));
    if (image !== at || chosen !== version) return;
    const [before, after] = against === "now" ? [own, other] : [other, own];
    const differences = differencesOf(before, after);
    const different = new Set(differences.map(({ id }) => id));
    seen = { differences, same: after.filter(({ id }) => !different.has(id)) };
    stage.select(null);
    stage.setBoxesHidden(true);
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
    stage.setBoxesHidden(false);
    stage.invalidate();
    changed();
    render();
  }

  /** @param {number} version */
  function restore(version) {
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
    keepingFocus(place, () => {
      place.replaceChildren(
        ...(failure ? [trouble()] : []),
        ...(chosen === null ? [] : [detail(chosen)]),
        rows.length > 0 ? list() : empty(),
        ...(more ? [button("Show older versions", "more", () => void attempt(() => load({ older: true })))] : []),
      );
    });
    stage.invalidate();
  }

  function trouble() {
    return element(
      "p",
      { class: "note error small", role: "alert" },
      element("span", { class: "grow" }, failure),
      button("Try again", "again", () => void attempt(() => load())),
    );
  }

  function empty() {
    const words = busy
      ? "Loading…"
      : "No version yet. Every save adds one here: draw a box, and you can look at what changed and go back to it.";
    return element("p", { class: "soft empty-words" }, words);
  }

  function list() {
    return element(
      "ol",
      { class: "revisions", "aria-label": "Versions, newest first", keydown: walk },
      ...rows.map((row, index) => {
        const added = row.box_count - (rows[index + 1]?.box_count ?? (more ? row.box_count : 0));
        return element(
          "li",
          {},
          element(
            "button",
            {
              type: "button",
              class: "revision",
              "aria-pressed": String(row.version === chosen),
              "data-key": `version ${row.version}`,
              "data-own-focus": true,
              click: () => choose(row.version),
            },
            element("span", { class: "mono" }, String(row.version)),
            element(
              "span",
              { class: "revision-words" },
              element("span", {}, reasonWords(row.reason)),
              element(
                "span",
                { class: "soft small", title: new Date(row.created_at).toLocaleString() },
                `${row.author ?? "Blemish"}, ${agoWords(row.created_at)}`,
              ),
            ),
            element("span", { class: "small soft" }, `${countOf(row.box_count, "box", "boxes")}${signed(added)}`),
          ),
        );
      }),
    );
  }

  /** @param {number} version */
  function detail(version) {
    const words = seen?.differences ?? [];
    return element(
      "div",
      { class: "revision-detail", role: "group", "aria-label": `Version ${version}`, keydown: leaveByEscape },
      element("h3", {}, `Version ${version}`),
      element(
        "div",
        { class: "row", role: "radiogroup", "aria-label": "Compare" },
        radio("What it changed", "before"),
        radio("What changed since", "now"),
      ),
      element("p", { role: "status" }, seen ? countDifferences(words) : "Loading…"),
      element("ul", { class: "differences small" }, ...words.map(differenceRow)),
      words.length > 0 ? element("p", { class: "legend small soft" }, "On the image: + added, − removed and crossed, ~ changed with its old place dotted, thin gray as before.") : null,
      element(
        "div",
        { class: "row" },
        button(`Restore version ${version}`, "restore", () => void restore(version), !mayRestore()),
        button("Back to work", "back", () => close()),
      ),
    );
  }

  /** @param {Difference} difference */
  function differenceRow(difference) {
    const point = () => {
      pointed = difference.id;
      stage.invalidate();
    };
    const words = describeDifference(difference);
    return element(
      "li",
      { "data-kind": difference.kinds[0] },
      element(
        "button",
        { type: "button", class: "link", "data-own-focus": true, "data-key": `box ${difference.id}`, focus: point, mouseenter: point, click: () => bring(difference) },
        words,
      ),
    );
  }

  /** @param {Difference} difference */
  function bring({ before, after, id }) {
    pointed = id;
    const box = after ?? before;
    if (box) stage.centerOn(box);
  }

  /** @param {string} label @param {"before" | "now"} value */
  function radio(label, value) {
    const input = element("input", {
      type: "radio",
      name: "against",
      "data-key": `against ${value}`,
      checked: against === value,
      disabled: busy,
      change: () => {
        against = value;
        void attempt(compare);
      },
    });
    return element("label", { class: "check", "data-own-focus": true }, input, label);
  }

  /** @param {string} label @param {string} key @param {() => void} click @param {boolean} [disabled] */
  function button(label, key, click, disabled = false) {
    return element(
      "button",
      { type: "button", class: "button small", "data-key": key, "data-own-focus": true, disabled: disabled || busy, click },
      label,
    );
  }

  /** @param {KeyboardEvent} event */
  function walk(event) {
    leaveByEscape(event);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    event.stopPropagation();
    const all = /** @type {HTMLElement[]} */ ([...place.querySelectorAll("button.revision")]);
    const at = all.findIndex((item) => item === document.activeElement);
    all[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), all.length - 1)]?.focus();
  }

  /** @param {KeyboardEvent} event */
  function leaveByEscape(event) {
    if (event.key !== "Escape" || chosen === null) return;
    event.preventDefault();
    event.stopPropagation();
    close();
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

/** @param {string} reason @returns {string} */
export function reasonWords(reason) {
  const restored = /^restore of version (\d+)$/.exec(reason);
  if (restored) return restored[1] === "0" ? "Restored the image without boxes" : `Restored version ${restored[1]}`;
  return reason === "save" ? "Saved" : reason.charAt(0).toUpperCase() + reason.slice(1);
}

/** @param {number} count @returns {string} */
function signed(count) {
  if (count === 0) return "";
  return count > 0 ? ` (+${count})` : ` (−${-count})`;
}
