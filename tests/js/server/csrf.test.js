import assert from "node:assert/strict";
import { test } from "node:test";
import { csrfTokenOf, keepCsrfToken } from "../../../static/server/csrf.js";

test("the token is read from the named cookie", () => {
  const page = { cookie: "blemish_csrf_80000=other; blemish_csrf_8000=mine%3D", querySelector: () => null };
  assert.equal(csrfTokenOf(/** @type {any} */ (page), "blemish_csrf_8000"), "mine=");
});

test("a page that names no cookie reads its own copy, which a new sign-in replaces", () => {
  const copy = { content: "first", getAttribute: () => copy.content, setAttribute: (_, value) => (copy.content = value) };
  const page = /** @type {any} */ ({ cookie: "=other; blemish_csrf_8000=mine", querySelector: () => copy });
  assert.equal(csrfTokenOf(page), "first");
  keepCsrfToken(page, "second");
  assert.equal(csrfTokenOf(page), "second");
});
