// @ts-check
// What became of a change, said at the foot of the page until it is closed or the next one is made.

import { download, make, toCsv } from "../csv.js";

const LISTED = 50;

/** @param {HTMLElement} place */
export function createNotices(place) {
  place.setAttribute("role", "status");

  /**
   * @param {string} text
   * @param {{ kind?: string, refused?: { name: string, detail: string }[], act?: { label: string, run: () => void } }} more
   */
  function show(text, { kind = "info", refused = [], act } = {}) {
    const note = make("div", `note ${kind} notice`);
    const body = make("div", "stack tight grow");
    const line = make("div", "row apart");
    const said = make("span", "grow", text);
    const buttons = make("span", "row tight");
    if (act) buttons.append(button(act.label, "button small", () => {
      note.remove();
      act.run();
    }));
    const close = button("✕", "button quiet small", () => note.remove());
    close.setAttribute("aria-label", "Close this message");
    buttons.append(close);
    line.append(said, buttons);
    body.append(line);
    if (refused.length) body.append(listOf(refused));
    note.append(body);
    place.replaceChildren(note);
  }

  return { show, clear: () => place.replaceChildren() };
}

/** @typedef {ReturnType<typeof createNotices>} Notices */

/** @param {{ name: string, detail: string }[]} refused */
function listOf(refused) {
  const box = document.createElement("details");
  box.open = refused.length <= 5;
  box.append(make("summary", "", "Why"));
  const list = make("ul", "small");
  for (const { detail } of refused.slice(0, LISTED)) list.append(make("li", "wrap", detail));
  box.append(list);
  if (refused.length > LISTED) {
    box.append(button(`Download all ${refused.length} as CSV`, "button small", () =>
      download("refused.csv", toCsv(["image", "why"], refused.map((one) => [one.name, one.detail])))));
  }
  return box;
}

/**
 * @param {string} label
 * @param {string} classes
 * @param {() => void} run
 */
function button(label, classes, run) {
  const element = make("button", classes, label);
  element.setAttribute("type", "button");
  element.addEventListener("click", run);
  return element;
}
