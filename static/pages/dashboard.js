// @ts-check
// The charts of the dashboard; a click on a bar goes to the images behind it.

import { chart } from "./charts.js";

/** @param {string} name */
function short(name) {
  return name.length > 18 ? `${name.slice(0, 17)}…` : name;
}

for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => {
    // Empty fields stay out of the address.
    for (const field of /** @type {HTMLFormElement} */ (form).elements) {
      if (/** @type {HTMLInputElement} */ (field).value === "") field.setAttribute("disabled", "");
    }
    /** @type {HTMLFormElement} */ (form).requestSubmit();
  });
}

const root = document.querySelector("[data-dashboard]");
if (root instanceof HTMLElement) drawAll(root);

/** @param {HTMLElement} root */
function drawAll(root) {
  const figures = JSON.parse(document.getElementById("figures")?.textContent ?? "{}");
  const go = (/** @type {Record<string, string>} */ more) => {
    const query = new URLSearchParams(root.dataset.query);
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    location.href = `${root.dataset.images}?${query}`;
  };
  const place = (/** @type {string} */ id) => document.getElementById(id);
  const pareto = place("pareto");
  if (pareto) drawPareto(pareto, figures.types, go);
  const severity = place("severity");
  if (severity) drawSeverity(severity, figures, go);
  const labeled = place("labeled");
  if (labeled) drawLabeled(labeled, figures.labeled, go);
  const rounds = place("rounds");
  if (rounds) drawRounds(rounds, figures.rounds);
}

/** @typedef {(more: Record<string, string>) => void} Go */

/**
 * @param {HTMLElement} element
 * @param {(point: any) => void} act
 */
function onBar(element, act) {
  /** @type {any} */ (element).on("plotly_click", (/** @type {any} */ event) => act(event.points[0]));
}

/**
 * @param {HTMLElement} element
 * @param {any[]} types
 * @param {Go} go
 */
function drawPareto(element, types, go) {
  const shown = types.filter((type) => type.boxes);
  const names = shown.map((type) => type.name);
  chart(element, (colors) => ({
    data: [
      {
        type: "bar",
        name: "boxes",
        x: names,
        y: shown.map((type) => type.boxes),
        marker: { color: shown.map((type) => type.color), line: { color: colors.soft, width: 1 } },
        hovertemplate: "%{x}: %{y} boxes<extra></extra>",
      },
      {
        name: "cumulative",
        x: names,
        y: shown.map((type) => type.cumulative),
        yaxis: "y2",
        mode: "lines+markers",
        line: { color: colors.text, width: 1.5 },
        marker: { color: colors.text, size: 6 },
        hovertemplate: "up to %{x}: %{y:.0%}<extra></extra>",
      },
    ],
    layout: {
      xaxis: { type: "category", tickvals: names, ticktext: names.map(short) },
      yaxis: { title: { text: "boxes" } },
      yaxis2: { overlaying: "y", side: "right", range: [0, 1.05], tickvals: [0, 0.25, 0.5, 0.75, 1], tickformat: ".0%", showgrid: false },
      showlegend: false,
      margin: { r: 44 },
    },
  }));
  onBar(element, (point) => go({ defect_type: point.x }));
}

/**
 * @param {HTMLElement} element
 * @param {any} figures
 * @param {Go} go
 */
function drawSeverity(element, figures, go) {
  const { edges, types } = figures.severity;
  const color = Object.fromEntries(figures.types.map((/** @type {any} */ type) => [type.name, type.color]));
  const middles = edges.slice(1).map((/** @type {number} */ edge, /** @type {number} */ k) => (edge + edges[k]) / 2);
  const spans = middles.map((/** @type {number} */ _, /** @type {number} */ k) => `${edges[k].toFixed(1)} to ${edges[k + 1].toFixed(1)}`);
  const shapes = ["", "/", "x", ".", "-", "|", "+", "\\"];
  chart(element, (colors) => ({
    data: Object.entries(types).map(([name, counts], index) => ({
      type: "bar",
      name: short(name),
      x: middles,
      y: counts,
      customdata: counts.map((/** @type {number} */ _, /** @type {number} */ k) => [name, spans[k], k]),
      marker: {
        color: color[name],
        line: { color: colors.soft, width: 1 },
        pattern: { shape: shapes[index % shapes.length], fillmode: "overlay", fgcolor: colors.panel, size: 7, solidity: 0.2 },
      },
      hovertemplate: "%{customdata[0]}, severity %{customdata[1]}: %{y} boxes<extra></extra>",
    })),
    layout: {
      barmode: "stack",
      bargap: 0.08,
      xaxis: { range: [0, 1], dtick: 0.2, title: { text: "severity" } },
      yaxis: { title: { text: "boxes" } },
    },
  }));
  onBar(element, (point) => {
    const [name, , k] = point.customdata;
    go({ defect_type: name, severity_from: String(edges[k]), severity_below: String(edges[k + 1]) });
  });
}

/**
 * @param {HTMLElement} element
 * @param {any[]} days
 * @param {Go} go
 */
function drawLabeled(element, days, go) {
  const dates = days.map((row) => row.day);
  chart(element, (colors) => ({
    data: [
      { type: "bar", name: "by people", x: dates, y: days.map((row) => row.people), marker: { color: colors.accent } },
      {
        type: "bar",
        name: "by models",
        x: dates,
        y: days.map((row) => row.auto),
        marker: { color: colors.panel, line: { color: colors.accent, width: 1 }, pattern: { shape: "/", fillmode: "overlay", fgcolor: colors.accent, size: 6 } },
      },
    ],
    layout: {
      barmode: "stack",
      xaxis: { type: "date", tickformat: "%b %-d" },
      yaxis: { title: { text: "images" }, tickformat: ",d" },
      showlegend: true,
    },
  }));
  onBar(element, (point) => {
    if (point.data.name === "by people") go({ labeled_on: String(point.x).slice(0, 10) });
    else go({ state: "auto_labeled" });
  });
}

/**
 * @param {HTMLElement} element
 * @param {any[]} rounds
 */
function drawRounds(element, rounds) {
  const numbers = rounds.map((row) => row.number);
  const line = (/** @type {string} */ name, /** @type {string} */ key, /** @type {string} */ color, /** @type {string} */ dash, /** @type {string} */ symbol) => ({
    name,
    x: numbers,
    y: rounds.map((row) => row[key]),
    mode: "lines+markers",
    line: { color, dash, width: 2 },
    marker: { color, symbol, size: 8 },
    hovertemplate: `round %{x}: ${name} %{y:.3f}<extra></extra>`,
  });
  chart(element, (colors) => ({
    data: [line("mAP50", "map50", colors.accent, "solid", "circle"), line("mAP", "map", colors.soft, "dash", "square")],
    layout: {
      xaxis: { title: { text: "round" }, tickvals: numbers, range: [Math.min(...numbers) - 0.5, Math.max(...numbers) + 0.5] },
      yaxis: { range: [0, 1.04] },
      showlegend: true,
    },
  }));
}
