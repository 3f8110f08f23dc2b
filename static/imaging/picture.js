// @ts-check
// Gives an image's picture for the canvas: native gray levels where they can be had, else the 8-bit view.
import { Gone, NoPicture } from "../server/loader.js";
import { windowOf } from "./tone_mapping.js";
import { createTiledPicture } from "./tiled_picture.js";

/** @typedef {import("../boxes/types.js").ImageInfo} ImageInfo */
/** @typedef {import("../boxes/types.js").Size} Size */
/** @typedef {import("./tone_mapping.js").ToneMapping} ToneMapping */
/** @typedef {import("./tone_mapping.js").Window} Window */
/** @typedef {import("../server/loader.js").Trouble} Trouble */
/** @typedef {import("./tiled_picture.js").TiledPicture} TiledPicture */
/** @typedef {import("../canvas/paint.js").Picture} Painter */

/**
 * @typedef {object} Picture
 * @property {Painter["paint"]} paint
 * @property {ImageInfo} image
 * @property {TiledPicture | null} tiled   null: only the 8-bit view could be had
 * @property {string} why                  nothing more could be had, when `tiled` is null
 */

/**
 * @typedef {object} Pictures
 * @property {(image: ImageInfo, means?: {waiting?: () => void, wanted?: () => boolean}) => Promise<Picture>} load
 * @property {(image: ImageInfo) => Window} windowOf   the levels that are shown black and white
 * @property {() => ToneMapping} toneMapping
 * @property {(toneMapping: ToneMapping) => void} setToneMapping
 * @property {(image: ImageInfo | null) => void} show  the page is at this image now
 * @property {() => Picture | null} shown
 * @property {(listener: () => void) => void} onChange another picture, or something else is known of it
 */

export const ASK_AGAIN_MS = 1000;
/** Side of the tiles that an image in one piece is cut into. */
const SIDE = 512;
/** The one that is shown, those that come next, and those that a reviewer gets back. */
const KEPT = 6;

/**
 * @param {object} parts
 * @param {(imageId: string | number) => Promise<ImageInfo>} parts.getImage
 * @param {import("./tile_workers.js").TileWorkers} parts.tileWorkers
 * @param {HTMLCanvasElement} parts.canvasElement
 * @param {Partial<Record<"low" | "high", number | null>>} parts.projectWindow
 * @param {ToneMapping} parts.toneMapping
 * @param {() => void} parts.invalidate   the canvas is to be painted again
 * @returns {Pictures}
 */
export function createPictures({ getImage, tileWorkers, canvasElement, projectWindow, toneMapping, invalidate }) {
  /** @type {Picture[]} the latest last */
  let kept = [];
  /** @type {ImageInfo["id"] | null} */
  let shownId = null;
  /** @type {(() => void)[]} */
  const listeners = [];
  const tell = () => listeners.forEach((listener) => listener());

  const shown = () => kept.findLast(({ image }) => image.id === shownId) ?? null;
  const windowFor = (/** @type {ImageInfo} */ image) => windowOf(toneMapping, projectWindow, image.bit_depth);

  /** @param {Picture} picture */
  function keep(picture) {
    kept = [...kept, picture];
    const spare = kept.filter(({ image }) => image.id !== shownId).slice(0, Math.max(0, kept.length - KEPT));
    for (const { tiled } of spare) tiled?.leave();
    kept = kept.filter((known) => !spare.includes(known));
    tell();
  }

  /**
   * @param {ImageInfo} image
   * @param {import("./tiled_picture.js").Source} source
   * @param {{side: number, histogram: import("./tiled_picture.js").Histogram | null}} more
   * @returns {Promise<Picture>}
   */
  async function render(image, source, { side, histogram }) {
    const { width, height, channels, bit_depth: depth } = image;
    const ratio = window.devicePixelRatio || 1;
    const tiled = createTiledPicture({
      shape: { width, height, channels, depth, side },
      source,
      histogram,
      tileWorkers,
      currentToneMapping: () => ({ toneMapping, window: windowFor(image) }),
      changed() {
        if (image.id === shownId) invalidate();
        tell();
      },
      troubled: tell,
      screen: { width: Math.max(1, canvasElement.clientWidth * ratio), height: Math.max(1, canvasElement.clientHeight * ratio) },
    });
    keep({ image, tiled, why: "", paint: tiled.paint });
    const picture = kept[kept.length - 1];
    try {
      await tiled.ready;
    } catch (error) {
      tiled.leave();
      kept = kept.filter((known) => known !== picture);
      throw error;
    }
    return picture;
  }

  return {
    toneMapping: () => toneMapping,
    windowOf: windowFor,
    shown,
    onChange: (listener) => void listeners.push(listener),
    setToneMapping(next) {
      toneMapping = next;
      for (const { tiled } of kept) tiled?.toneMappingChanged();
      tell();
    },
    show(image) {
      shownId = image?.id ?? null;
      tell();
    },
    async load(image, { waiting = () => {}, wanted = () => true } = {}) {
      try {
        if (!image.tiles) return await render(image, { whole: image.pixels }, { side: SIDE, histogram: null });
        const { tile: side, histogram, address } = await describeTiles(image, { waiting, wanted });
        const urlOf = (/** @type {import("./pyramid.js").Tile} */ { level, column, row }) =>
          address.replace("{level}", level).replace("{column}", column).replace("{row}", row);
        return await render(image, { urlOf }, { side, histogram });
      } catch (error) {
        if (error instanceof NoPicture || !(error instanceof Error)) throw error;
        const view = await loadView(image, { getImage, waiting, wanted });
        const picture = { image, tiled: null, why: error.message, paint: painterOf(view) };
        keep(picture);
        return picture;
      }
    },
  };
}

/**
 * Paint an image element as a picture.
 * @param {HTMLImageElement} view
 * @returns {Painter["paint"]}
 */
function painterOf(view) {
  return (context, { view: { scale, leftScr, topScr }, size }) => {
    context.imageSmoothingEnabled = scale < 2;
    context.imageSmoothingQuality = "high";
    context.drawImage(view, leftScr, topScr, size.width * scale, size.height * scale);
  };
}

/**
 * Load and decode the 8-bit view of an image; one that the server is still making is asked for again.
 * @param {ImageInfo} image
 * @param {object} means
 * @param {(imageId: string | number) => Promise<ImageInfo>} means.getImage
 * @param {() => void} means.waiting
 * @param {() => boolean} means.wanted
 * @returns {Promise<HTMLImageElement>}
 */
async function loadView(image, { getImage, waiting, wanted }) {
  let info = image;
  while (info.view_state === "pending" || info.view_state === "rendering") {
    waiting();
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

/**
 * Ask for the tiles until they are made.
 * @param {ImageInfo} image
 * @param {{waiting: () => void, wanted: () => boolean}} means
 */
async function describeTiles(image, { waiting, wanted }) {
  for (;;) {
    const response = await fetch(image.tiles, { credentials: "same-origin", headers: { Accept: "application/json" } });
    const body = await response.json().catch(() => ({}));
    if (response.ok) return body;
    if (body.code !== "tiles_pending") throw new Gone(body.detail ?? `The server answered ${response.status}.`, response.status, body.code ?? "");
    waiting();
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    if (!wanted()) throw new NoPicture("The image was left.");
  }
}
