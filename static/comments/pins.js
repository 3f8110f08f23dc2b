// @ts-check
// Draws the pins of comments: a needle with the thread's number; one that asks for help is square with a "?".
import { HEAD_SCR, RADIUS_SCR } from "./threads.js";
import { toScreen } from "../canvas/viewport.js";

/** @typedef {import("../boxes/types.js").Viewport} Viewport */
/** @typedef {import("./threads.js").Pin} Pin */

const FONT = '700 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
const OPEN = "#1c5fa8";
const HELP = "#8a3b00";
const RESOLVED = "#5a5a5a";

/**
 * @param {CanvasRenderingContext2D} context in CSS pixels
 * @param {Viewport} view
 * @param {readonly Pin[]} pins
 * @param {number | null} chosen   the pin with a ring
 */
export function paintPins(context, view, pins, chosen) {
  context.save();
  const rank = (/** @type {Pin} */ pin) => Number(pin.id === chosen);
  for (const pin of [...pins].sort((a, b) => rank(a) - rank(b))) {
    const { xScr, yScr } = toScreen(view, pin.point);
    const text = pin.id < 0 ? "+" : `${pin.number}${pin.help ? "?" : ""}`;
    paintPin(context, xScr, yScr, { ...pin, text, isChosen: pin.id === chosen });
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} xScr the tip
 * @param {number} yScr
 * @param {{help: boolean, resolved: boolean, text: string, isChosen: boolean}} look
 */
function paintPin(context, xScr, yScr, { help, resolved, text, isChosen }) {
  const color = help ? HELP : resolved ? RESOLVED : OPEN;
  const middle = yScr - HEAD_SCR;
  context.beginPath();
  context.moveTo(xScr - 5, middle + RADIUS_SCR - 3);
  context.lineTo(xScr, yScr);
  context.lineTo(xScr + 5, middle + RADIUS_SCR - 3);
  context.closePath();
  context.fillStyle = color;
  context.fill();
  context.beginPath();
  if (help) context.rect(xScr - RADIUS_SCR, middle - RADIUS_SCR + 1, 2 * RADIUS_SCR, 2 * RADIUS_SCR - 2);
  else context.arc(xScr, middle, RADIUS_SCR, 0, 2 * Math.PI);
  context.fillStyle = resolved ? "#ffffff" : color;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = resolved ? color : "#ffffff";
  context.stroke();
  if (isChosen) {
    context.beginPath();
    context.arc(xScr, middle, RADIUS_SCR + 5, 0, 2 * Math.PI);
    context.lineWidth = 3;
    context.strokeStyle = "#ffffff";
    context.stroke();
    context.lineWidth = 1.5;
    context.strokeStyle = color;
    context.stroke();
  }
  context.font = FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = resolved ? color : "#ffffff";
  context.fillText(text, xScr, middle + 0.5);
}
