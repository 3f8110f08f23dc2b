// @ts-check
// The charts of an evaluation: precision by recall, and accuracy by the size of the defects.

import { chart } from "./charts.js";

const DASHES = ["solid", "dash", "dot", "dashdot", "longdash", "longdashdot"];
const explained = JSON.parse(document.getElementById("explained")?.textContent ?? "null");
const curves = document.querySelector("[data-precision]");
if (curves instanceof HTMLElement && explained) drawCurves(curves);
const sizes = document.querySelector("[data-sizes]");
if (sizes instanceof HTMLElement && explained) drawSizes(sizes);

/** @returns {"at50" | "mean"} */
function chosenOverlap() {
  const field = document.querySelector('input[name="iou"]:checked');
  return field instanceof HTMLInputElement && field.value === "mean" ? "mean" : "at50";
}

/** @param {HTMLElement} place */
function drawCurves(place) {
  const { types, all } = explained.curves;
  const recalls = all.at50.map((/** @type {number} */ _, /** @type {number} */ index) => index / (all.at50.length - 1));
  const redraw = chart(place, (colors) => {
    const key = chosenOverlap();
    const lines = types.map((/** @type {any} */ curve, /** @type {number} */ index) => ({
      name: curve.name,
      x: recalls,
      y: curve[key],
      text: curve.scores.map((/** @type {number} */ score) => (key === "at50" && score > 0 ? `, from score ${score.toFixed(2)}` : "")),
      mode: "lines",
      line: { color: explained.colors[curve.name], width: 1.75, dash: DASHES[index % DASHES.length] },
      hovertemplate: `${curve.name}: precision %{y:.2f} at recall %{x:.2f}%{text}<extra></extra>`,
    }));
    const mean = {
      name: "all types",
      x: recalls,
      y: all[key],
      mode: "lines",
      line: { color: colors.text, width: 3 },
      hovertemplate: "all types: precision %{y:.2f} at recall %{x:.2f}<extra></extra>",
    };
    return {
      data: types.length > 1 ? [...lines, mean] : lines,
      layout: {
        xaxis: { title: { text: "recall" }, range: [0, 1] },
        yaxis: { title: { text: "precision" }, range: [0, 1.02] },
        showlegend: true,
      },
    };
  });
  for (const field of document.querySelectorAll('input[name="iou"]')) field.addEventListener("change", redraw);
}

/** @param {HTMLElement} place */
function drawSizes(place) {
  const names = explained.sizes.map((/** @type {any} */ size) => `${size.name}, ${size.boxes} boxes`);
  const shapes = ["", "/", "x", ".", "-", "|", "+", "\\"];
  chart(place, (colors) => ({
    data: explained.curves.types.map((/** @type {any} */ curve, /** @type {number} */ index) => ({
      type: "bar",
      name: curve.name,
      x: names,
      y: explained.sizes.map((/** @type {any} */ size) => size.types[curve.name]),
      marker: {
        color: explained.colors[curve.name],
        line: { color: colors.soft, width: 1 },
        pattern: { shape: shapes[index % shapes.length], fillmode: "overlay", fgcolor: colors.panel, size: 7, solidity: 0.2 },
      },
      hovertemplate: `${curve.name}, %{x}: AP50 %{y:.3f}<extra></extra>`,
    })),
    layout: { barmode: "group", yaxis: { title: { text: "AP at IoU 0.5" }, range: [0, 1.02] }, showlegend: true },
  }));
}
