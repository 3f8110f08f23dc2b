import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_KEYS, createUserKeymap, judgeKey, readChosen } from "../../../static/ui/user_keymap.js";

const command = (name, keys, more = {}) => ({ name, label: name, group: "g", keys, perform() {}, ...more });

function setUp(kept = {}) {
  const preferences = { kept, get: () => preferences.kept, set: (_, value) => (preferences.kept = value) };
  const commands = [
    command("type s", ["s"], { fixed: true, label: "scratches" }),
    command("next", ["Enter", "n"]),
    command("undo", ["Ctrl+z"]),
    command("idle", []),
  ];
  return { userKeymap: createUserKeymap({ commands, preferences }), preferences };
}

const keysOf = (userKeymap, name) => userKeymap.command(name)?.keys;

test("a chosen key holds at once, is kept, and comes back on another computer", () => {
  const { userKeymap, preferences } = setUp();
  let told = 0;
  userKeymap.subscribe(() => (told += 1));
  userKeymap.choose("undo", ["x"]);
  assert.deepEqual(keysOf(userKeymap, "undo"), ["x"]);
  assert.equal(userKeymap.keyOf("undo"), "X");
  assert.equal(told, 1);
  assert.deepEqual(preferences.kept, { undo: ["x"] });
  assert.deepEqual(keysOf(setUp(preferences.kept).userKeymap, "undo"), ["x"]);
});

test("keys of commands that this page has not are kept", () => {
  const { userKeymap, preferences } = setUp({ accept: ["y"] });
  userKeymap.choose("undo", ["x"]);
  assert.deepEqual(preferences.kept, { accept: ["y"], undo: ["x"] });
  userKeymap.reset("undo");
  assert.deepEqual(preferences.kept, { accept: ["y"] });
});

test("a key is taken from another command, which keeps its others", () => {
  const { userKeymap, preferences } = setUp();
  userKeymap.take("undo", "n", "Ctrl+z");
  assert.deepEqual(keysOf(userKeymap, "undo"), ["n"]);
  assert.deepEqual(keysOf(userKeymap, "next"), ["Enter"]);
  userKeymap.take("next", "n");
  assert.deepEqual(keysOf(userKeymap, "next"), ["Enter", "n"]);
  assert.deepEqual(keysOf(userKeymap, "undo"), []);
  userKeymap.take("undo", "Ctrl+z");
  assert.deepEqual(preferences.kept, {}, "keys that are again as they came are no choice");
});

test("a project's letter is not taken: the command gets it with Shift", () => {
  const { userKeymap } = setUp();
  userKeymap.take("undo", "s");
  assert.deepEqual(keysOf(userKeymap, "type s"), ["s"]);
  assert.deepEqual(keysOf(userKeymap, "undo"), ["Ctrl+z", "Shift+s"]);
});

test("a key is judged before it is taken", () => {
  const { userKeymap } = setUp();
  const kinds = ["x", "n", "s", "Enter", "Ctrl+t"].map((key) => judgeKey(userKeymap, "next", key).kind);
  assert.deepEqual(kinds, ["free", "own", "project", "own", "reserved"]);
  assert.deepEqual(judgeKey(userKeymap, "undo", "n"), { kind: "taken", sentence: "N is the key of “next”." });
  assert.match(judgeKey(userKeymap, "undo", "Ctrl+t").sentence, /^Ctrl \+ T opens a tab .*\. Press another key\.$/);
  assert.match(judgeKey(userKeymap, "undo", "s").sentence, /scratches in this project. Here it would be Shift \+ S/);
});

test("what is kept may be anything: only lists of keys are read", () => {
  const many = Array.from({ length: MOST_KEYS + 1 }, (_, index) => String(index));
  const kept = { a: ["x"], b: "x", c: [1], d: [""], e: many, f: [], g: null, h: ["y".repeat(41)] };
  assert.deepEqual(readChosen(kept), { a: ["x"], f: [] });
  assert.deepEqual(readChosen(null), {});
  assert.deepEqual(setUp({ __proto__: null, undo: ["x"] }).userKeymap.command("undo")?.keys, ["x"]);
});
