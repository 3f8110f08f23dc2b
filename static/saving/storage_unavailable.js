// @ts-check
// The error of a browser that stores nothing more.

/** The browser stores nothing more; `reason` says why. */
export class StorageUnavailable extends Error {
  /** @param {"full" | "denied"} reason */
  constructor(reason) {
    super(reason === "full" ? "The browser's storage is full." : "The browser denies its storage.");
    this.name = "StorageUnavailable";
    this.reason = reason;
  }
}

/**
 * Turn an error of the browser's storage into `StorageUnavailable`; any other error is given back as it is.
 * @param {unknown} error
 * @returns {unknown}
 */
export function asUnavailable(error) {
  if (error instanceof StorageUnavailable) return error;
  if (error === null) return new StorageUnavailable("denied"); // aborted without a word
  if (!(error instanceof DOMException)) return error;
  return new StorageUnavailable(error.name === "QuotaExceededError" ? "full" : "denied");
}
