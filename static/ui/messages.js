// @ts-check
// The sentences of the label and review pages.

/** @typedef {import("../saving/saver.js").SaveReport} SaveReport */
/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").DefectType} DefectType */

/** Why a gesture made no box. */
export const NO_AREA = "No box: it needs at least one pixel each way, inside the image.";

/**
 * Say how the work is kept.
 * @param {SaveReport} report
 * @returns {{word: string, sentence: string}}
 */
export function saveMessage(report) {
  const kept = report.isStored === false ? NOT_KEPT : "Your work is kept on this computer.";
  const said = report.sentence ? `${report.sentence} ` : "";
  switch (report.state) {
    case "saved":
      return { word: "Saved", sentence: "" };
    case "unsaved":
      return { word: "Unsaved", sentence: "" };
    case "saving":
      return { word: "Saving…", sentence: "" };
    case "offline": {
      const word = report.isStored === false ? "Offline" : "Offline, kept on this computer";
      return { word, sentence: `${said}${kept} It is sent when the server answers again.` };
    }
    case "expired":
      return { word: "Not saved", sentence: `${report.code === "other_person" ? said : "Your session has ended. "}${kept} Sign in again, and it is saved.` };
    case "refused":
      return { word: "Not saved", sentence: `${said}${kept}` };
    case "gone":
      return { word: "Not saved", sentence: `${said}${kept} Nothing can be saved here any more; download your boxes if you need them.` };
    case "locked":
      return { word: "Read only", sentence: `${said}${kept}` };
    case "conflict":
      return { word: "Conflict", sentence: conflictSentence(report) };
  }
}

const NOT_KEPT = "This browser keeps no copy: keep this page open until it says Saved.";

/** @param {SaveReport} report @returns {string} */
function conflictSentence({ conflicts = [], savedBy }) {
  const count = conflicts.length === 1 ? "One box was" : `${conflicts.length} boxes were`;
  return `${count} changed here and by ${savedBy ?? "somebody else"}. Nothing is lost until you choose.`;
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} many
 * @returns {string}
 */
export function countOf(count, one, many) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/**
 * Describe a box for the list and for a screen reader.
 * @param {Box} box
 * @param {DefectType | undefined} type
 * @returns {string}
 */
export function describeBox(box, type) {
  const parts = [box.defect_type];
  if (box.grade !== null) parts.push(`grade ${box.grade}`);
  else if (type?.graded) parts.push("no grade yet");
  parts.push(`${lengthOf(box.xmax - box.xmin)} by ${lengthOf(box.ymax - box.ymin)} pixels`);
  for (const flag of /** @type {const} */ (["difficult", "truncated", "occluded"])) {
    if (box[flag]) parts.push(flag);
  }
  return parts.join(", ");
}

/** @param {number} pixels @returns {string} without needless decimals */
export function lengthOf(pixels) {
  return String(Math.round(pixels * 10) / 10);
}

/**
 * Say where a box comes from.
 * @param {Box} box
 * @returns {string}
 */
export function provenanceOf(box) {
  if (box.origin !== "model") return "Drawn by a person";
  const round = box.round_number ? `, round ${box.round_number}` : "";
  const became =
    {
      pending: "nobody has decided yet",
      auto: "accepted by its threshold, nobody has looked yet",
      accepted: "accepted by a person",
      corrected: "corrected by a person",
      rejected: "rejected",
    }[box.decision ?? ""] ?? "";
  return `Proposed by ${box.model_name}${round}${became ? `; ${became}` : ""}`;
}

/**
 * Say in a word or two where a box comes from.
 * @param {Box} box
 * @returns {string}
 */
export function originOf(box) {
  if (box.origin !== "model") return "person";
  const decided = { accepted: "accepted", corrected: "corrected", auto: "auto" }[box.decision ?? ""];
  return (box.model_name || "model") + (decided ? `, ${decided}` : "");
}

/** @param {number} share 0 to 1, or more @returns {string} */
export function percentOf(share) {
  return `${Math.round(share * 100)} %`;
}

/** @param {number} score 0 to 1 @returns {string} written as on every other page */
export function scoreOf(score) {
  return score.toFixed(2);
}
