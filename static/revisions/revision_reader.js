// @ts-check
// Reads the revisions of one image: their list in portions, and the boxes of each.

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("./revision_list.js").Revision} Revision */

const PAGE = 50;

/**
 * @typedef {object} RevisionReader
 * @property {() => readonly Revision[]} rows   newest first
 * @property {() => boolean} more               whether older ones can be read
 * @property {(options?: {older?: boolean}) => Promise<void>} load   the newest ones, or more of the older ones
 * @property {(version: number) => Promise<Box[]>} boxesOf   version 0 is the image before its first save
 * @property {(version: number) => Promise<number>} versionBefore   0 for the first
 */

/**
 * Make the reader of one image's revisions; of none, it has no rows.
 * @param {Pick<import("../server/api.js").Api, "getRevisions" | "getRevision">} api
 * @param {string | number | null} imageId
 * @returns {RevisionReader}
 */
export function createRevisionReader(api, imageId) {
  /** @type {Revision[]} */
  let rows = [];
  let more = false;
  /** @type {Map<number, Box[]>} revisions never change, so what was read stays true */
  const read = new Map();

  async function load({ older = false } = {}) {
    if (imageId === null) return;
    const before = older ? rows.at(-1)?.version : undefined;
    const found = await api.getRevisions(imageId, { before, page_size: PAGE });
    rows = older ? [...rows, ...found] : found;
    more = found.length === PAGE;
  }

  return {
    rows: () => rows,
    more: () => more,
    load,
    async boxesOf(version) {
      if (version === 0 || imageId === null) return [];
      const known = read.get(version);
      if (known) return known;
      const { boxes } = await api.getRevision(imageId, version);
      read.set(version, boxes);
      return boxes;
    },
    async versionBefore(version) {
      const index = rows.findIndex((row) => row.version === version);
      if (index === rows.length - 1 && more) await load({ older: true });
      return rows[index + 1]?.version ?? 0;
    },
  };
}
