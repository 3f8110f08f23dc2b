// @ts-check
// Which errors a request may end with: those are shown to the person, anything else is a fault of the page.
import { ApiError, Unreachable } from "./api.js";
import { NoPicture } from "./loader.js";

/**
 * Tell whether an error is one to show to the person, and not a fault of this page.
 * @param {unknown} error
 * @returns {error is ApiError | Unreachable | NoPicture}
 */
export function isExpectedError(error) {
  return error instanceof ApiError || error instanceof Unreachable || error instanceof NoPicture;
}

/**
 * Tell whether an error means that this page's person is not signed in any more.
 * @param {unknown} error
 * @returns {boolean}
 */
export function isSignedOut(error) {
  return error instanceof ApiError && error.status === 401;
}
