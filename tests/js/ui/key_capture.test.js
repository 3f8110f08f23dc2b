import assert from "node:assert/strict";
import { test } from "node:test";
import { createKeyCapture } from "../../../static/ui/key_capture.js";
import { createUserKeymap } from "../../../static/ui/user_keymap.js";

const command = (name, keys, more = {}) => ({ name, label: name, group: "g", keys, perform() {}, ...more });
const press = (key) => /** @type {any} */ ({ key, code: "", preventDefault() {}, stopPropagation() {} });

function setUp() {
  const preferences = { kept: {}, get: () => preferences.kept, set: (_, value) => (preferences.kept = value) };
  const commands = [command("type s", ["s"], { fixed: true }), command("next", ["n"]), command("undo", ["z"])];
  const userKeymap = createUserKeymap({ commands, preferences });
  const said = [];
  const focused = [];
  const capture = createKeyCapture({ userKeymap, say: (text) => said.push(text), draw: (focus) => focused.push(focus) });
  return { capture, said, focused, keysOf: (name) => userKeymap.command(name)?.keys };
}

test("a free key takes the place of the old one", () => {
  const { capture, keysOf, focused } = setUp();
  capture.wait("next", "n");
  assert.deepEqual(capture.of("next"), { name: "next", instead: "n", pressed: null });
  assert.equal(capture.of("undo"), null);
  capture.press(press("q"));
  assert.deepEqual(keysOf("next"), ["q"]);
  assert.equal(capture.isActive(), false);
  assert.deepEqual(focused, ["next capture", "next key q"]);
});

test("a key of another command is taken only once the person says so", () => {
  const { capture, keysOf } = setUp();
  capture.wait("next", null);
  capture.press(press("z"));
  const wanted = capture.of("next");
  assert.equal(wanted?.pressed, "z");
  assert.deepEqual(keysOf("undo"), ["z"]);
  if (wanted) capture.take(wanted, "z");
  assert.deepEqual(keysOf("next"), ["n", "z"]);
  assert.deepEqual(keysOf("undo"), []);
});

test("Escape leaves everything as it was; Tab and a held key are no answer", () => {
  const { capture, keysOf, said } = setUp();
  capture.wait("next", null);
  capture.press(press("Tab"));
  capture.press({ ...press("q"), repeat: true });
  assert.equal(capture.isActive(), true);
  capture.press(press("Escape"));
  assert.equal(capture.isActive(), false);
  assert.equal(said.at(-1), "Nothing changed.");
  assert.deepEqual(keysOf("next"), ["n"]);
});

test("a key is removed, and all come back by a reset", () => {
  const { capture, keysOf } = setUp();
  capture.remove(/** @type {any} */ ({ ...command("next", ["n"]), claims: [{ wanted: "n", key: "n", owner: null }] }), "n");
  assert.deepEqual(keysOf("next"), []);
  capture.reset("next");
  assert.deepEqual(keysOf("next"), ["n"]);
});
