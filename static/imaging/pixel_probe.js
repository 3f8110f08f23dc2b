// @ts-check
// The native levels of the pixel under the cursor.

/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("./picture.js").Pictures} Pictures */

/** A cursor that rests this long asks for a tile that is not here. */
const REST_MS = 120;

/**
 * Show the levels of the pixel under the cursor, as they are in the file.
 * @param {HTMLElement} output
 * @param {Pictures} pictures
 */
export function createProbe(output, pictures) {
  /** @type {Point | null} */
  let at = null;
  let isAwaited = false;
  let asking = false;
  /** @type {any} */
  let rest;

  async function ask() {
    const picture = pictures.shown();
    if (asking || !at || !picture?.tiled) return;
    asking = true;
    const { x, y } = at;
    const levels = await picture.tiled.probe(x, y, { fetch: isAwaited });
    asking = false;
    if (!at) return;
    if (at.x !== x || at.y !== y) {
      void ask();
      return;
    }
    const { width, height } = picture.image;
    if (x < 0 || y < 0 || x >= width || y >= height) output.textContent = "";
    else if (levels === null) output.textContent = "…";
    else output.textContent = levels.length === 1 ? `gray ${levels[0]}` : `R ${levels[0]} G ${levels[1]} B ${levels[2]}`;
    output.dataset.at = `${Math.floor(x)} ${Math.floor(y)}`;
    isAwaited = isAwaited && levels === null;
  }

  return {
    /** @param {Point | null} point */
    move(point) {
      at = point;
      isAwaited = false;
      clearTimeout(rest);
      if (!point) {
        output.textContent = "";
        return;
      }
      rest = setTimeout(() => {
        isAwaited = true;
        void ask();
      }, REST_MS);
      void ask();
    },
    again: () => void ask(),
  };
}
