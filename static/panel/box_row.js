// @ts-check
// The rows of the list of boxes: how one is made, where it stands, and which are on the page.
import { element } from "../ui/element.js";
import { severityOf } from "../boxes/severity.js";
import { describeBox, lengthOf, originOf, scoreOf } from "../ui/messages.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */

/** @typedef {{boxes: readonly Box[], selection: readonly string[], hidden: ReadonlySet<string>}} ListState */

const FLAGS = /** @type {const} */ (["difficult", "truncated", "occluded"]);

/**
 * Make the row of a box.
 * @param {Box} box
 * @param {DefectType | undefined} type
 * @param {boolean} scores   whether the detector's score and the severity are shown
 * @returns {HTMLElement}
 */
export function makeRow(box, type, scores) {
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

/**
 * Put a row at its place, and say it to a screen reader.
 * @param {HTMLElement} row
 * @param {{index: number, count: number, top: number, isSelected: boolean}} state
 */
function placeRow(row, { index, count, top, isSelected }) {
  row.style.transform = `translateY(${top}px)`;
  row.setAttribute("aria-posinset", String(index + 1));
  row.setAttribute("aria-setsize", String(count));
  row.setAttribute("aria-selected", String(isSelected));
}

/**
 * Hold the rows that are made. A row is made again only when its box is another value.
 * @param {HTMLElement} sheet
 * @param {(box: Box) => HTMLElement} make
 */
export function createRows(sheet, make) {
  /** @type {Map<string, {box: Box, row: HTMLElement}>} */
  let rows = new Map();
  return {
    /** @param {readonly number[]} wanted indexes @param {ListState} list @param {number} rowScr */
    draw(wanted, { boxes, selection, hidden }, rowScr) {
      const selected = new Set(selection);
      /** @type {typeof rows} */
      const next = new Map();
      for (const index of wanted) {
        const box = boxes[index];
        const known = rows.get(box.id);
        const row = known?.box === box ? known.row : make(box);
        if (known && known.row !== row) known.row.remove();
        placeRow(row, { index, count: boxes.length, top: index * rowScr, isSelected: selected.has(box.id) });
        row.classList.toggle("is-hidden", hidden.has(box.defect_type));
        if (row.parentElement !== sheet) sheet.append(row);
        next.set(box.id, { box, row });
      }
      for (const [id, { row }] of rows) if (!next.has(id)) row.remove();
      rows = next;
    },
    /** @returns {number | undefined} the height of a row that is made */
    measuredScr: () => rows.values().next().value?.row.getBoundingClientRect().height,
  };
}
