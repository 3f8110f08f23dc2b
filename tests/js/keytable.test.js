import assert from "node:assert/strict";
import { test } from "node:test";
import { bindKeys, commandFor, helpRows, keyName, notationOf } from "../../static/labeler/keytable.js";

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
    command("left", ["Shift+ArrowLeft"], { label: "Nudge", group: "Box" }),
    command("right", ["Shift+ArrowRight"], { label: "Nudge", group: "Box" }),
    command("shadowed", ["Ctrl+s"], { label: "Never", group: "Image" }),
  ]);
  assert.deepEqual(helpRows(table), [
    { group: "Image", rows: [{ label: "Save now", keys: ["Ctrl + S"] }] },
    { group: "Box", rows: [{ label: "Nudge", keys: ["Shift + ←", "Shift + →"] }] },
  ]);
});

test("key names are readable", () => {
  assert.equal(keyName("+"), "+");
  assert.equal(keyName("Delete"), "Del");
  assert.equal(keyName("n"), "N");
});
