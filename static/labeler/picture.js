// @ts-check
// Fetches an image's picture for the canvas; one that the server is still making is asked for again.

/** @typedef {import("./types.js").ImageInfo} ImageInfo */

export const ASK_AGAIN_MS = 1500;

/** The picture cannot be had; the message says why. */
export class NoPicture extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "NoPicture";
  }
}

/**
 * Load and decode the picture of an image, so that drawing it later costs no time.
 * @param {ImageInfo} image
 * @param {object} means
 * @param {(imageId: string | number) => Promise<ImageInfo>} means.getImage
 * @param {() => void} [means.waiting] called when the server is still making it
 * @param {() => boolean} [means.wanted] false ends the waiting
 * @returns {Promise<HTMLImageElement>}
 */
export async function loadPicture(image, { getImage, waiting, wanted = () => true }) {
  let info = image;
  while (info.view_state === "pending" || info.view_state === "rendering") {
    waiting?.();
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    if (!wanted()) throw new NoPicture("The image was left.");
    info = await getImage(image.id);
  }
  if (info.view_state === "failed") {
    throw new NoPicture(info.view_error || `No picture can be made of ${image.name}.`);
  }
  const picture = new Image();
  picture.decoding = "async";
  picture.src = info.view;
  try {
    await picture.decode();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new NoPicture(`The picture of ${image.name} could not be loaded.`);
  }
  return picture;
}
