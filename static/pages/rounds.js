// @ts-check
// The curves of a round: read once, and every two seconds more while it runs.

import { chart } from "./charts.js";
import { take } from "./curves.js";

const EVERY_MS = 2000;
const DASHES = ["solid", "dash", "dot", "dashdot", "longdash"];
const element = document.querySelector("[data-curves]");
if (element instanceof HTMLElement) watch(element);
const checkpoints = document.querySelector("[data-checkpoints]");
if (checkpoints instanceof HTMLElement) drawCheckpoints(checkpoints);

/**
 * Draw mAP by step, a line for each round and measure.
 * @param {HTMLElement} place
 */
function drawCheckpoints(place) {
  /** @type {{ round: number, step: number, map: number | null, map50: number | null }[]} */
  const rows = JSON.parse(document.getElementById("checkpoints")?.textContent ?? "[]");
  const rounds = [...new Set(rows.map((row) => row.round))];
  const named = (/** @type {string} */ name, /** @type {number} */ round) => (rounds.length > 1 ? `${name}, round ${round}` : name);
  chart(place, (colors) => ({
    data: rounds.flatMap((round, index) => {
      const mine = rows.filter((row) => row.round === round);
      return /** @type {const} */ ([["mAP50", "map50", colors.accent, "circle"], ["mAP", "map", colors.soft, "square"]]).map(
        ([name, key, color, symbol]) => ({
          name: named(name, round),
          x: mine.map((row) => row.step),
          y: mine.map((row) => row[key]),
          mode: "lines+markers",
          line: { color, width: 2, dash: DASHES[index % DASHES.length] },
          marker: { color, symbol, size: 7 },
          hovertemplate: `${named(name, round)} %{y:.3f} at step %{x}<extra></extra>`,
        }),
      );
    }),
    layout: { xaxis: { title: { text: "step" } }, yaxis: { rangemode: "tozero" }, showlegend: true },
  }));
}

/** @param {HTMLElement} place */
async function watch(place) {
  /** @type {Map<string, { x: number[], y: number[] }>} */
  const curves = new Map();
  let since = 0;
  /** @type {(() => void) | null} */
  let redraw = null;
  const running = "running" in place.dataset;
  const words = document.querySelector("[data-curve-words]");
  for (;;) {
    const events = await ask(place.dataset.curves ?? "", since);
    if (events === null) {
      if (words) words.textContent = "The curves cannot be read now.";
    } else {
      for (const event of events) {
        since = Math.max(since, event.id);
        take(curves, event);
      }
      if (events.length) redraw = show(place, curves, redraw);
      if (words) words.textContent = curves.size ? "" : running ? "They begin with the training." : "";
      // A long history comes in portions; the next one is asked for at once.
      if (events.length >= 1000) continue;
    }
    if (!curves.size && !running) place.closest("section")?.setAttribute("hidden", "");
    if (!running) return;
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

/**
 * @param {string} address
 * @param {number} since
 * @returns {Promise<any[] | null>} null when the server gave no answer
 */
async function ask(address, since) {
  try {
    const answer = await fetch(`${address}?since=${since}`, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).events : null;
  } catch {
    return null;
  }
}

/**
 * @param {HTMLElement} place
 * @param {Map<string, { x: number[], y: number[] }>} curves
 * @param {(() => void) | null} redraw
 */
function show(place, curves, redraw) {
  if (!curves.size) return redraw;
  if (redraw) {
    redraw();
    return redraw;
  }
  return chart(place, (colors) => ({
    data: [...curves].map(([name, curve], index) => ({
      name,
      x: [...curve.x],
      y: [...curve.y],
      mode: "lines",
      line: { color: index === 0 ? colors.accent : colors.soft, width: index === 0 ? 2 : 1.5, dash: DASHES[index % DASHES.length] },
      hovertemplate: `${name} %{y:.4f} at step %{x}<extra></extra>`,
    })),
    layout: { xaxis: { title: { text: "step" } }, yaxis: { rangemode: "tozero" }, showlegend: true },
  }));
}
