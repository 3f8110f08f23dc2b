// @ts-check
// The list of the image's boxes: a listbox that selects what it names.
import { element } from "./element.js";
import { severityOf } from "./severity.js";
import { describeBox, lengthOf, scoreOf } from "./words.js";

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").DefectType} DefectType */

/**
 * @typedef {object} BoxListView
 * @property {(boxes: readonly Box[], selected: string | null) => void} update
 */

/**
 * @param {HTMLElement} place  an element of role listbox
 * @param {object} parts
 * @param {(name: string) => DefectType | undefined} parts.typeOf
 * @param {(id: string) => void} parts.select
 * @param {boolean} [parts.scores]  whether the detector's score is shown
 * @returns {BoxListView}
 */
export function createBoxList(place, { typeOf, select, scores = false }) {
  /** @type {Map<string, {box: Box, row: HTMLElement}>} */
  const rows = new Map();
  /** @type {readonly Box[]} */
  let shown = [];
  /** @type {string | null} */
  let marked = null;

  place.addEventListener("click", (event) => {
    const row = event.target instanceof Element ? event.target.closest("[data-box]") : null;
    if (row instanceof HTMLElement && row.dataset.box) select(row.dataset.box);
  });
  place.addEventListener("keydown", (event) => {
    const index = shown.findIndex(({ id }) => id === marked);
    const steps = /** @type {Record<string, number>} */ ({
      ArrowDown: index + 1,
      ArrowUp: index < 0 ? shown.length - 1 : index - 1,
      Home: 0,
      End: shown.length - 1,
    });
    const next = shown[steps[event.key]];
    if (!(event.key in steps)) return;
    event.preventDefault();
    event.stopPropagation();
    if (next) select(next.id);
  });

  /** @param {Box} box @returns {HTMLElement} */
  function makeRow(box) {
    const type = typeOf(box.defect_type);
    const severity = severityOf(box, type);
    const flags = (/** @type {const} */ (["difficult", "truncated", "occluded"])).filter((flag) => box[flag]);
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
        `${lengthOf(box.xmax - box.xmin)} × ${lengthOf(box.ymax - box.ymin)}`,
        ...flags.map((flag) => ` · ${flag}`),
        scores && typeof box.score === "number"
          ? element("span", { class: "score", "--s": box.score }, `score ${scoreOf(box.score)}`)
          : null,
        scores && severity
          ? element("span", { class: "severity", "--s": severity.severity }, severity.severity.toFixed(2))
          : null,
      ),
    );
  }

  return {
    update(boxes, selected) {
      const ids = new Set(boxes.map(({ id }) => id));
      for (const [id, { row }] of rows) {
        if (ids.has(id)) continue;
        row.remove();
        rows.delete(id);
      }
      boxes.forEach((box, index) => {
        const known = rows.get(box.id);
        let row = known?.row;
        if (!row || known?.box !== box) {
          row = makeRow(box);
          known?.row.replaceWith(row);
          rows.set(box.id, { box, row });
        }
        if (place.children[index] !== row) place.insertBefore(row, place.children[index] ?? null);
        row.setAttribute("aria-selected", String(box.id === selected));
      });
      const row = selected === marked || !selected ? undefined : rows.get(selected)?.row;
      if (row) keepInSight(place, row);
      if (selected) place.setAttribute("aria-activedescendant", `box-${selected}`);
      else place.removeAttribute("aria-activedescendant");
      shown = boxes;
      marked = selected;
    },
  };
}

/**
 * Scroll a list, and nothing around it, until a row can be seen.
 * @param {HTMLElement} list
 * @param {HTMLElement} row
 */
function keepInSight(list, row) {
  const top = row.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + row.offsetHeight > list.scrollTop + list.clientHeight) {
    list.scrollTop = top + row.offsetHeight - list.clientHeight;
  }
}
