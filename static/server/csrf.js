// @ts-check
// The token that Django asks of every write, against requests forged by other sites.

/**
 * Write a fresh CSRF token into the page's own copy, for browsers where the cookie cannot be read.
 * @param {Document} page
 * @param {string} token
 */
export function keepCsrfToken(page, token) {
  page.querySelector("meta[name=csrf-token]")?.setAttribute("content", token);
}

/**
 * Read Django's CSRF token: the cookie where it can be read, else the page's own copy.
 * @param {Document} page
 * @param {string} [cookieName] left out on pages that never sign in again by themselves
 * @returns {string}
 */
export function csrfTokenOf(page, cookieName = "") {
  const cookies = page.cookie.split(";").map((pair) => pair.trim());
  const cookie = cookies.find((pair) => pair.startsWith(`${cookieName}=`));
  if (cookieName && cookie) return decodeURIComponent(cookie.slice(cookieName.length + 1));
  return page.querySelector("meta[name=csrf-token]")?.getAttribute("content") ?? "";
}
