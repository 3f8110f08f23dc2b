// @ts-check
// The drawer beside the gallery: what the selected images hold, or all that pass the filter.

import { images } from "./bulk.js";
import { make } from "../csv.js";
import { post } from "../rest.js";

/**
 * @typedef {{ name: string, color: string, graded: boolean, boxes: number, human: number, model: number,
 *   grades: Record<string, number>, sizes: number[] }} TypeRow
 * @typedef {{ images: number, without_boxes: number, boxes: number, states: Record<string, number>,
 *   splits: Record<string, number>, sizes: { upto: number[], boxes: number[] }, types: TypeRow[] }} Summary
 */

/**
 * @param {HTMLElement} drawer
 * @param {string} address
 */
export function createStatistics(drawer, address) {
  const body = /** @type {HTMLElement} */ (drawer.querySelector("[data-statistics-body]"));
  /** @type {Element | null} */
  let opener = null;
  let turn = 0;

  function close() {
    drawer.hidden = true;
    if (opener instanceof HTMLElement) opener.focus();
  }

  /**
   * @param {import("./bulk.js").Chosen} chosen
   * @param {string} of  whose statistics these are, for the title
   */
  async function open(chosen, of) {
    opener = document.activeElement;
    const mine = ++turn;
    drawer.hidden = false;
    body.replaceChildren(make("p", "soft", "Counting …"));
    drawer.focus();
    try {
      /** @type {Summary} */
      const summary = await post(address, chosen);
      if (mine === turn) body.replaceChildren(...partsOf(summary, of));
    } catch (error) {
      const why = /** @type {Error} */ (error).message;
      if (mine === turn) body.replaceChildren(make("p", "note error", `The statistics could not be counted: ${why}.`));
    }
  }

  drawer.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-close-statistics]")) close();
  });
  drawer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  return { open, close };
}

/** @param {Summary} summary @param {string} of */
function partsOf(summary, of) {
  const { types, sizes } = summary;
  const number = (/** @type {number} */ count) => count.toLocaleString("en");
  const bare = summary.without_boxes ? `, ${number(summary.without_boxes)} of them without a box` : "";
  const boxes = `${number(summary.boxes)} ${summary.boxes === 1 ? "box" : "boxes"}`;
  const parts = [make("p", "soft", of), make("p", "", `${images(summary.images)}${bare}, ${boxes}.`)];
  parts.push(countsOf("By state", summary.states), countsOf("By split", summary.splits));
  if (!summary.boxes) return [...parts, make("p", "soft", "No boxes to count yet.")];
  parts.push(make("h3", "", "Boxes by type"), typesTable(types));
  const edges = sizes.upto.map((upto, place) => (place ? `${sizes.upto[place - 1]}–${upto}` : `under ${upto}`));
  edges.push(`${sizes.upto[sizes.upto.length - 1]} and more`);
  parts.push(
    make("h3", "", "Size of the boxes"),
    make("p", "small soft", "Square root of the area, in pixels of the original."),
    bars(edges.map((label, place) => [label, sizes.boxes[place]])),
  );
  for (const kind of types.filter((one) => one.graded && one.boxes)) {
    parts.push(make("h3", "", `Grades of ${kind.name}`));
    const rows = Object.entries(kind.grades).map(([grade, count]) => [grade ? `grade ${grade}` : "no grade yet", count]);
    parts.push(bars(/** @type {[string, number][]} */ (rows)));
  }
  return parts;
}

/** @param {string} title @param {Record<string, number>} counts */
function countsOf(title, counts) {
  const said = Object.entries(counts)
    .filter(([, count]) => count)
    .map(([name, count]) => `${name.replace("_", " ")} ${count.toLocaleString("en")}`);
  return make("p", "small", `${title}: ${said.join(" · ") || "none"}`);
}

/** @param {TypeRow[]} types */
function typesTable(types) {
  const table = make("table", "data small");
  const head = make("tr");
  for (const name of ["Type", "Boxes", "People", "Models"]) {
    const cell = make("th", name === "Type" ? "" : "number", name);
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  table.append(make("thead"), make("tbody"));
  table.firstElementChild?.append(head);
  for (const kind of types) {
    const row = make("tr");
    const name = make("th", "wrap");
    name.setAttribute("scope", "row");
    const mark = make("span", "type", kind.name);
    mark.style.setProperty("--type-color", kind.color);
    name.append(mark);
    row.append(name);
    for (const count of [kind.boxes, kind.human, kind.model]) row.append(make("td", "number", count.toLocaleString("en")));
    table.lastElementChild?.append(row);
  }
  const scroll = make("div", "scroll");
  scroll.append(table);
  return scroll;
}

/** @param {[string, number][]} rows */
function bars(rows) {
  const most = Math.max(1, ...rows.map(([, count]) => count));
  const list = make("dl", "mini-bars small");
  for (const [label, count] of rows) {
    const value = make("dd");
    const bar = make("span", "mini-bar");
    bar.style.setProperty("--share", String(count / most));
    value.append(bar, make("span", "", count.toLocaleString("en")));
    list.append(make("dt", "", label), value);
  }
  return list;
}
