// @ts-check
// A network between scripted clients and a real server: it drops, delays, doubles and reorders requests,
// loses answers, and breaks sessions. Which fate a request has comes from a seeded random.

/**
 * Make a random source (mulberry32), so that a seed gives the same fates.
 * @param {number} seed
 * @returns {() => number} 0 to 1
 */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Share of the requests that have each fate; the rest pass. */
const FATES = /** @type {const} */ ({
  "request dropped": 0.04,
  "answer dropped": 0.05,
  "request delayed": 0.05,
  "answer delayed": 0.04,
  "request doubled": 0.05,
  "500 before": 0.02,
  "500 after": 0.03,
  "session ended (401)": 0.012,
  "another person signed in": 0.006,
});

export const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The cookies of one browser; Node's fetch has none of its own. */
export class Cookies {
  constructor() {
    /** @type {Map<string, string>} */
    this.values = new Map();
  }

  header() {
    return [...this.values].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** @param {Response} response */
  take(response) {
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      if (value === "" || value === '""') this.values.delete(name);
      else this.values.set(name, value);
    }
  }

  /** @param {string} part @returns {[string, string] | undefined} */
  find(part) {
    return [...this.values].find(([name]) => name.includes(part));
  }
}

/**
 * Make the `fetch` of one page.
 * @param {object} parts
 * @param {string} parts.root       the server's address
 * @param {Cookies} parts.cookies
 * @param {() => number} parts.random
 * @param {Record<string, number>} parts.counts  of what was done, by fate
 * @param {() => boolean} parts.isAlive   a killed page hears no answer
 * @param {() => boolean} parts.isCalm    no more faults
 * @param {() => [string, string] | undefined} parts.otherSession  of another person
 * @returns {(path: string, options: any) => Promise<Response>}
 */
export function createFetch({ root, cookies, random, counts, isAlive, isCalm, otherSession }) {
  const count = (/** @type {string} */ name) => (counts[name] = (counts[name] ?? 0) + 1);

  /** @param {string} path */
  function fateOf(path) {
    if (isCalm() || path.includes("/session/")) return "";
    let dice = random();
    for (const [name, share] of Object.entries(FATES)) {
      if (dice < share) return name;
      dice -= share;
    }
    return "";
  }

  /** Send it for real. What a page aborts is on its way all the same. */
  async function send(/** @type {string} */ path, /** @type {any} */ { method, headers, body }) {
    const response = await fetch(root + path, {
      method,
      body,
      headers: { ...headers, Cookie: cookies.header() },
    });
    const text = await response.text();
    cookies.take(response);
    return { status: response.status, text };
  }

  const broken = () => new TypeError("network fault");
  // Half of what is late comes after the page has given it up.
  const delay = () => 20 + random() * 3000;

  /** @param {string} path @param {any} options */
  async function pass(path, options) {
    const fate = fateOf(path);
    count("requests");
    if (fate) count(fate);
    switch (fate) {
      case "request dropped":
        await sleep(random() * 30);
        throw broken();
      case "answer dropped":
        await send(path, options);
        throw broken();
      case "request delayed":
        await sleep(delay());
        return send(path, options);
      case "answer delayed": {
        const late = await send(path, options);
        await sleep(delay());
        return late;
      }
      case "request doubled": {
        const second = sleep(random() < 0.5 ? 0 : delay()).then(() => send(path, options));
        second.catch(() => {}); // the server may be away by then
        const first = send(path, options);
        return random() < 0.5 ? first : Promise.any([first, second]);
      }
      case "500 before":
        return { status: 500, text: "" };
      case "500 after":
        await send(path, options);
        return { status: 500, text: "" };
      case "session ended (401)": {
        const session = cookies.find("session");
        if (session) cookies.values.delete(session[0]);
        return send(path, options);
      }
      case "another person signed in": {
        const other = otherSession();
        if (other) cookies.values.set(other[0], other[1]);
        return send(path, options);
      }
      default:
        return send(path, options);
    }
  }

  return (path, options) =>
    new Promise((resolve, reject) => {
      options.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      pass(path, options).then(
        ({ status, text }) => isAlive() && resolve(new Response(status === 204 ? null : text, { status })),
        (error) => isAlive() && reject(error),
      );
    });
}
