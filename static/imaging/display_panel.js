// @ts-check
// The panel of the view: a histogram with a window to drag, and a slider for each setting.
import { find } from "../ui/element.js";
import { axisOf, barsOf, levelAt, movedWindow, outlineOf, placeOf } from "./histogram.js";

/** @typedef {import("./tone_mapping.js").ToneMapping} ToneMapping */
/** @typedef {import("./tone_mapping.js").Window} Window */
/** @typedef {import("./histogram.js").Axis} Axis */

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

const BARS = 128;
/** Steps of an arrow key along the axis. */
const STEPS = 200;

/**
 * @param {HTMLElement} panel
 * @param {object} calls
 * @param {(part: Partial<ToneMapping>) => void} calls.change
 * @param {(open: boolean) => void} calls.opened
 * @returns {DisplayPanel}
 */
export function createDisplayPanel(panel, { change, opened }) {
  const frame = find("[data-histogram]", panel);
  const bars = frame.querySelector("path");
  const span = find("[data-span]", frame);
  const handles = { low: find('[data-handle="low"]', frame), high: find('[data-handle="high"]', frame) };
  const sliders = /** @type {HTMLInputElement[]} */ ([...panel.querySelectorAll("input[type=range]")]);
  const numbers = /** @type {HTMLInputElement[]} */ ([...panel.querySelectorAll("input[type=number]")]);
  const invert = /** @type {HTMLInputElement} */ (find("input[type=checkbox]", panel));
  const area = /** @type {HTMLSelectElement} */ (find("select", panel));
  /** @type {Shown | null} */
  let shown = null;
  /** @type {Axis} */
  let axis = { low: 0, high: 255 };
  /** @type {Shown["histogram"]} */
  let painted = null;

  for (const slider of sliders) {
    slider.addEventListener("input", () => {
      const value = Number(slider.value);
      change({ [slider.name]: slider.name === "gamma" ? Math.round(10 ** value * 100) / 100 : value });
    });
  }
  for (const number of numbers) {
    number.addEventListener("change", () => {
      const part = number.name === "low" ? "low" : "high";
      if (shown && number.value !== "") change(movedWindow(shown.window, part, Number(number.value), shown.depth));
      else if (shown) number.value = String(shown.window[part]);
    });
  }
  invert.addEventListener("change", () => change({ invert: invert.checked }));
  area.addEventListener("change", () => change({ area: /** @type {ToneMapping["area"]} */ (area.value) }));
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // it closes the panel, and does nothing to the boxes
    setOpen(false);
  });

  /** @param {"low" | "high"} part */
  function followHandle(part) {
    handles[part].addEventListener("keydown", (event) => {
      if (!shown) return;
      const step = Math.max(1, Math.round((axis.high - axis.low) / STEPS)) * (event.shiftKey ? 10 : 1);
      const to = { ArrowLeft: shown.window[part] - step, ArrowDown: shown.window[part] - step, ArrowRight: shown.window[part] + step, ArrowUp: shown.window[part] + step, Home: axis.low, End: axis.high }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      change(movedWindow(shown.window, part, to, shown.depth));
    });
  }
  followHandle("low");
  followHandle("high");

  frame.addEventListener("pointerdown", (event) => {
    if (!shown || event.button !== 0) return;
    const start = placeAt(event);
    const [low, high] = [placeOf(axis, shown.window.low), placeOf(axis, shown.window.high)];
    const reach = 14 / Math.max(1, frame.clientWidth);
    const near = Math.abs(start - low) <= Math.abs(start - high) ? "low" : "high";
    const isInside = start > low + reach && start < high - reach;
    const part = isInside ? "both" : near;
    const grabbed = shown.window;
    frame.setPointerCapture(event.pointerId);
    if (part !== "both") handles[part].focus();
    event.preventDefault();
    const drag = (/** @type {PointerEvent} */ move) => {
      if (!shown) return;
      const shift = (placeAt(move) - start) * (axis.high - axis.low);
      const to = part === "both" ? grabbed.low + shift : levelAt(axis, placeAt(move));
      change(movedWindow(part === "both" ? grabbed : shown.window, part, to, shown.depth));
    };
    if (part !== "both") drag(event);
    const end = () => {
      frame.removeEventListener("pointermove", drag);
      frame.removeEventListener("pointerup", end);
      frame.removeEventListener("pointercancel", end);
    };
    frame.addEventListener("pointermove", drag);
    frame.addEventListener("pointerup", end);
    frame.addEventListener("pointercancel", end);
  });

  /** @param {PointerEvent} event @returns {number} */
  function placeAt(event) {
    const { left, width } = frame.getBoundingClientRect();
    return (event.clientX - left) / Math.max(1, width);
  }

  function draw() {
    if (!shown || panel.hidden) return;
    const { toneMapping, window, histogram, depth, why } = shown;
    panel.toggleAttribute("data-empty", why !== "");
    find("[data-why]", panel).textContent = why;
    axis = histogram ? axisOf(histogram, depth) : { low: 0, high: 2 ** depth - 1 };
    if (histogram !== painted) bars?.setAttribute("d", histogram ? outlineOf(barsOf(histogram, axis, BARS)) : "");
    painted = histogram;
    const [low, high] = [placeOf(axis, window.low), placeOf(axis, window.high)];
    span.style.left = `${low * 100}%`;
    span.style.right = `${(1 - high) * 100}%`;
    for (const part of /** @type {const} */ (["low", "high"])) {
      const handle = handles[part];
      handle.style.left = `${(part === "low" ? low : high) * 100}%`;
      handle.setAttribute("aria-valuemin", "0");
      handle.setAttribute("aria-valuemax", String(2 ** depth - 1));
      handle.setAttribute("aria-valuenow", String(Math.round(window[part])));
      handle.toggleAttribute("data-beyond", window[part] < axis.low || window[part] > axis.high);
    }
    for (const number of numbers) {
      number.max = String(2 ** depth - 1);
      const value = String(Math.round(window[number.name === "low" ? "low" : "high"]));
      if (number.value !== value && document.activeElement !== number) number.value = value;
    }
    for (const slider of sliders) {
      const value = /** @type {number} */ (toneMapping[/** @type {keyof ToneMapping} */ (slider.name)]);
      slider.value = String(slider.name === "gamma" ? Math.log10(value) : value);
      const word = slider.name === "gamma" ? value.toFixed(2) : slider.name === "local" ? `${value} %` : `${value > 0 ? "+" : ""}${value}`;
      slider.setAttribute("aria-valuetext", word);
      find(`[data-value-of="${slider.name}"]`, panel).textContent = word;
    }
    invert.checked = toneMapping.invert;
    area.value = toneMapping.area;
  }

  /** @param {boolean} open */
  function setOpen(open) {
    panel.hidden = !open;
    opened(open);
    if (!open) return;
    draw();
    handles.low.focus({ preventScroll: true });
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
