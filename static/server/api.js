// @ts-check
// The REST client of the label and review pages: CSRF, If-Match, leases, claims, decisions.
import { toWire } from "../boxes/boxes.js";
import { errorSentence } from "./error_sentence.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").BoxList} BoxList */
/** @typedef {import("../boxes/types.js").Claimed} Claimed */
/** @typedef {import("../boxes/types.js").ImageInfo} ImageInfo */
/** @typedef {import("../comments/threads.js").Thread} Thread */
/** @typedef {import("../saving/saver.js").Save} Save */

/** The server answered, and the answer is no. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {Record<string, any>} body
   */
  constructor(status, body) {
    super(errorSentence(body) || `The server answered ${status}.`);
    this.name = "ApiError";
    this.status = status;
    this.body = body;
    this.code = typeof body.code === "string" ? body.code : "";
  }
}

/** The server could not be reached, or broke while answering. */
export class Unreachable extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "Unreachable";
  }
}

/**
 * `boxes` are those of a correction, or of an acceptance that gave grades.
 * @typedef {{decision: "accept" | "correct" | "reject", version: number, boxes?: readonly Box[],
 *   mutation?: string}} Decision
 */

/** @typedef {{person: {id: number, name: string} | null, csrf_token: string}} Session */

/** Requests that outlive their page may carry 64 kB; a box takes about 250 bytes. */
export const KEEPALIVE_BOXES = 200;

/**
 * @typedef {object} Api
 * @property {(imageId: string | number) => Promise<ImageInfo>} getImage
 * @property {(project: string) => Promise<Record<string, any>>} getReviewCounts
 * @property {(imageId: string | number) => Promise<BoxList>} getBoxes
 * @property {(imageId: string | number, save: BoxList & Partial<Save>, options?: {keepalive?: boolean}) =>
 *   Promise<BoxList>} putBoxes
 * @property {(project: string, queue: "label" | "review", exclude?: (string | number)[]) =>
 *   Promise<Claimed | null>} claim   null when none is left; `exclude` names skipped images
 * @property {(imageId: string | number) => Promise<Record<string, any>>} renewLease
 * @property {(imageId: string | number, options?: {keepalive?: boolean}) => Promise<void>} releaseLease
 * @property {(imageId: string | number, decision: Decision) => Promise<BoxList>} decide
 * @property {(imageId: string | number) => Promise<Thread[]>} getComments
 * @property {(imageId: string | number, beginning: import("../comments/drafts.js").Beginning) => Promise<Thread>} postComment
 * @property {(threadId: number, answer: import("../comments/drafts.js").Answer) => Promise<Thread>} postReply
 * @property {(commentId: number, changes: {text?: string, resolved?: boolean, needs_help?: boolean}) =>
 *   Promise<Thread>} patchComment  answers the whole thread, as the two before do
 * @property {(commentId: number) => Promise<void>} deleteComment
 * @property {(imageId: string | number, part: {before?: number, page_size: number}) =>
 *   Promise<import("../revisions/revision_list.js").Revision[]>} getRevisions  newest first, without their boxes
 * @property {(imageId: string | number, version: number) => Promise<BoxList>} getRevision
 * @property {(imageId: string | number, version: number, current: number) => Promise<BoxList>} restore
 * @property {(imageId: string | number, boxes: readonly Box[]) => Promise<any>} askGrades
 * @property {(id: number) => Promise<any>} lookAtGrades
 * @property {(name: string, value: object, project: string | null, options?: {keepalive?: boolean}) =>
 *   Promise<object>} putPreference   of the person in a project, or with null everywhere
 * @property {() => Promise<Session>} getSession     who is signed in in this browser
 * @property {(username: string, password: string) => Promise<Session>} signIn
 */

/**
 * @typedef {object} ApiOptions
 * @property {() => string} csrfToken read at each call: signing in again changes it
 * @property {string | number} [person]   whose page this is: the server takes no write as another's
 * @property {(token: string) => void} [tokenChanged]   a fresh CSRF token came
 * @property {typeof fetch} [fetcher]
 * @property {number} [timeoutMs]
 */

/**
 * Make the client.
 * @param {ApiOptions} options
 * @returns {Api}
 */
export function createApi(options) {
  const { call, callOnce, tokenChanged } = createCall(options);
  return {
    getImage: async (id) => (await call("GET", `images/${id}/`)).body,
    getReviewCounts: async (project) => (await call("GET", `projects/${project}/review/`)).body,
    getBoxes: async (id) => (await call("GET", `images/${id}/boxes/`)).body,
    putBoxes: async (id, { version, boxes, mutation, unanswered }, { keepalive = false } = {}) => {
      const { body } = await call("PUT", `images/${id}/boxes/`, {
        body: { version, boxes: boxes.map(toWire), mutation, unanswered },
        headers: { "If-Match": `"${version}"` },
        keepalive,
      });
      return body;
    },
    claim: async (project, queue, exclude = []) => {
      const { status, body } = await call("POST", `projects/${project}/claim/`, { body: { queue, exclude } });
      return status === 204 ? null : body;
    },
    renewLease: async (id) => (await call("PUT", `images/${id}/lease/`, { body: {} })).body,
    releaseLease: async (id, { keepalive = false } = {}) => {
      await call("DELETE", `images/${id}/lease/`, { keepalive });
    },
    decide: async (id, { decision, version, boxes, mutation }) => {
      const body = { decision, version, mutation, ...(boxes ? { boxes: boxes.map(toWire) } : {}) };
      // The next image is on screen before the answer comes; leaving the page must not lose the decision.
      const keepalive = (boxes?.length ?? 0) <= KEEPALIVE_BOXES;
      return (await call("POST", `images/${id}/decision/`, { body, keepalive })).body;
    },
    getComments: async (id) => (await call("GET", `images/${id}/comments/`)).body,
    postComment: async (id, beginning) => (await call("POST", `images/${id}/comments/`, { body: beginning })).body,
    postReply: async (id, answer) => (await call("POST", `comments/${id}/replies/`, { body: answer })).body,
    patchComment: async (id, changes) => (await call("PATCH", `comments/${id}/`, { body: changes })).body,
    deleteComment: async (id) => void (await call("DELETE", `comments/${id}/`)),
    getRevisions: async (id, { before, page_size }) => {
      const query = `boxes=0&page_size=${page_size}${before === undefined ? "" : `&before=${before}`}`;
      return (await call("GET", `images/${id}/revisions/?${query}`)).body;
    },
    getRevision: async (id, version) => (await call("GET", `images/${id}/revisions/${version}/`)).body,
    restore: async (id, version, current) =>
      (await call("POST", `images/${id}/restore/`, { body: { version }, headers: { "If-Match": `"${current}"` } })).body,
    askGrades: async (id, boxes) => (await call("POST", `images/${id}/grades/`, { body: { boxes: boxes.map(toWire) } })).body,
    lookAtGrades: async (id) => (await call("GET", `grade-requests/${id}/`)).body,
    putPreference: async (name, value, project, { keepalive = false } = {}) => {
      const place = project === null ? "" : `projects/${project}/`;
      return (await call("PUT", `${place}preferences/${name}/`, { body: value, keepalive })).body;
    },
    getSession: async () => {
      const { body } = await callOnce("GET", "session/", { isOurs: false });
      tokenChanged(body.csrf_token);
      return body;
    },
    signIn: async (username, password) => {
      const { body } = await callOnce("POST", "session/", { body: { username, password }, isOurs: false });
      tokenChanged(body.csrf_token);
      return body;
    },
  };
}

/**
 * Make the two ways to send a request; `call` sends it again with a fresh CSRF token when the old one is refused.
 * @param {ApiOptions} options
 */
function createCall({ csrfToken, person, tokenChanged = () => {}, fetcher = (...args) => fetch(...args), timeoutMs = 15000 }) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {{body?: unknown, headers?: Record<string, string>, keepalive?: boolean}} options
   * @returns {Promise<{status: number, body: any}>}
   */
  async function call(method, path, options = {}) {
    try {
      return await callOnce(method, path, options);
    } catch (error) {
      // Signing in elsewhere in this browser changed the token.
      const isToken = error instanceof ApiError && error.status === 403 && error.message.startsWith("CSRF");
      if (!isToken || options.keepalive) throw error;
      tokenChanged((await callOnce("GET", "session/", { isOurs: false })).body.csrf_token);
      return callOnce(method, path, options);
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{body?: unknown, headers?: Record<string, string>, keepalive?: boolean, isOurs?: boolean}} options
   * @returns {Promise<{status: number, body: any}>}
   */
  async function callOnce(method, path, { body, headers = {}, keepalive = false, isOurs = true }) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    try {
      const response = await fetcher(`/api/${path}`, {
        method,
        keepalive,
        credentials: "same-origin",
        signal: abort.signal,
        headers: {
          Accept: "application/json",
          ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken() }),
          ...(isOurs && person !== undefined ? { "X-Blemish-Person": String(person) } : {}),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      const answer = parse(text);
      if (response.status >= 500) throw new Unreachable(`The server failed (${response.status}).`);
      if (!response.ok) throw new ApiError(response.status, answer ?? { detail: text.slice(0, 200) });
      return { status: response.status, body: answer };
    } catch (error) {
      if (error instanceof ApiError || error instanceof Unreachable) throw error;
      throw new Unreachable("The server cannot be reached.");
    } finally {
      clearTimeout(timer);
    }
  }

  return { call, callOnce, tokenChanged };
}

/** @param {string} text @returns {any} null when it is not JSON */
function parse(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
