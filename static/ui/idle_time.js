// @ts-check
// How long the person has done nothing on the page.

/**
 * Measure how long ago a person last did something on the page.
 * @returns {() => number} milliseconds
 */
export function watchIdleTime() {
  let last = performance.now();
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "focus"]) {
    window.addEventListener(kind, () => (last = performance.now()), { passive: true, capture: true });
  }
  return () => performance.now() - last;
}
