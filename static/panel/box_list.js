// @ts-check
// The list of the image's boxes: a listbox that selects what it names. Only the rows in sight are made, so that
// thousands of boxes cost no more than a few.
import { element } from "../ui/element.js";
import { createRows, makeRow } from "./box_row.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */

/** @typedef {import("./box_row.js").ListState} ListState */
/** @typedef {{update: (state: ListState) => void}} BoxListView */

/** Rows that are made above and below those in sight. */
const SPARE = 6;
/** Until the first row was measured. */
const ROW_SCR = 48;

/**
 * Say which rows of a list to make.
 * @param {{count: number, rowScr: number, topScr: number, heightScr: number}} list topScr: how far it is scrolled
 * @returns {{from: number, to: number}} half-open
 */
export function rowsInSight({ count, rowScr, topScr, heightScr }) {
  const from = Math.max(0, Math.floor(topScr / rowScr) - SPARE);
  const to = Math.min(count, Math.ceil((topScr + heightScr) / rowScr) + SPARE);
  return { from: Math.min(from, Math.max(0, to)), to: Math.max(0, to) };
}

/**
 * @param {HTMLElement} place  an element of role listbox
 * @param {object} parts
 * @param {(name: string) => DefectType | undefined} parts.typeOf
 * @param {(ids: readonly string[]) => void} parts.select
 * @param {(id: string) => void} parts.toggle
 * @param {boolean} [parts.scores]  whether the detector's score is shown
 * @returns {BoxListView}
 */
export function createBoxList(place, { typeOf, select, toggle, scores = false }) {
  const sheet = element("div", { class: "box-sheet", role: "presentation" });
  place.replaceChildren(sheet);
  place.setAttribute("aria-multiselectable", "true");
  const rows = createRows(sheet, (box) => makeRow(box, typeOf(box.defect_type), scores));
  /** @type {readonly Box[]} */
  let shown = [];
  /** @type {readonly string[]} */
  let selection = [];
  /** @type {ReadonlySet<string>} */
  let hidden = new Set();
  let rowScr = ROW_SCR;
  // Kept here: asking the page for them would make the browser lay it out at every change.
  let topScr = 0;
  let heightScr = 0;
  let isMeasured = false;
  let frame = 0;

  const indexOf = (/** @type {string | undefined} */ id) => shown.findIndex((box) => box.id === id);

  followClicks(place, { select, toggle, rangeTo: (id) => rangeTo(shown, selection.at(-1), id) });
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = rowForKey(event.key, indexOf(selection.at(-1)), shown.length);
    if (index === null) return;
    event.preventDefault();
    event.stopPropagation();
    const next = shown[index];
    if (next) select(event.shiftKey ? [...selection.filter((id) => id !== next.id), next.id] : [next.id]);
  });
  function drawSoon() {
    frame ||= requestAnimationFrame(draw);
  }
  place.addEventListener(
    "scroll",
    () => {
      topScr = place.scrollTop;
      drawSoon();
    },
    { passive: true },
  );
  new ResizeObserver(() => {
    heightScr = place.clientHeight;
    isMeasured = false;
    drawSoon();
  }).observe(place);

  function draw() {
    frame = 0;
    const { from, to } = rowsInSight({ count: shown.length, rowScr, topScr, heightScr });
    const lead = indexOf(selection.at(-1));
    // A screen reader is sent to the selected row by its id: it is made, wherever it stands.
    const wanted = lead >= 0 && (lead < from || lead >= to) ? [lead] : [];
    for (let index = from; index < to; index += 1) wanted.push(index);
    rows.draw(wanted, { boxes: shown, selection, hidden }, rowScr);
    measure();
  }

  /** Rows grow with the text's size, and the list with them; one that was made says how high they are. */
  function measure() {
    const height = isMeasured ? 0 : rows.measuredScr();
    if (!height) return;
    isMeasured = true;
    if (Math.abs(height - rowScr) < 0.5) return;
    rowScr = height;
    sheet.style.height = `${shown.length * rowScr}px`;
    drawSoon();
  }

  /** @param {number} index brought in sight by scrolling this list, and nothing around it */
  function reveal(index) {
    const top = index * rowScr;
    if (top < topScr) topScr = top;
    else if (top + rowScr > topScr + heightScr) topScr = top + rowScr - heightScr;
    else return;
    place.scrollTop = topScr;
  }

  return {
    update(state) {
      const lead = state.selection.at(-1);
      const isNews = lead !== undefined && lead !== selection.at(-1);
      if (state.boxes.length !== shown.length) sheet.style.height = `${state.boxes.length * rowScr}px`;
      ({ boxes: shown, selection, hidden } = state);
      place.classList.toggle("is-empty", shown.length === 0);
      if (isNews && indexOf(lead) >= 0) reveal(indexOf(lead));
      draw();
      if (lead) place.setAttribute("aria-activedescendant", `box-${lead}`);
      else place.removeAttribute("aria-activedescendant");
    },
  };
}

/**
 * Find the row that a key leads to.
 * @param {string} key
 * @param {number} index   of the row that is selected, -1 for none
 * @param {number} count
 * @returns {number | null} null for a key that does not walk; it may lie outside of the list
 */
export function rowForKey(key, index, count) {
  if (key === "ArrowDown") return index + 1;
  if (key === "ArrowUp") return index < 0 ? count - 1 : index - 1;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

/**
 * @param {HTMLElement} place
 * @param {{select: (ids: readonly string[]) => void, toggle: (id: string) => void, rangeTo: (id: string) => string[]}} calls
 */
function followClicks(place, { select, toggle, rangeTo }) {
  place.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest("[data-box]") : null;
    const id = row instanceof HTMLElement ? row.dataset.box : undefined;
    if (!id) return;
    if (event.ctrlKey || event.metaKey) toggle(id);
    else if (event.shiftKey) select(rangeTo(id));
    else select([id]);
  });
}

/**
 * List the boxes from the row that was selected last to another one, which comes last.
 * @param {readonly Box[]} boxes
 * @param {string | undefined} lead
 * @param {string} id
 * @returns {string[]}
 */
export function rangeTo(boxes, lead, id) {
  const to = boxes.findIndex((box) => box.id === id);
  const from = Math.max(0, boxes.findIndex((box) => box.id === lead));
  const range = boxes.slice(Math.min(from, to), Math.max(from, to) + 1).map((box) => box.id);
  return [...range.filter((known) => known !== id), id];
}
