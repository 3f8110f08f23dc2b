// @ts-check
// The bar under the gallery: how many images are selected, and what can be done with all of them.

import { changeMany, images, sentenceFor } from "./bulk.js";
import { filterOf } from "./selection.js";

/**
 * @typedef {import("./bulk.js").Outcome} Outcome
 * @param {HTMLElement} bar
 * @param {{ selection: import("./selection.js").Selection, notices: import("./notices.js").Notices,
 *   found: () => { count: number | null, more: boolean }, changed: (action: string, outcome: Outcome) => void }} options
 */
export function createSelectionBar(bar, { selection, notices, found, changed }) {
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (bar.querySelector(selector));
  const words = part("[data-selected]");
  const all = part("[data-select-all]");
  const verbs = part("[data-verbs]");
  const running = part("[data-running]");
  let stop = false;
  let busy = false;


  function show() {
    bar.hidden = selection.empty && !busy;
    document.body.classList.toggle("selecting", !bar.hidden);
    const { count, more } = found();
    const known = more ? null : count;
    const chosen = selection.count(known);
    words.textContent = chosen === null ? "All images that match selected" : `${images(chosen)} selected`;
    all.hidden = selection.all || (count !== null && !more && count <= selection.ids.length);
    all.textContent = known === null ? "Select all that match" : `Select all ${known.toLocaleString("en")} that match`;
  }

  const setBusy = (/** @type {boolean} */ now) => {
    [busy, verbs.hidden, running.hidden] = [now, now, !now];
  };

  /** What is selected, as the REST interface takes it. */
  function chosen() {
    if (!selection.all) return { ids: selection.ids };
    return { filter: filterOf(location.search), without: selection.without };
  }

  /**
   * @param {string} action
   * @param {Record<string, unknown>} fields
   * @param {import("./bulk.js").Chosen} [which]
   */
  async function run(action, fields, which = chosen()) {
    if (busy) return;
    const { count, more } = found();
    const total = "ids" in which ? which.ids.length : more ? null : count;
    setBusy(true);
    stop = false;
    notices.clear();
    const progress = progressOn(running, total);
    progress(0);
    /** @type {number[]} */
    let done = [];
    try {
      const watch = { progress, stopped: () => stop };
      const outcome = await changeMany(bar.dataset.bulk ?? "", which, { action, ...fields }, watch);
      done = outcome.done;
      tell(action, outcome);
      // Those that were refused stay selected, so that something else can be done with them.
      if (selection.all) selection.clear();
      else selection.forget(done);
      changed(action, outcome);
    } catch (error) {
      notices.show(`That did not work: ${/** @type {Error} */ (error).message}.`.replace("..", "."), { kind: "error" });
      if (action === "delete" || action === "restore") changed("unknown", { done, also: [], refused: [], stopped: false });
    }
    setBusy(false);
    show();
  }

  /**
   * @param {string} action
   * @param {Outcome} outcome
   */
  function tell(action, outcome) {
    const undo = { label: "Undo", run: () => void run("restore", {}, { ids: outcome.done }) };
    const deleted = action === "delete" && outcome.done.length > 0;
    const text = sentenceFor(action, outcome) + (deleted ? " They can be restored for 24 hours." : "");
    notices.show(text, {
      kind: outcome.refused.length ? "warning" : "success",
      refused: outcome.refused,
      act: deleted ? undo : undefined,
    });
  }

  /** @param {string} action */
  function ask(action) {
    const dialog = /** @type {HTMLDialogElement | null} */ (document.getElementById(`verb-${action}`));
    if (dialog) askDialog(dialog, (fields) => void run(action, fields));
    else void run(action, {});
  }

  bar.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const verb = target.closest("[data-verb]")?.getAttribute("data-verb");
    if (verb) ask(verb);
    if (target.closest("[data-select-all]")) selection.selectAll();
    if (target.closest("[data-clear]")) selection.clear();
    if (target.closest("[data-stop]")) stop = true;
  });
  tickWhatIsWritten();
  return { show, chosen, ask };
}

/** @param {HTMLDialogElement} dialog @returns {Record<string, string>} */
function fieldsOf(dialog) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (dialog.querySelectorAll("[name]"))) {
    const ticked = /** @type {HTMLInputElement | null} */ (dialog.querySelector(`[data-sets="${field.name}"]`));
    if (!ticked || ticked.checked) fields[field.name] = field.value.trim();
    if (ticked) [ticked.checked, field.value] = [false, ""];
  }
  return fields;
}

/**
 * Give what shows how many of `total` images are handled; with no total known, the bar only moves.
 * @param {HTMLElement} place
 * @param {number | null} total
 * @returns {(handled: number) => void}
 */
function progressOn(place, total) {
  const bar = /** @type {HTMLProgressElement} */ (place.querySelector("progress"));
  const text = /** @type {HTMLElement} */ (place.querySelector("[data-running-text]"));
  return (handled) => {
    if (total) bar.value = handled / total;
    else bar.removeAttribute("value");
    text.textContent = `${handled.toLocaleString("en")}${total ? ` of ${total.toLocaleString("en")}` : ""}`;
  };
}

/** Tick the box beside a field of a dialog when something is written into the field. */
function tickWhatIsWritten() {
  for (const box of document.querySelectorAll("[data-sets]")) {
    const field = /** @type {HTMLInputElement} */ (box.closest(".field")?.querySelector("[type=text]"));
    field.addEventListener("input", () => (/** @type {HTMLInputElement} */ (box).checked = true));
  }
}

/**
 * Ask by a dialog; its fields are given when it is answered with "ok".
 * @param {HTMLDialogElement} dialog
 * @param {(fields: Record<string, string>) => void} answered
 */
function askDialog(dialog, answered) {
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "ok" && answered(fieldsOf(dialog)), { once: true });
  dialog.showModal();
}
