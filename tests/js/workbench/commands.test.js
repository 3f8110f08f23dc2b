import assert from "node:assert/strict";
import { test } from "node:test";
import { displayCommands } from "../../../static/imaging/display_commands.js";
import { labelCommands } from "../../../static/label/commands.js";
import { reviewCommands } from "../../../static/review/commands.js";
import { bindKeys } from "../../../static/ui/keymap.js";
import { reservedReason } from "../../../static/ui/reserved_keys.js";
import { boxCommands, clipboardCommands, helpCommand, typeCommands, viewCommands } from "../../../static/workbench/commands.js";

const nothing = /** @type {any} */ (new Proxy({}, { get: () => () => {} }));
const types = [{ id: 1, name: "a", color: "", hotkey: "a", graded: true, grades: [{ level: 1, name: "", criteria: "" }] }];
const shared = () => ({
  types: typeCommands(types, nothing),
  boxes: boxCommands(types, nothing, nothing, () => {}),
  clipboard: clipboardCommands(nothing),
  comments: [],
  view: viewCommands(nothing, nothing),
  help: [helpCommand(() => {})],
  display: displayCommands(nothing),
});

for (const [page, commands] of Object.entries({ label: labelCommands(shared(), nothing, []), review: reviewCommands(shared(), nothing) })) {
  test(`no command of the ${page} page comes with a key that a person could not choose`, () => {
    const reserved = commands.flatMap(({ name, keys }) => keys.filter((key) => key !== "Escape" && reservedReason(key)).map((key) => [name, key]));
    assert.deepEqual(reserved, []);
    assert.equal(new Set(commands.map(({ name }) => name)).size, commands.length, "names are the keys of the person's choices");
  });
}

test("on the review page decisions come before the project's letters, on the label page after", () => {
  const ownerOf = (/** @type {any[]} */ commands) => bindKeys(commands).find(({ keys }) => keys.includes("a"))?.name;
  assert.equal(ownerOf(reviewCommands(shared(), nothing)), "accept");
  assert.equal(ownerOf(labelCommands(shared(), nothing, [])), "type a");
});

test("a page without the overview map has no command for it", () => {
  const names = viewCommands(nothing, { hideBoxes() {}, toggleMap: null }).map(({ name }) => name);
  assert.equal(names.includes("map"), false);
  assert.equal(viewCommands(nothing, { hideBoxes() {}, toggleMap() {} }).some(({ name }) => name === "map"), true);
});

test("Delete takes back an extreme point first, and removes boxes only where there is none", () => {
  const done = [];
  let points = 1;
  const canvas = /** @type {any} */ ({ back: () => (points > 0 ? (points -= 1, done.push("back"), true) : false) });
  const boxEditor = /** @type {any} */ ({ remove: () => done.push("remove") });
  const remove = boxCommands(types, boxEditor, canvas, () => {}).find(({ name }) => name === "delete");
  remove?.perform(/** @type {any} */ ({}));
  remove?.perform(/** @type {any} */ ({}));
  assert.deepEqual(done, ["back", "remove"]);
});
