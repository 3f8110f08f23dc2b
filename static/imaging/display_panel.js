// @ts-check
// The panel of the view: a histogram with a window to drag, and a slider for each setting.
import { find } from "../ui/element.js";
import { movedWindow } from "./histogram.js";
import { createHistogramView } from "./histogram_view.js";

/** @typedef {import("./tone_mapping.js").ToneMapping} ToneMapping */
/** @typedef {import("./tone_mapping.js").Window} Window */

/**
 * @typedef {object} Shown
 * @property {ToneMapping} toneMapping
 * @property {Window} window
 * @property {number} depth
 * @property {import("./tiled_picture.js").Histogram | null} histogram
 * @property {string} why       why there is nothing to adjust; empty when there is
 */

/**
 * @typedef {object} DisplayPanel
 * @property {(shown: Shown) => void} update
 * @property {() => boolean} isOpen
 * @property {(open: boolean) => void} setOpen
 */

/** @typedef {{change: (part: Partial<ToneMapping>) => void, shown: () => Shown | null}} PanelContext */

/**
 * @param {HTMLElement} panel
 * @param {object} calls
 * @param {(part: Partial<ToneMapping>) => void} calls.change
 * @param {(open: boolean) => void} calls.opened
 * @returns {DisplayPanel}
 */
export function createDisplayPanel(panel, { change, opened }) {
  /** @type {Shown | null} */
  let shown = null;
  const context = { change, shown: () => shown };
  const histogramView = createHistogramView(find("[data-histogram]", panel), context);
  const sliders = createSliders(panel, context);
  const windowFields = createWindowFields(panel, context);
  const choices = createChoices(panel, context);

  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // it closes the panel, and does nothing to the boxes
    setOpen(false);
  });

  function draw() {
    if (!shown || panel.hidden) return;
    panel.toggleAttribute("data-empty", shown.why !== "");
    find("[data-why]", panel).textContent = shown.why;
    for (const part of [histogramView, windowFields, sliders, choices]) part.draw(shown);
  }

  /** @param {boolean} open */
  function setOpen(open) {
    panel.hidden = !open;
    opened(open);
    if (!open) return;
    draw();
    histogramView.focus();
  }

  return {
    update(next) {
      shown = next;
      draw();
    },
    isOpen: () => !panel.hidden,
    setOpen,
  };
}

/** @param {HTMLElement} panel @param {PanelContext} context */
function createSliders(panel, { change }) {
  const sliders = /** @type {HTMLInputElement[]} */ ([...panel.querySelectorAll("input[type=range]")]);
  for (const slider of sliders) {
    slider.addEventListener("input", () => {
      const value = Number(slider.value);
      change({ [slider.name]: slider.name === "gamma" ? Math.round(10 ** value * 100) / 100 : value });
    });
  }
  return {
    /** @param {Shown} shown */
    draw({ toneMapping }) {
      for (const slider of sliders) {
        const value = /** @type {number} */ (toneMapping[/** @type {keyof ToneMapping} */ (slider.name)]);
        slider.value = String(slider.name === "gamma" ? Math.log10(value) : value);
        const text = valueText(slider.name, value);
        slider.setAttribute("aria-valuetext", text);
        find(`[data-value-of="${slider.name}"]`, panel).textContent = text;
      }
    },
  };
}

/** @param {string} name @param {number} value @returns {string} */
function valueText(name, value) {
  if (name === "gamma") return value.toFixed(2);
  if (name === "local") return `${value} %`;
  return `${value > 0 ? "+" : ""}${value}`;
}

/** @param {HTMLElement} panel @param {PanelContext} context */
function createWindowFields(panel, { change, shown }) {
  const fields = /** @type {HTMLInputElement[]} */ ([...panel.querySelectorAll("input[type=number]")]);
  const endOf = (/** @type {HTMLInputElement} */ { name }) => (name === "low" ? "low" : "high");
  for (const field of fields) {
    field.addEventListener("change", () => {
      const now = shown();
      if (!now) return;
      if (field.value !== "") change(movedWindow(now.window, endOf(field), Number(field.value), now.depth));
      else field.value = String(now.window[endOf(field)]);
    });
  }
  return {
    /** @param {Shown} shown */
    draw({ window, depth }) {
      for (const field of fields) {
        field.max = String(2 ** depth - 1);
        const value = String(Math.round(window[endOf(field)]));
        if (field.value !== value && document.activeElement !== field) field.value = value;
      }
    },
  };
}

/** @param {HTMLElement} panel @param {PanelContext} context */
function createChoices(panel, { change }) {
  const invert = /** @type {HTMLInputElement} */ (find("input[type=checkbox]", panel));
  const area = /** @type {HTMLSelectElement} */ (find("select", panel));
  invert.addEventListener("change", () => change({ invert: invert.checked }));
  area.addEventListener("change", () => change({ area: /** @type {ToneMapping["area"]} */ (area.value) }));
  return {
    /** @param {Shown} shown */
    draw({ toneMapping }) {
      invert.checked = toneMapping.invert;
      area.value = toneMapping.area;
    },
  };
}
