// @ts-check
// The images that come next: claimed ahead under a lease, their pictures loaded before they are needed.

/** @typedef {import("../boxes/types.js").Claimed} Claimed */
/** @typedef {import("../boxes/types.js").ImageInfo} ImageInfo */

/**
 * @typedef {object} Item
 * @property {Claimed} claimed
 * @property {Promise<import("../imaging/picture.js").Picture>} picture
 * @property {import("../imaging/picture.js").Picture | null} ready      the picture once it is decoded
 */

/**
 * @typedef {object} Queue
 * @property {() => Promise<Item | null>} next     null when none is left
 * @property {() => Item | null} take              the next one if it is here already
 * @property {() => Promise<void>} fill            claims ahead; errors are left to the next call of `next`
 * @property {(imageId: string | number) => void} skip   never to be offered again on this page
 * @property {(imageId: string | number) => void} lose   somebody else has it now
 * @property {() => number} length
 */

/**
 * @param {object} parts
 * @param {(exclude: (string | number)[]) => Promise<Claimed | null>} parts.claim
 * @param {(image: ImageInfo) => Promise<import("../imaging/picture.js").Picture>} parts.load
 * @param {(imageId: string | number) => void} parts.hold     keeps the lease
 * @param {(imageId: string | number) => void} parts.release  gives it back
 * @param {() => (string | number) | undefined} parts.open    the image on the page: its lease may have ended
 * @param {(error: unknown) => boolean} parts.isExpected      errors that may wait until `next`
 * @param {number} parts.ahead   how many to have ready
 * @returns {Queue}
 */
export function createQueue({ claim, load, hold, release, open, isExpected, ahead }) {
  /** @type {Item[]} */
  let items = [];
  /** @type {Set<string | number>} */
  const skipped = new Set();
  /** @type {Promise<void> | null} */
  let filling = null;

  /** @returns {Promise<boolean>} false when none is left */
  async function claimOne() {
    const here = new Set([...skipped, ...items.map(({ claimed }) => claimed.image.id)]);
    const onPage = open();
    if (onPage !== undefined) here.add(onPage);
    const claimed = await claim([...here]);
    if (!claimed) return false;
    hold(claimed.image.id);
    if (skipped.has(claimed.image.id)) {
      // It was skipped while this claim was on its way.
      release(claimed.image.id);
      return claimOne();
    }
    const picture = load(claimed.image);
    /** @type {Item} */
    const item = { claimed, picture, ready: null };
    // A picture that fails is told by whoever opens the item; here it only must not go unhandled.
    picture.then(
      (image) => (item.ready = image),
      () => null,
    );
    items.push(item);
    return true;
  }

  async function fillUp() {
    try {
      while (items.length < ahead && (await claimOne()));
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
  }

  /** @returns {Promise<void>} */
  function fill() {
    filling ??= fillUp().finally(() => {
      filling = null;
    });
    return filling;
  }

  const take = () => items.shift() ?? null;

  return {
    take,
    fill,
    async next() {
      if (items.length === 0) await filling;
      if (items.length === 0) await claimOne();
      return take();
    },
    skip: (imageId) => void skipped.add(imageId),
    lose(imageId) {
      items = items.filter(({ claimed }) => claimed.image.id !== imageId);
    },
    length: () => items.length,
  };
}
