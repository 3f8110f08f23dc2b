import assert from "node:assert/strict";
import { test } from "node:test";
import { Gone, createLoader } from "../../../static/server/loader.js";

/** A loader whose requests are answered by hand. */
function bench() {
  const asked = new Map();
  const timers = [];
  const troubles = [];
  const came = [];
  const loader = createLoader({
    fetcher: (url, { signal, again } = {}) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        asked.set(url, { resolve: () => resolve(new ArrayBuffer(4)), reject, again, signal });
      }),
    troubled: (trouble) => troubles.push(trouble),
    later: (call, ms) => timers.push({ call, ms }) - 1,
    cancelLater: (timer) => timer !== null && delete timers[timer],
  });
  const wish = (/** @type {string} */ key) => ({ key, url: key, loaded: async () => void came.push(key) });
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  return { asked, timers, troubles, came, loader, wish, settle };
}

test("six are fetched at once, in the order of their urgency", async () => {
  const { asked, came, loader, wish, settle } = bench();
  loader.want("abcdefgh".split("").map(wish));
  assert.deepEqual([...asked.keys()], ["a", "b", "c", "d", "e", "f"]);
  asked.get("c").resolve();
  await settle();
  assert.deepEqual(came, ["c"]);
  assert.deepEqual([...asked.keys()].slice(6), ["g"]);
});

test("what went out of sight is cancelled, and its answer is not taken", async () => {
  const { asked, came, troubles, loader, wish, settle } = bench();
  loader.want([wish("a"), wish("b")]);
  loader.want([wish("b")]);
  assert.equal(asked.get("a").signal.aborted, true);
  assert.equal(asked.get("b").signal.aborted, false);
  asked.get("a").resolve();
  asked.get("b").resolve();
  await settle();
  assert.deepEqual(came, ["b"]);
  assert.deepEqual(troubles, []);
});

test("a tile that fails is told, tried again later each time, and then all is well", async () => {
  const { asked, timers, troubles, came, loader, wish, settle } = bench();
  loader.want([wish("a"), wish("b")]);
  asked.get("a").reject(new TypeError("network"));
  asked.get("b").resolve();
  await settle();
  assert.deepEqual(troubles.at(-1), { failed: 1, reason: "The server cannot be reached.", final: false });
  assert.deepEqual(came, ["b"]);
  const first = timers.filter(Boolean).find(({ ms }) => ms === 1000);
  first.call();
  await settle();
  assert.equal(asked.get("a").again, true, "not from the browser's own copy");
  asked.get("a").reject(new TypeError("network"));
  await settle();
  assert.ok(timers.filter(Boolean).some(({ ms }) => ms === 2000));
  loader.retry();
  await settle();
  asked.get("a").resolve();
  await settle();
  assert.equal(troubles.at(-1), null);
  assert.deepEqual(came, ["b", "a"]);
});

test("broken bytes count as a failure", async () => {
  const { asked, troubles, loader, settle } = bench();
  loader.want([{ key: "a", url: "a", loaded: () => Promise.reject(new Error("7 bytes came")) }]);
  asked.get("a").resolve();
  await settle();
  assert.equal(troubles.at(-1)?.reason, "7 bytes came");
});

test("what is gone for good is not asked for again by itself", async () => {
  const { asked, timers, troubles, loader, wish, settle } = bench();
  loader.want([wish("a")]);
  asked.get("a").reject(new Gone("There is no such image.", 404, "not_found"));
  await settle();
  assert.deepEqual(troubles.at(-1), { failed: 1, reason: "There is no such image.", final: true });
  assert.deepEqual(timers.filter(Boolean), []);
  loader.want([wish("a")]);
  assert.equal(asked.size, 1);
});
