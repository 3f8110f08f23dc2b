// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { localizeTimes } from "../../../static/pages/times.js";

/** A time element as far as the module uses it. @param {string} datetime */
function timeOf(datetime) {
  const attributes = new Map([["datetime", datetime]]);
  return {
    textContent: "in UTC",
    getAttribute: (/** @type {string} */ name) => attributes.get(name) ?? null,
    setAttribute: (/** @type {string} */ name, /** @type {string} */ value) => attributes.set(name, value),
    attributes,
  };
}

/** @param {ReturnType<typeof timeOf>[]} times */
const localize = (...times) => localizeTimes(/** @type {any} */ ({ querySelectorAll: () => times }));

test("a time is shown in the person's own clock, and what the server wrote stays in the title", () => {
  const time = timeOf("2020-05-01T12:00:00Z");
  localize(time);
  assert.match(time.textContent, /^2020-0[45]-\d\d \d\d:\d\d$/);
  assert.match(time.attributes.get("title") ?? "", /^in UTC \(/);
});

test("a time of today says today, and text that is no time is left alone", () => {
  const [now, none] = [timeOf(new Date().toISOString()), timeOf("soon")];
  localize(now, none);
  assert.match(now.textContent, /^today \d\d:\d\d$/);
  assert.equal(none.textContent, "in UTC");
});
