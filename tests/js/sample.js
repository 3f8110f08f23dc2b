// @ts-check
// Boxes for tests.

/**
 * @param {string} id
 * @param {[number, number, number, number]} corners xmin, ymin, xmax, ymax
 * @param {Record<string, unknown>} [more]
 * @returns {any}
 */
export function box(id, [xmin, ymin, xmax, ymax], more = {}) {
  return {
    id,
    defect_type: "scratch",
    xmin,
    ymin,
    xmax,
    ymax,
    grade: null,
    difficult: false,
    truncated: false,
    occluded: false,
    pose: "Unspecified",
    ...more,
  };
}
