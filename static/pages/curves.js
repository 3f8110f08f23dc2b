// @ts-check
// The curves of a round, put together from its events.

/**
 * Put the losses of one event onto their curves; a resumed round goes back to its checkpoint's step.
 * @param {Map<string, { x: number[], y: number[] }>} curves
 * @param {any} event
 */
export function take(curves, event) {
  if (event.kind !== "progress" || !event.data.losses) return;
  if (event.data.phase && event.data.phase !== "detector") return;
  for (const [name, value] of Object.entries(event.data.losses)) {
    const curve = curves.get(name) ?? { x: [], y: [] };
    while (curve.x.length && curve.x[curve.x.length - 1] >= event.data.step) {
      curve.x.pop();
      curve.y.pop();
    }
    curve.x.push(event.data.step);
    curve.y.push(/** @type {number} */ (value));
    curves.set(name, curve);
  }
}
