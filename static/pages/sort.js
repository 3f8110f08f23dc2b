// @ts-check
// Tables that sort by a click on a head; data-value gives what a cell is worth where its text does not.

/** @param {ParentNode} root */
export function makeSortable(root) {
  for (const table of root.querySelectorAll("table[data-sortable]")) {
    const heads = [...table.querySelectorAll("thead th")];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(/** @type {HTMLTableElement} */ (table), column, down ? -1 : 1);
      });
      head.replaceChildren(button);
    });
    table.removeAttribute("data-sortable");
  }
}

/**
 * @param {HTMLTableElement} table
 * @param {number} column
 * @param {1 | -1} way
 */
function sort(table, column, way) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, worth: worthOf(row.cells[column]) }));
  rows.sort((a, b) => way * compare(a.worth, b.worth));
  body.append(...rows.map(({ row }) => row));
}

/**
 * @param {HTMLTableCellElement} cell
 * @returns {number | string}
 */
function worthOf(cell) {
  const text = cell.dataset.value ?? cell.textContent?.trim() ?? "";
  const number = Number.parseFloat(text.replaceAll(",", ""));
  return Number.isNaN(number) ? text : number;
}

/**
 * Numbers come before texts.
 * @param {number | string} a
 * @param {number | string} b
 */
export function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number") return -1;
  if (typeof b === "number") return 1;
  return a.localeCompare(b, undefined, { numeric: true });
}
