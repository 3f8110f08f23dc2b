// @ts-check
// The list of the image's boxes: a listbox that selects what it names. Only the rows in sight are made, so that
// thousands of boxes cost no more than a few.
import { element } from "../ui/element.js";
import { severityOf } from "../boxes/severity.js";
import { describeBox, lengthOf, originOf, scoreOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */

/**
 * @typedef {object} BoxListView
 * @property {(state: {boxes: readonly Box[], selection: readonly string[], hidden: ReadonlySet<string>}) => void} update
 */

/** Rows that are made above and below those in sight. */
const SPARE = 6;
/** Until the first row was measured. */
const ROW_SCR = 48;
const FLAGS = /** @type {const} */ (["difficult", "truncated", "occluded"]);

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
  /** @type {Map<string, {box: Box, row: HTMLElement}>} the rows that are made */
  let rows = new Map();
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

  place.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest("[data-box]") : null;
    const id = row instanceof HTMLElement ? row.dataset.box : undefined;
    if (!id) return;
    if (event.ctrlKey || event.metaKey) toggle(id);
    else if (event.shiftKey) select(rangeTo(id));
    else select([id]);
  });
  place.addEventListener("keydown", (event) => {
    const index = indexOf(selection.at(-1));
    const steps = /** @type {Record<string, number>} */ ({
      ArrowDown: index + 1,
      ArrowUp: index < 0 ? shown.length - 1 : index - 1,
      Home: 0,
      End: shown.length - 1,
    });
    if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const next = shown[steps[event.key]];
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

  /** @param {string} id @returns {string[]} from the row that was selected last to this one */
  function rangeTo(id) {
    const to = indexOf(id);
    const from = Math.max(0, indexOf(selection.at(-1)));
    const range = shown.slice(Math.min(from, to), Math.max(from, to) + 1).map((box) => box.id);
    return [...range.filter((known) => known !== id), id];
  }

  /** @param {Box} box @returns {HTMLElement} */
  function makeRow(box) {
    const type = typeOf(box.defect_type);
    const severity = severityOf(box, type);
    const more = [
      `${lengthOf(box.xmax - box.xmin)} × ${lengthOf(box.ymax - box.ymin)}`,
      ...FLAGS.filter((flag) => box[flag]),
      originOf(box),
    ];
    return element(
      "div",
      { role: "option", id: `box-${box.id}`, class: "box-row", "data-box": box.id, "aria-label": describeBox(box, type) },
      element(
        "span",
        { class: "box-row-main" },
        element("span", { class: "type", "--type-color": type?.color ?? "#999999" }, box.defect_type),
        box.grade !== null ? element("span", { class: "grade-mark" }, `grade ${box.grade}`) : null,
        type?.graded && box.grade === null ? element("span", { class: "grade-mark missing" }, "no grade") : null,
      ),
      element(
        "span",
        { class: "box-row-more soft small" },
        element("span", { class: "cut" }, more.join(" · ")),
        scores && typeof box.score === "number"
          ? element("span", { class: "score", "--s": box.score }, `score ${scoreOf(box.score)}`)
          : null,
        scores && severity
          ? element("span", { class: "severity", "--s": severity.severity }, severity.severity.toFixed(2))
          : null,
      ),
    );
  }

  function draw() {
    frame = 0;
    const { from, to } = rowsInSight({ count: shown.length, rowScr, topScr, heightScr });
    const lead = indexOf(selection.at(-1));
    // A screen reader is sent to the selected row by its id: it is made, wherever it stands.
    const wanted = lead >= 0 && (lead < from || lead >= to) ? [lead] : [];
    for (let index = from; index < to; index += 1) wanted.push(index);
    const selected = new Set(selection);
    /** @type {typeof rows} */
    const next = new Map();
    for (const index of wanted) {
      const box = shown[index];
      const known = rows.get(box.id);
      const row = known?.box === box ? known.row : makeRow(box);
      if (known && known.row !== row) known.row.remove();
      placeRow(row, { index, count: shown.length, top: index * rowScr, isSelected: selected.has(box.id) });
      row.classList.toggle("is-hidden", hidden.has(box.defect_type));
      if (row.parentElement !== sheet) sheet.append(row);
      next.set(box.id, { box, row });
    }
    for (const [id, { row }] of rows) if (!next.has(id)) row.remove();
    rows = next;
    measure();
  }

  /** Rows grow with the text's size, and the list with them; one that was made says how high they are. */
  function measure() {
    const height = isMeasured ? 0 : rows.values().next().value?.row.getBoundingClientRect().height;
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
 * Tell a row, and who reads it, where it stands.
 * @param {HTMLElement} row
 * @param {{index: number, count: number, top: number, isSelected: boolean}} state
 */
function placeRow(row, { index, count, top, isSelected }) {
  row.style.transform = `translateY(${top}px)`;
  row.setAttribute("aria-posinset", String(index + 1));
  row.setAttribute("aria-setsize", String(count));
  row.setAttribute("aria-selected", String(isSelected));
}
