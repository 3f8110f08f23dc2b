// @ts-check
// What the page has to say: a note that stays until it is settled, and a short word that passes.
import { element } from "./element.js";

/**
 * @typedef {{label: string, perform: () => void, primary?: boolean}} Action
 */

/** @typedef {{tone: "warning" | "error" | "info" | "success", text: string, actions?: Action[]}} Note */

/**
 * @typedef {object} Notice
 * @property {(note: Note, slot?: string) => void} show   each slot has one note at a time
 * @property {(slot?: string) => void} clear
 * @property {(text: string) => void} say   read out, and shown for a moment
 */

const SHOWN_MS = 3500;

/**
 * @param {HTMLElement} place   where notes stay
 * @param {HTMLElement} passing an aria-live region for passing words
 * @returns {Notice}
 */
export function createNotice(place, passing) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Map<string, {key: string, holder: HTMLElement}>} */
  const slots = new Map();

  return {
    show({ tone, text, actions = [] }, slot = "page") {
      const key = `${tone} ${text} ${actions.map(({ label }) => label).join()}`;
      const { holder, key: shown } = slots.get(slot) ?? { holder: element("div", { class: "note-slot" }), key: "" };
      if (key === shown) return;
      if (!slots.has(slot)) place.append(holder);
      slots.set(slot, { key, holder });
      const buttons = actions.map(({ label, perform, primary }) =>
        element("button", { type: "button", class: primary ? "button small primary" : "button small", click: perform }, label),
      );
      holder.replaceChildren(
        element(
          "div",
          { class: `note ${tone}`, role: tone === "error" ? "alert" : "status" },
          element("span", { class: "grow" }, text),
          ...buttons,
        ),
      );
    },
    clear(slot = "page") {
      slots.get(slot)?.holder.remove();
      slots.delete(slot);
    },
    say(text) {
      clearTimeout(timer);
      passing.textContent = text;
      passing.classList.add("shown");
      timer = setTimeout(() => passing.classList.remove("shown"), SHOWN_MS);
    },
  };
}
