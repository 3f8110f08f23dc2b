import assert from "node:assert/strict";
import { test } from "node:test";
import { boxCommands, copyCommands, typeCommands, viewCommands } from "../../../static/workbench/commands.js";
import { MOST_KEYS, createKeyring, judgeKey, readChosen } from "../../../static/ui/user_keymap.js";
import { reservedWord } from "../../../static/ui/reserved_keys.js";

const command = (name, keys, more = {}) => ({ name, label: name, group: "g", keys, perform() {}, ...more });

function setUp(kept = {}) {
  const preferences = { kept, get: () => preferences.kept, set: (_, value) => (preferences.kept = value) };
  const commands = [
    command("type s", ["s"], { fixed: true, label: "scratches" }),
    command("next", ["Enter", "n"]),
    command("undo", ["Ctrl+z"]),
    command("idle", []),
  ];
  return { keyring: createKeyring({ commands, preferences }), preferences };
}

const keysOf = (keyring, name) => keyring.command(name)?.keys;

test("a chosen key holds at once, is kept, and comes back on another computer", () => {
  const { keyring, preferences } = setUp();
  let told = 0;
  keyring.subscribe(() => (told += 1));
  keyring.choose("undo", ["x"]);
  assert.deepEqual(keysOf(keyring, "undo"), ["x"]);
  assert.equal(keyring.keyOf("undo"), "X");
  assert.equal(told, 1);
  assert.deepEqual(preferences.kept, { undo: ["x"] });
  assert.deepEqual(keysOf(setUp(preferences.kept).keyring, "undo"), ["x"]);
});

test("keys of commands that this page has not are kept", () => {
  const { keyring, preferences } = setUp({ accept: ["y"] });
  keyring.choose("undo", ["x"]);
  assert.deepEqual(preferences.kept, { accept: ["y"], undo: ["x"] });
  keyring.reset("undo");
  assert.deepEqual(preferences.kept, { accept: ["y"] });
});

test("a key is taken from another command, which keeps its others", () => {
  const { keyring, preferences } = setUp();
  keyring.take("undo", "n", "Ctrl+z");
  assert.deepEqual(keysOf(keyring, "undo"), ["n"]);
  assert.deepEqual(keysOf(keyring, "next"), ["Enter"]);
  keyring.take("next", "n");
  assert.deepEqual(keysOf(keyring, "next"), ["Enter", "n"]);
  assert.deepEqual(keysOf(keyring, "undo"), []);
  keyring.take("undo", "Ctrl+z");
  assert.deepEqual(preferences.kept, {}, "keys that are again as they came are no choice");
});

test("a project's letter is not taken: the command gets it with Shift", () => {
  const { keyring } = setUp();
  keyring.take("undo", "s");
  assert.deepEqual(keysOf(keyring, "type s"), ["s"]);
  assert.deepEqual(keysOf(keyring, "undo"), ["Ctrl+z", "Shift+s"]);
});

test("a key is judged before it is taken", () => {
  const { keyring } = setUp();
  const kinds = ["x", "n", "s", "Enter", "Ctrl+t"].map((key) => judgeKey(keyring, "next", key).kind);
  assert.deepEqual(kinds, ["free", "own", "project", "own", "reserved"]);
  assert.deepEqual(judgeKey(keyring, "undo", "n"), { kind: "taken", sentence: "N is the key of “next”." });
  assert.match(judgeKey(keyring, "undo", "Ctrl+t").sentence, /^Ctrl \+ T opens a tab .*\. Press another key\.$/);
  assert.match(judgeKey(keyring, "undo", "s").sentence, /scratches in this project. Here it would be Shift \+ S/);
});

test("what is kept may be anything: only lists of keys are read", () => {
  const many = Array.from({ length: MOST_KEYS + 1 }, (_, index) => String(index));
  const kept = { a: ["x"], b: "x", c: [1], d: [""], e: many, f: [], g: null, h: ["y".repeat(41)] };
  assert.deepEqual(readChosen(kept), { a: ["x"], f: [] });
  assert.deepEqual(readChosen(null), {});
  assert.deepEqual(setUp({ __proto__: null, undo: ["x"] }).keyring.command("undo")?.keys, ["x"]);
});

test("the browser's own keys are refused with a word", () => {
  for (const key of ["Tab", "Shift+Tab", "Ctrl+t", "Ctrl+Shift+n", "Ctrl+w", "F5", "Ctrl+r", "Alt+F4", "Ctrl+1", "Ctrl++", "Escape"]) {
    assert.notEqual(reservedWord(key), "", key);
  }
  for (const key of ["t", "n", "Ctrl+s", "Ctrl+z", "Shift+Enter", "F2", "1", "+", " ", "Ctrl+Enter"]) {
    assert.equal(reservedWord(key), "", key);
  }
});

test("no command comes with a key that a person could not choose", () => {
  const nothing = /** @type {any} */ (new Proxy({}, { get: () => () => {} }));
  const types = [{ id: 1, name: "a", color: "", hotkey: "a", graded: true, grades: [{ level: 1, name: "", criteria: "" }] }];
  const all = [...typeCommands(types, nothing), ...boxCommands(types, nothing, nothing, () => {}), ...copyCommands(nothing), ...viewCommands(nothing, nothing)];
  const reserved = all.flatMap(({ name, keys }) => keys.filter((key) => key !== "Escape" && reservedWord(key)).map((key) => [name, key]));
  assert.deepEqual(reserved, []);
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length, "names are the keys of the person's choices");
});
