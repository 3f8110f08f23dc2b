// @ts-check
// Score and severity are two things: the score is how sure the detector is, the severity is how bad
// the defect is. Severity = sum over grades of weight of grade x its probability, 0 to 1.

/** @typedef {import("./types.js").Box} Box */
/** @typedef {import("./types.js").DefectType} DefectType */

/**
 * Say what is known of a defect's severity: a grade that a person gave decides; before that, the
 * grader's probabilities.
 * @param {Box} box
 * @param {DefectType | undefined} type
 * @returns {{severity: number, grade: number} | null} grade is the likeliest; null when not graded
 */
export function severityOf(box, type) {
  if (!type?.graded) return null;
  const list = box.grade_probabilities?.length === type.grades.length ? box.grade_probabilities : null;
  const likeliest = list ? type.grades[list.indexOf(Math.max(...list))].level : null;
  const undecided = box.grade === null || (isUndecided(box) && box.grade === likeliest);
  if (list && likeliest !== null && undecided) {
    const severity = type.grades.reduce((sum, { weight = 0 }, index) => sum + weight * list[index], 0);
    return { severity, grade: likeliest };
  }
  const given = type.grades.find(({ level }) => level === box.grade);
  return given?.weight === undefined ? null : { severity: given.weight, grade: given.level };
}

/**
 * Tell whether a box is a model's and no person has decided it.
 * @param {Box} box
 * @returns {boolean}
 */
export function isUndecided(box) {
  return box.origin === "model" && (box.decision === "pending" || box.decision === "auto");
}
