// @ts-check
// The gray window: two sliders, two numbers, a histogram and one image, all showing the same two levels.

const WAIT_MS = 150;
const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {{ highest: number, counts: number[] }} Histogram
 * @param {HTMLElement} root
 */
export function startWindow(root) {
  /** @type {Histogram} */
  const histogram = JSON.parse(document.getElementById("histogram")?.textContent ?? "null");
  const low = /** @type {HTMLInputElement} */ (document.getElementById("id_window_low"));
  const high = /** @type {HTMLInputElement} */ (document.getElementById("id_window_high"));
  const sliders = {
    low: /** @type {HTMLInputElement} */ (root.querySelector('[data-slider="low"]')),
    high: /** @type {HTMLInputElement} */ (root.querySelector('[data-slider="high"]')),
  };
  const picture = /** @type {HTMLImageElement} */ (root.querySelector("[data-picture]"));
  const drawing = /** @type {SVGElement} */ (root.querySelector("[data-histogram]"));
  if (sliders.low.disabled) low.disabled = high.disabled = true;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  const show = () => {
    const from = Number(low.value);
    const to = Number(high.value);
    sliders.low.value = String(from);
    sliders.high.value = String(to);
    draw(drawing, histogram, from, to);
    clearTimeout(timer);
    if (!(from < to)) return;
    timer = setTimeout(() => {
      picture.src = `${root.dataset.preview}?low=${from}&high=${to}`;
    }, WAIT_MS);
  };
  low.addEventListener("input", show);
  high.addEventListener("input", show);
  // A slider pushes the other one ahead of itself: black stays below white.
  sliders.low.addEventListener("input", () => {
    low.value = sliders.low.value;
    if (Number(high.value) <= Number(low.value)) high.value = String(Number(low.value) + 1);
    show();
  });
  sliders.high.addEventListener("input", () => {
    high.value = sliders.high.value;
    if (Number(low.value) >= Number(high.value)) low.value = String(Number(high.value) - 1);
    show();
  });
  for (const button of root.querySelectorAll("[data-set]")) {
    button.addEventListener("click", () => {
      [low.value, high.value] = (button.getAttribute("data-set") ?? "").split(",");
      show();
    });
  }
  show();
}

/**
 * Draw the counts on a root scale, so that few pixels are seen beside many, and the window's ramp over them.
 * @param {SVGElement} drawing
 * @param {Histogram} histogram
 * @param {number} low
 * @param {number} high
 */
function draw(drawing, histogram, low, high) {
  const most = Math.sqrt(Math.max(1, ...histogram.counts));
  const wide = 256 / histogram.counts.length;
  const at = (/** @type {number} */ level) => (256 * level) / (histogram.highest + 1);
  drawing.replaceChildren();
  histogram.counts.forEach((count, index) => {
    const tall = (76 * Math.sqrt(count)) / most;
    put(drawing, "rect", { class: "bar-of", x: index * wide, y: 80 - tall, width: wide, height: tall });
  });
  put(drawing, "rect", { class: "outside", x: 0, y: 0, width: Math.max(0, at(low)), height: 80 });
  put(drawing, "rect", { class: "outside", x: at(high), y: 0, width: Math.max(0, 256 - at(high)), height: 80 });
  put(drawing, "path", { class: "ramp", d: `M0 79 H${at(low)} L${at(high)} 1 H256` });
}

/**
 * @param {SVGElement} parent
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function put(parent, name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  parent.append(element);
}
