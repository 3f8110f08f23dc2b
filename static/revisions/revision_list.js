// @ts-check
// The history of an image as a list, and what one revision changed, in words.
import { countDifferences, describeDifference } from "./difference.js";
import { element } from "../ui/element.js";
import { keepingFocus } from "../ui/focus.js";
import { timeAgo } from "../comments/threads.js";
import { countOf } from "../ui/messages.js";

/** @typedef {import("./difference.js").Difference} Difference */

/**
 * @typedef {{version: number, author: string | null, reason: string, created_at: string, box_count: number}} Revision
 */

/** @typedef {"before" | "now"} Against  what a revision is compared with: the one before it, or the present */

/**
 * @typedef {object} ViewState
 * @property {readonly Revision[]} rows    newest first
 * @property {boolean} more                whether older ones can be asked for
 * @property {boolean} busy
 * @property {string} failure
 * @property {number | null} chosen
 * @property {Against} against
 * @property {readonly Difference[] | null} differences   null while they are being read
 * @property {boolean} mayRestore
 */

/**
 * @typedef {object} ViewCalls
 * @property {(version: number) => void} choose
 * @property {(against: Against) => void} compareWith
 * @property {(version: number) => void} restore
 * @property {() => void} close
 * @property {() => void} again
 * @property {() => void} older
 * @property {(difference: Difference) => void} point   show which box is meant
 * @property {(difference: Difference) => void} bring   bring the box in sight
 */

const LEGEND =
  "On the image: + added, − removed and crossed, ~ changed with its old place dotted, thin gray as before.";
const EMPTY =
  "No version yet. Every save adds one here: draw a box, and you can look at what changed and go back to it.";

/**
 * @param {HTMLElement} place
 * @param {ViewCalls} calls
 * @returns {{update: (state: ViewState) => void}}
 */
export function createRevisionList(place, calls) {
  const view = { place, calls };
  return {
    update(state) {
      const { rows, more, busy, failure, chosen } = state;
      keepingFocus(place, () => {
        place.replaceChildren(
          ...(failure ? [trouble(view, failure, busy)] : []),
          ...(chosen === null ? [] : [detail(view, chosen, state)]),
          rows.length > 0 ? list(view, state) : element("p", { class: "soft empty-words" }, busy ? "Loading…" : EMPTY),
          ...(more ? [button("Show older versions", "more", calls.older, busy)] : []),
        );
      });
    },
  };
}

/** @typedef {{place: HTMLElement, calls: ViewCalls}} View */

/** @param {View} view @param {string} words @param {boolean} busy */
function trouble(view, words, busy) {
  return element(
    "p",
    { class: "note error small", role: "alert" },
    element("span", { class: "grow" }, words),
    button("Try again", "again", view.calls.again, busy),
  );
}

/** @param {View} view @param {ViewState} state */
function list(view, { rows, more, chosen }) {
  const items = rows.map((row, index) => {
    const before = rows[index + 1]?.box_count ?? (more ? row.box_count : 0);
    return element("li", {}, rowButton(view, row, { pressed: row.version === chosen, added: row.box_count - before }));
  });
  return element("ol", { class: "revisions", "aria-label": "Versions, newest first", keydown: (/** @type {KeyboardEvent} */ event) => walk(view, event) }, ...items);
}

/** @param {View} view @param {Revision} row @param {{pressed: boolean, added: number}} look */
function rowButton(view, row, { pressed, added }) {
  return element(
    "button",
    {
      type: "button",
      class: "revision",
      "aria-pressed": String(pressed),
      "data-key": `version ${row.version}`,
      "data-own-focus": true,
      click: () => view.calls.choose(row.version),
    },
    element("span", { class: "mono" }, String(row.version)),
    element(
      "span",
      { class: "revision-words" },
      element("span", {}, reasonText(row.reason)),
      element(
        "span",
        { class: "soft small", title: new Date(row.created_at).toLocaleString() },
        `${row.author ?? "Blemish"}, ${timeAgo(row.created_at)}`,
      ),
    ),
    element("span", { class: "small soft" }, `${countOf(row.box_count, "box", "boxes")}${signed(added)}`),
  );
}

/** @param {View} view @param {number} version @param {ViewState} state */
function detail(view, version, { against, differences, mayRestore, busy }) {
  return element(
    "div",
    { class: "revision-detail", role: "group", "aria-label": `Version ${version}`, keydown: (/** @type {KeyboardEvent} */ event) => leaveByEscape(view, event) },
    element("h3", {}, `Version ${version}`),
    element(
      "div",
      { class: "row", role: "radiogroup", "aria-label": "Compare" },
      radio(view, "What it changed", "before", against, busy),
      radio(view, "What changed since", "now", against, busy),
    ),
    element("p", { role: "status" }, differences ? countDifferences(differences) : busy ? "Loading…" : "Not loaded."),
    element("ul", { class: "differences small" }, ...(differences ?? []).map((difference) => differenceRow(view, difference))),
    differences?.length ? element("p", { class: "legend small soft" }, LEGEND) : null,
    element(
      "div",
      { class: "row" },
      button(`Restore version ${version}`, "restore", () => view.calls.restore(version), busy || !mayRestore),
      button("Back to work", "back", view.calls.close, busy),
    ),
  );
}

/** @param {View} view @param {Difference} difference */
function differenceRow(view, difference) {
  const point = () => view.calls.point(difference);
  return element(
    "li",
    { "data-kind": difference.kinds[0] },
    element(
      "button",
      {
        type: "button",
        class: "link",
        "data-own-focus": true,
        "data-key": `box ${difference.id}`,
        focus: point,
        mouseenter: point,
        click: () => view.calls.bring(difference),
      },
      describeDifference(difference),
    ),
  );
}

/** @param {View} view @param {string} label @param {Against} value @param {Against} against @param {boolean} busy */
function radio(view, label, value, against, busy) {
  const input = element("input", {
    type: "radio",
    name: "against",
    "data-key": `against ${value}`,
    checked: against === value,
    disabled: busy,
    change: () => view.calls.compareWith(value),
  });
  return element("label", { class: "check", "data-own-focus": true }, input, label);
}

/** @param {View} view @param {KeyboardEvent} event */
function walk(view, event) {
  leaveByEscape(view, event);
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  // The arrows belong to the list here, not to the box that is selected.
  event.preventDefault();
  event.stopPropagation();
  const all = /** @type {HTMLElement[]} */ ([...view.place.querySelectorAll("button.revision")]);
  const at = all.findIndex((item) => item === document.activeElement);
  all[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), all.length - 1)]?.focus();
}

/** @param {View} view @param {KeyboardEvent} event */
function leaveByEscape(view, event) {
  if (event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  view.calls.close();
}

/** @param {string} label @param {string} key @param {() => void} click @param {boolean} disabled */
function button(label, key, click, disabled) {
  const own = { type: "button", class: "button small", "data-key": key, "data-own-focus": true, disabled, click };
  return element("button", own, label);
}

/**
 * Say why a revision was made.
 * @param {string} reason  as the server keeps it
 * @returns {string}
 */
export function reasonText(reason) {
  const restored = /^restore of version (\d+)$/.exec(reason);
  if (restored) return restored[1] === "0" ? "Restored the image without boxes" : `Restored version ${restored[1]}`;
  return reason === "save" ? "Saved" : reason.charAt(0).toUpperCase() + reason.slice(1);
}

/** @param {number} count @returns {string} */
function signed(count) {
  if (count === 0) return "";
  return count > 0 ? ` (+${count})` : ` (−${-count})`;
}
