// @ts-check
// Where the keyboard is, kept while a part of the page is drawn anew.

/** @typedef {{key: string, caret: [number, number] | null}} Held */

/** What had the keyboard and could not take it back yet, because it was disabled for a moment. */
const held = /** @type {WeakMap<HTMLElement, Held>} */ (new WeakMap());

/**
 * Draw a place anew and give the keyboard back to what it was on, found by its `data-key`, with the caret where
 * it was. What is disabled just now gets it with a later drawing, unless the keyboard went elsewhere meanwhile.
 * @param {HTMLElement} place
 * @param {() => void} draw
 */
export function keepingFocus(place, draw) {
  const now = heldNow(place) ?? (document.activeElement === document.body ? held.get(place) : undefined);
  draw();
  held.delete(place);
  if (!now) return;
  const again = place.querySelector(`[data-key="${CSS.escape(now.key)}"]`);
  if (!(again instanceof HTMLElement)) return;
  again.focus({ preventScroll: true });
  if (document.activeElement !== again) held.set(place, now);
  else if (now.caret && again instanceof HTMLTextAreaElement) again.setSelectionRange(...now.caret);
}

/** @param {HTMLElement} place @returns {Held | undefined} */
function heldNow(place) {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || !place.contains(focused) || !focused.dataset.key) return undefined;
  const caret = focused instanceof HTMLTextAreaElement ? focused : null;
  return { key: focused.dataset.key, caret: caret && [caret.selectionStart, caret.selectionEnd] };
}
