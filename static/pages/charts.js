// @ts-check
// Charts in the page's own colors, by plotly from its wheel; drawn anew when the colors change.

import { onThemeChange, tokenColor } from "./theme.js";

/** @typedef {(colors: Colors) => { data: object[], layout?: object }} Recipe */
/** @typedef {{ text: string, soft: string, line: string, accent: string, panel: string, raised: string }} Colors */

/** @returns {Colors} */
export function pageColors() {
  return {
    text: tokenColor("--text"),
    soft: tokenColor("--text-soft"),
    line: tokenColor("--line"),
    accent: tokenColor("--accent"),
    panel: tokenColor("--panel"),
    raised: tokenColor("--raised"),
  };
}

/**
 * Draw a chart into `element` and again whenever the colors change; returns a function that draws it anew.
 * @param {HTMLElement} element
 * @param {Recipe} recipe
 * @returns {() => void}
 */
export function chart(element, recipe) {
  const draw = () => {
    const plotly = /** @type {any} */ (window).Plotly;
    const colors = pageColors();
    const { data, layout } = recipe(colors);
    plotly.react(element, data, merge(baseLayout(colors), layout ?? {}), { displayModeBar: false, responsive: true });
  };
  draw();
  onThemeChange(draw);
  return draw;
}

/** @param {Colors} colors */
function baseLayout(colors) {
  const axis = {
    gridcolor: colors.line,
    zerolinecolor: colors.line,
    linecolor: colors.line,
    tickcolor: colors.line,
    automargin: true,
    fixedrange: true,
  };
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 12, color: colors.soft },
    margin: { t: 8, r: 8, b: 32, l: 40 },
    xaxis: { ...axis },
    yaxis: { ...axis },
    yaxis2: { ...axis },
    hoverlabel: { bgcolor: colors.raised, bordercolor: colors.line, font: { color: colors.text } },
    legend: { orientation: "h", traceorder: "normal", y: 1.02, yanchor: "bottom", x: 0 },
    bargap: 0.25,
  };
}

/**
 * Lay `over` upon `base`, objects key by key.
 * @param {Record<string, any>} base
 * @param {Record<string, any>} over
 * @returns {Record<string, any>}
 */
function merge(base, over) {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const plain = value !== null && typeof value === "object" && !Array.isArray(value);
    result[key] = plain && result[key] ? merge(result[key], value) : value;
  }
  return result;
}
