// @ts-check
// Notices that every page with a workbench shows: a request that failed, defect types that were changed.
import { isExpectedError, isSignedOut } from "../server/errors.js";

/** @typedef {import("../ui/notice.js").Notice} Notice */

/**
 * Show an error that ended what was asked for; a fault of this page is thrown again.
 * @param {unknown} error
 * @param {Notice} notice
 * @param {import("../server/sign_in.js").SignIn} signIn
 */
export function showError(error, notice, signIn) {
  if (!isExpectedError(error)) throw error;
  const actions = [{ label: "Try again", perform: () => location.reload() }];
  if (isSignedOut(error)) {
    actions.unshift(signIn.action());
    void signIn.ask();
  }
  notice.show({ tone: "error", text: error.message, actions });
}

/**
 * Say that the defect types are not those of this page any more.
 * @param {Notice} notice
 */
export function showTypesChanged(notice) {
  const load = { label: "Load them", perform: () => location.reload() };
  const text = "The defect types of this project were changed. Your boxes are kept; load the page again to work with the new types.";
  notice.show({ tone: "info", text, actions: [load] }, "types");
}
