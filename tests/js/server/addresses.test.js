import assert from "node:assert/strict";
import { test } from "node:test";
import { labelAddress, withId } from "../../../static/server/addresses.js";

/** @param {object} templates */
function embed(templates) {
  globalThis.document = /** @type {any} */ ({
    getElementById: (/** @type {string} */ id) => (id === "page-addresses" ? { textContent: JSON.stringify(templates) } : null),
  });
}

test("an id replaces the last 0 of an address, also in a project that is called 0", () => {
  assert.equal(withId("/calls/0/cancel/", 12), "/calls/12/cancel/");
  assert.equal(withId("/p/0/results/0/", 7), "/p/0/results/7/");
  assert.throws(() => withId("/p/steel/", 7), /no place for an id/);
  assert.throws(() => withId(undefined, 7), /no place for an id/);
});

test("the label page of a project, with an image and with none, follows the server's templates", () => {
  embed({ label: "/x/__slug__/mark/", label_image: "/x/__slug__/mark/0/" });
  assert.equal(labelAddress("steel"), "/x/steel/mark/");
  assert.equal(labelAddress("0", 5), "/x/0/mark/5/");
});
