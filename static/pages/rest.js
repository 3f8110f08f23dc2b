// @ts-check
// Calls of the pages to the REST interface: the token against forgery, and errors as sentences.
import { csrfTokenOf } from "../server/csrf.js";
import { errorSentence } from "../server/error_sentence.js";

/**
 * Send `body` as JSON and return the answer's; throws an Error with the server's sentence.
 * @param {string} address
 * @param {unknown} body
 * @returns {Promise<any>}
 */
export async function post(address, body) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfTokenOf(document), Accept: "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("the server could not be reached; try again");
  }
  const data = await answer.json().catch(() => null);
  if (answer.ok) return data;
  if (answer.status === 401) throw new Error("you are signed out; sign in in another tab and try again");
  throw new Error(errorSentence(data) || `the server answered with error ${answer.status}`);
}

/**
 * Fetch a piece of a page; throws an Error with a sentence.
 * @param {string} address
 * @returns {Promise<string>}
 */
export async function fragment(address) {
  let answer;
  try {
    answer = await fetch(address, { headers: { "HX-Request": "true" } });
  } catch {
    throw new Error("the server could not be reached");
  }
  if (!answer.ok) throw new Error(`the server answered with error ${answer.status}`);
  // A session that ended is answered by the way to the sign-in page.
  const elsewhere = answer.headers.get("HX-Redirect");
  if (elsewhere) window.location.assign(elsewhere);
  return answer.text();
}
