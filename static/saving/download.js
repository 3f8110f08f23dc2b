// @ts-check
// Hands a person the boxes that the server will not take any more.
import { toWire } from "../boxes/boxes.js";
import { element } from "../ui/element.js";

/** @typedef {{image: {id: string | number, name: string}, version: number, boxes: readonly import("../boxes/types.js").Box[]}} Takeable */

/** @param {Takeable} work @returns {string} */
export function workAsText({ image, version, boxes }) {
  return JSON.stringify({ image: { id: image.id, name: image.name }, version, boxes: boxes.map(toWire) }, null, 2);
}

/**
 * Save an image's boxes as a file.
 * @param {Takeable} work
 */
export function downloadWork(work) {
  const address = URL.createObjectURL(new Blob([workAsText(work)], { type: "application/json" }));
  const link = element("a", { href: address, download: `${work.image.name || work.image.id}.boxes.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
