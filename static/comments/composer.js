// @ts-check
// The form that begins a thread: words, where they belong, and whether a reviewer is asked.
import { element } from "../ui/element.js";
import { lengthOf } from "../ui/messages.js";

/** @typedef {import("./drafts.js").Beginning} Beginning */

/**
 * @typedef {object} Composer
 * @property {(state: {draft: Beginning | null, boxName: string | null, armed: boolean, busy: boolean}) => void} update
 * @property {() => void} focus
 */

/**
 * @param {HTMLElement} place
 * @param {object} calls
 * @param {(text: string) => void} calls.type
 * @param {(needsHelp: boolean) => void} calls.askForHelp
 * @param {(where: "image" | "place" | "box") => void} calls.put
 * @param {() => void} calls.post
 * @param {() => void} calls.discard
 * @param {() => void} calls.leave    give the keyboard back to the image, keep the words
 * @returns {Composer}
 */
export function createComposer(place, calls) {
  const field = element("textarea", {
    rows: 3,
    "aria-label": "Comment",
    placeholder: "What should others know?",
    input: (/** @type {any} */ event) => calls.type(event.target.value),
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) calls.post();
      if (event.key === "Escape") calls.leave();
    },
  });
  const choices = /** @type {const} */ (["place", "box", "image"]).map((where) => {
    const input = element("input", { type: "radio", name: "where", value: where, change: () => calls.put(where) });
    const words = element("span", {});
    return { where, input, words, label: element("label", { class: "check", "data-own-focus": true }, input, words) };
  });
  const hint = element("p", { class: "soft small" });
  const help = element("input", { type: "checkbox", change: (/** @type {any} */ event) => calls.askForHelp(event.target.checked) });
  const post = element("button", { type: "submit", class: "button primary small", "data-own-focus": true }, "Post");
  const discard = element(
    "button",
    { type: "button", class: "button small", "data-own-focus": true, click: calls.discard },
    "Discard",
  );
  const form = element(
    "form",
    {
      class: "composer",
      "aria-label": "New comment",
      hidden: true,
      submit: (/** @type {Event} */ event) => {
        event.preventDefault();
        calls.post();
      },
    },
    field,
    element("fieldset", { class: "where" }, element("legend", { class: "visually-hidden" }, "Where"), ...choices.map(({ label }) => label)),
    hint,
    element("label", { class: "check", "data-own-focus": true }, help, "Needs help: a reviewer is asked"),
    element("div", { class: "row" }, post, discard),
  );
  place.replaceChildren(form);

  return {
    update({ draft, boxName, armed, busy }) {
      form.hidden = draft === null;
      if (!draft) return;
      if (field.value !== draft.text) field.value = draft.text;
      const chosen = draft.box !== null ? "box" : draft.x !== null ? "place" : "image";
      for (const { where, input, words, label } of choices) {
        input.checked = where === chosen;
        input.disabled = busy;
        if (where === "image") words.textContent = "Whole image";
        if (where === "place") words.textContent = placeWords(draft, chosen === "place");
        if (where === "box") {
          label.hidden = boxName === null && chosen !== "box";
          words.textContent = `Box ${boxName ?? ""}`.trim();
        }
      }
      hint.textContent = armed && chosen === "place" ? "Click on the image to put the pin somewhere else." : "";
      help.checked = draft.needs_help;
      field.disabled = help.disabled = discard.disabled = busy;
      post.disabled = busy || draft.text.trim() === "";
      post.textContent = busy ? "Posting…" : draft.needs_help ? "Ask for help" : "Post";
    },
    focus() {
      field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    },
  };
}

/** @param {Beginning} draft @param {boolean} chosen @returns {string} */
function placeWords({ x, y }, chosen) {
  return chosen && x !== null && y !== null ? `Place x ${lengthOf(x)}, y ${lengthOf(y)}` : "A place";
}
