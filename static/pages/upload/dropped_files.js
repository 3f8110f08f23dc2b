// @ts-check
// The files of a drop, folders walked to their ends.

/**
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
export async function collectFiles(transfer) {
  // Entries must be taken before the first await: the list is emptied when the event is over.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry !== null);
  if (!entries.length || entries.some((entry) => entry === undefined)) return [...transfer.files];
  const found = [];
  for (const entry of entries) found.push(...(await walk(/** @type {FileSystemEntry} */ (entry))));
  return found;
}

/**
 * @param {FileSystemEntry} entry
 * @returns {Promise<File[]>}
 */
async function walk(entry) {
  if (entry.isFile) {
    const file = /** @type {FileSystemFileEntry} */ (entry);
    /** @type {File} */
    const found = await new Promise((resolve, reject) => file.file(resolve, reject));
    return [Object.assign(found, { place: entry.fullPath.replace(/^\//, "") })];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const found = [];
  for (;;) {
    // A reader gives a part of a large folder at a time, and nothing at its end.
    /** @type {FileSystemEntry[]} */
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) return found;
    for (const child of part) {
      if (!child.name.startsWith(".")) found.push(...(await walk(child)));
    }
  }
}
