import assert from "node:assert/strict";
import { test } from "node:test";
import { bindKeys, commandFor, helpRows, keyName, notationOf, shortcutOf, titleOf } from "../../../static/ui/keymap.js";

const plain = { code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
const press = (key, more = {}) => ({ ...plain, key, ...more });
const command = (name, keys, more = {}) => ({ name, label: name, group: "g", keys, perform() {}, ...more });

test("a press is written the same on every keyboard", () => {
  assert.equal(notationOf(press("s", { ctrlKey: true })), "Ctrl+s");
  assert.equal(notationOf(press("s", { metaKey: true })), "Ctrl+s");
  assert.equal(notationOf(press("Z", { ctrlKey: true, shiftKey: true })), "Ctrl+Shift+z");
  assert.equal(notationOf(press("N")), "n", "caps lock");
  assert.equal(notationOf(press("ы", { code: "KeyS" })), "s", "a layout that is not Latin");
  assert.equal(notationOf(press("&", { code: "Digit1" })), "1", "digits on a French keyboard");
  assert.equal(notationOf(press("3", { code: "Numpad3" })), "3");
  assert.equal(notationOf(press("?", { shiftKey: true, code: "Minus" })), "?");
  assert.equal(notationOf(press("ArrowLeft", { shiftKey: true })), "Shift+ArrowLeft");
});

test("German, French and dead keys are read as what they type", () => {
  const altGr = { getModifierState: (name) => name === "AltGraph" };
  assert.equal(notationOf(press("ü", { code: "BracketLeft" })), "ü");
  assert.equal(notationOf(press("z", { code: "KeyY" })), "z", "Z and Y change places");
  assert.equal(notationOf(press("é", { code: "Digit2" })), "2");
  assert.equal(notationOf(press("2", { code: "Digit2", shiftKey: true })), "2", "a French digit needs Shift");
  assert.equal(notationOf(press("a", { code: "KeyQ" })), "a", "the letter wins, not its place");
  assert.equal(notationOf(press("[", { code: "Digit8", ctrlKey: true, altKey: true, ...altGr })), "[", "AltGr");
  assert.equal(notationOf(press("@", { code: "KeyQ", ...altGr })), "@");
  for (const key of ["Dead", "Process", "Shift", "Control", "AltGraph"]) {
    assert.equal(notationOf(press(key, { code: "KeyE", shiftKey: key === "Shift" })), "", key);
  }
  assert.equal(commandFor(bindKeys([command("e", ["e"])]), press("Dead", { code: "KeyE" })), undefined);
});

test("a chosen key wins over a key that nobody chose, not over the project's", () => {
  const type = command("type n", ["n"], { fixed: true });
  const commands = [command("first", ["a"]), type, command("next", ["Enter"]), command("zoom", ["z"])];
  const table = bindKeys(commands, { zoom: ["Enter", "n", "a"], "type n": ["q"] });
  const keysOf = (name) => table.find((bound) => bound.name === name)?.keys;
  assert.deepEqual(keysOf("zoom"), ["Enter", "Shift+n", "Shift+a"]);
  assert.deepEqual(keysOf("type n"), ["n"], "nobody changes a key of the project");
  assert.deepEqual(keysOf("next"), []);
  assert.deepEqual(keysOf("first"), ["a"], "what stands before the project's types keeps its keys");
  assert.deepEqual(
    table[3].claims.map(({ wanted, owner }) => [wanted, owner?.name ?? null]),
    [["Enter", null], ["n", "type n"], ["a", "first"]],
  );
});

test("a key that is chosen twice for one command is one key", () => {
  assert.deepEqual(bindKeys([command("zoom", ["z"])], { zoom: ["x", "x"] })[0].keys, ["x"]);
});

test("a project's letter moves a command to Shift, never off", () => {
  const table = bindKeys([command("type n", ["n"]), command("next", ["n", "Enter"])]);
  assert.equal(commandFor(table, press("n"))?.name, "type n");
  assert.equal(commandFor(table, press("N", { shiftKey: true }))?.name, "next");
  assert.equal(commandFor(table, press("Enter"))?.name, "next");
});

test("two commands never share a key", () => {
  const table = bindKeys([command("one", ["?", "Ctrl+z"]), command("two", ["?", "Ctrl+z", "x"])]);
  assert.deepEqual(table[1].keys, ["x"]);
});

test("a held key repeats only what may repeat", () => {
  const table = bindKeys([command("next", ["Enter"]), command("nudge", ["ArrowLeft"], { repeats: true })]);
  assert.equal(commandFor(table, press("Enter", { repeat: true })), undefined);
  assert.equal(commandFor(table, press("ArrowLeft", { repeat: true }))?.name, "nudge");
});

test("the help panel is printed from the table", () => {
  const table = bindKeys([
    command("save", ["Ctrl+s"], { label: "Save now", group: "Image" }),
    command("left", ["Shift+ArrowLeft"], { label: "Nudge", detail: "left", group: "Box" }),
    command("right", ["Shift+ArrowRight"], { label: "Nudge", detail: "right", group: "Box" }),
    command("shadowed", ["Ctrl+s"], { label: "Never", group: "Image" }),
  ]);
  const shown = helpRows(table).map(({ group, rows }) => [group, ...rows.map(({ label, keys }) => [label, ...keys])]);
  assert.deepEqual(shown, [
    ["Image", ["Save now", "Ctrl + S"], ["Never"]],
    ["Box", ["Nudge", "Shift + ←", "Shift + →"]],
  ]);
  assert.equal(titleOf(table[1]), "Nudge: left");
});

test("key names are readable", () => {
  assert.equal(keyName("+"), "+");
  assert.equal(keyName("Delete"), "Del");
  assert.equal(keyName("n"), "N");
  assert.equal(keyName("Ctrl++"), "Ctrl + +");
  assert.equal(keyName("Shift+ "), "Shift + Space");
  assert.equal(shortcutOf("Ctrl+Shift+z"), "Control+Shift+Z");
  assert.equal(shortcutOf("+"), "Plus");
});
