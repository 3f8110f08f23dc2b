// @ts-check
// What the page has to say: a note that stays until it is settled, and a short word that passes.
import { element } from "./element.js";

/**
 * @typedef {{label: string, perform: () => void, primary?: boolean}} Action
 */

/**
 * @typedef {object} Notice
 * @property {(note: {tone: "warning" | "error" | "info" | "success", text: string, actions?: Action[]}) => void} show
 * @property {() => void} clear
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
  /** @type {string} */
  let shown = "";

  return {
    show({ tone, text, actions = [] }) {
      const key = `${tone} ${text} ${actions.map(({ label }) => label).join()}`;
      if (key === shown) return;
      shown = key;
      const buttons = actions.map(({ label, perform, primary }) =>
        element("button", { type: "button", class: primary ? "button small primary" : "button small", click: perform }, label),
      );
      place.replaceChildren(
        element(
          "div",
          { class: `note ${tone}`, role: tone === "error" ? "alert" : "status" },
          element("span", { class: "grow" }, text),
          ...buttons,
        ),
      );
    },
    clear() {
      shown = "";
      place.replaceChildren();
    },
    say(text) {
      clearTimeout(timer);
      passing.textContent = text;
      passing.classList.add("shown");
      timer = setTimeout(() => passing.classList.remove("shown"), SHOWN_MS);
    },
  };
}
