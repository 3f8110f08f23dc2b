import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Unreachable, createApi } from "../../../static/server/api.js";
import { box } from "../sample.js";

function setUp(answer) {
  const calls = [];
  const api = createApi({
    csrfToken: () => "token",
    fetcher: async (url, options) => {
      calls.push({ url, ...options });
      if (answer instanceof Error) throw answer;
      const { status = 200, body = null } = answer;
      return new Response(body === null ? null : JSON.stringify(body), { status });
    },
  });
  return { api, calls };
}

test("a save sends the version as If-Match and only what a person writes", async () => {
  const { api, calls } = setUp({ body: { version: 8, boxes: [] } });
  const list = { version: 7, boxes: [box("a", [0, 0, 1, 1], { score: 0.4, origin: "model" })] };
  assert.deepEqual(await api.putBoxes(5, list), { version: 8, boxes: [] });
  assert.equal(calls[0].url, "/api/images/5/boxes/");
  assert.equal(calls[0].headers["If-Match"], '"7"');
  assert.equal(calls[0].headers["X-CSRFToken"], "token");
  const sent = JSON.parse(calls[0].body).boxes[0];
  assert.equal("score" in sent, false);
  assert.equal(sent.pose, "Unspecified");
});

test("a claim of an empty queue is null", async () => {
  assert.equal(await setUp({ status: 204 }).api.claim("steel", "label"), null);
});

test("a claim passes over the images that were skipped", async () => {
  const { api, calls } = setUp({ body: { image: { id: 1 } } });
  await api.claim("steel", "review", [4, 9]);
  assert.equal(calls[0].url, "/api/projects/steel/claim/");
  assert.deepEqual(JSON.parse(calls[0].body), { queue: "review", exclude: [4, 9] });
});

test("a refusal carries its status, code and sentence", async () => {
  const body = { detail: "mona works on 3.png.", code: "leased", holder: "mona" };
  await assert.rejects(setUp({ status: 423, body }).api.renewLease(3), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.status, 423);
    assert.equal(error.code, "leased");
    assert.equal(error.message, "mona works on 3.png.");
    return true;
  });
});

test("a broken or missing server is unreachable, not a refusal", async () => {
  await assert.rejects(setUp(new TypeError("no network")).api.getBoxes(1), Unreachable);
  await assert.rejects(setUp({ status: 502 }).api.getBoxes(1), Unreachable);
});

const answered = (body, status = 200) => new Response(JSON.stringify(body), { status });

test("a page says whose it is, and a new token of another sign-in is fetched once", async () => {
  const calls = [];
  const tokens = [];
  const api = createApi({
    csrfToken: () => tokens.at(-1) ?? "old",
    tokenChanged: (token) => tokens.push(token),
    person: 7,
    fetcher: async (url, /** @type {any} */ options) => {
      calls.push({ url, ...options });
      if (String(url).endsWith("session/")) return answered({ person: null, csrf_token: "new" });
      if (options?.headers["X-CSRFToken"] === "old") return answered({ detail: "CSRF Failed: wrong" }, 403);
      return answered({ version: 1, boxes: [] });
    },
  });
  assert.equal((await api.putBoxes(5, { version: 0, boxes: [], mutation: "m", unanswered: ["l"] })).version, 1);
  assert.deepEqual(calls.map(({ url }) => url), ["/api/images/5/boxes/", "/api/session/", "/api/images/5/boxes/"]);
  assert.deepEqual(calls.map(({ headers }) => headers["X-Blemish-Person"]), ["7", undefined, "7"]);
  assert.deepEqual(JSON.parse(calls[2].body), { version: 0, boxes: [], mutation: "m", unanswered: ["l"] });
});

