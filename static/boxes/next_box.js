// @ts-check
// The type and the grade that the next box gets, and which grades each type has. Pure.

/** @typedef {import("./types.js").DefectType} DefectType */

/**
 * @typedef {object} NextBox
 * @property {(name: string) => DefectType | undefined} typeOf
 * @property {(name: string) => DefectType["grades"]} gradesOf     empty for a type that is not graded
 * @property {(name: string, grade: number | null) => boolean} hasGrade
 * @property {() => string | null} type
 * @property {(name: string) => void} setType                      a grade that it does not have is forgotten
 * @property {() => number | null} grade
 * @property {(grade: number | null) => void} setGrade
 */

/**
 * Start with the first type that is offered, without a grade.
 * @param {readonly DefectType[]} types
 * @returns {NextBox}
 */
export function createNextBox(types) {
  const byName = new Map(types.map((type) => [type.name, type]));
  let current = types.find(({ archived }) => !archived)?.name ?? null;
  /** @type {number | null} */
  let grade = null;

  /** @type {NextBox["gradesOf"]} */
  function gradesOf(name) {
    const type = byName.get(name);
    return type?.graded ? type.grades : [];
  }
  /** @type {NextBox["hasGrade"]} */
  const hasGrade = (name, wanted) => gradesOf(name).some(({ level }) => level === wanted);

  return {
    typeOf: (name) => byName.get(name),
    gradesOf,
    hasGrade,
    type: () => current,
    setType(name) {
      current = name;
      if (!hasGrade(name, grade)) grade = null;
    },
    grade: () => grade,
    setGrade: (next) => void (grade = next),
  };
}
