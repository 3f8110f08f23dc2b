// @ts-check
// The tiles that are held, and how many bytes they take: the least recently used go first.

/** @typedef {import("./pyramid.js").Tile} Tile */

/**
 * @typedef {object} HeldTile
 * @property {Tile} tile
 * @property {number} bytes
 * @property {ImageBitmap | null} bitmap   null until it is rendered
 * @property {number} version              of the tone mapping that it was rendered with
 */

/**
 * @typedef {object} TileCache
 * @property {(key: string) => HeldTile | undefined} get    and count it as used
 * @property {(key: string) => HeldTile | undefined} peek
 * @property {(key: string, held: HeldTile) => void} put
 * @property {(keep: ReadonlySet<string>) => HeldTile[]} trim   what had to go; never what is to be kept
 * @property {() => HeldTile[]} clear
 * @property {() => number} bytes
 */

/**
 * @param {number} most   bytes
 * @returns {TileCache}
 */
export function createTileCache(most) {
  /** @type {Map<string, HeldTile>} in the order of their last use */
  const tiles = new Map();
  let bytes = 0;

  /** @param {string} key @param {HeldTile} held */
  function remove(key, held) {
    tiles.delete(key);
    bytes -= held.bytes;
  }

  return {
    get(key) {
      const held = tiles.get(key);
      if (!held) return undefined;
      tiles.delete(key);
      tiles.set(key, held);
      return held;
    },
    peek: (key) => tiles.get(key),
    put(key, held) {
      const known = tiles.get(key);
      if (known) remove(key, known);
      tiles.set(key, held);
      bytes += held.bytes;
    },
    trim(keep) {
      const gone = [];
      for (const [key, held] of tiles) {
        if (bytes <= most) break;
        if (keep.has(key)) continue;
        remove(key, held);
        gone.push(held);
      }
      return gone;
    },
    clear() {
      const gone = [...tiles.values()];
      tiles.clear();
      bytes = 0;
      return gone;
    },
    bytes: () => bytes,
  };
}
