// @ts-check
// Signing in again on the page, when the session has ended under it. Nobody else can sign in here: the
// work on this page is one person's, and would be written as another's.
import { ApiError, Unreachable } from "./api.js";
import { element } from "../ui/element.js";

/** @typedef {import("./api.js").Api} Api */

/**
 * @typedef {object} SignIn
 * @property {(sentence?: string) => Promise<void>} ask   opens the dialog, unless the person is signed in again
 * @property {() => import("../ui/notice.js").Action} action  a button that asks
 */

/**
 * @param {object} parts
 * @param {Pick<Api, "getSession" | "signIn">} parts.api
 * @param {{id: string | number, name: string}} parts.person
 * @param {string} parts.loginUrl
 * @param {() => void} parts.signedIn   the same person is back
 * @returns {SignIn}
 */
export function createSignIn({ api, person, loginUrl, signedIn }) {
  /** @type {Promise<void> | null} */
  let asking = null;
  const why = element("p", { class: "soft" });
  const fault = element("p", { class: "errors", role: "alert" });
  const password = element("input", { type: "password", name: "password", autocomplete: "current-password", required: true });
  const submit = element("button", { type: "submit", class: "button primary" }, "Sign in");
  const elsewhere = `${loginUrl}?next=${encodeURIComponent(location.pathname)}`;
  /** @type {HTMLFormElement} */
  const form = element(
    "form",
    { class: "sign-in-form", submit: (/** @type {Event} */ event) => void trySignIn(event) },
    element("h2", { id: "sign-in-title" }, "Sign in again"),
    why,
    element(
      "label",
      { class: "field" },
      "Name",
      element("input", { type: "text", name: "username", value: person.name, readonly: true, autocomplete: "username" }),
    ),
    element("label", { class: "field" }, "Password", password),
    fault,
    element(
      "div",
      { class: "row" },
      submit,
      element("button", { type: "button", class: "button", click: () => dialog.close() }, "Later"),
    ),
    element("p", { class: "small soft" }, `Not ${person.name}? `, element("a", { href: elsewhere }, "Sign in as somebody else")),
  );
  /** @type {HTMLDialogElement} */
  const dialog = element("dialog", { class: "sign-in-again", "aria-labelledby": "sign-in-title" }, form);
  document.body.append(dialog);

  function back() {
    dialog.close();
    signedIn();
  }

  /** @param {Event} event */
  async function trySignIn(event) {
    event.preventDefault();
    fault.textContent = "";
    submit.disabled = true;
    try {
      const session = await api.signIn(person.name, password.value);
      password.value = "";
      if (String(session.person?.id) === String(person.id)) back();
      else fault.textContent = `This is not the account that the page was opened with: ${person.name}.`;
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
      fault.textContent = error.message;
      password.select();
    } finally {
      submit.disabled = false;
    }
  }

  /** @param {string} sentence */
  async function open(sentence) {
    let other = "";
    try {
      const { person: now } = await api.getSession();
      if (now && String(now.id) === String(person.id)) {
        back();
        return;
      }
      other = now ? `${now.name} has signed in in this browser. ` : "";
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
    }
    why.textContent = sentence || `${other}The session of ${person.name} has ended. The work is kept on this computer; it is saved when ${person.name} is back.`;
    if (dialog.open) return;
    dialog.showModal();
    password.focus();
  }

  /** @param {string} [sentence] */
  function ask(sentence = "") {
    asking ??= open(sentence).finally(() => {
      asking = null;
    });
    return asking;
  }

  return { ask, action: () => ({ label: "Sign in", perform: () => void ask(), primary: true }) };
}
