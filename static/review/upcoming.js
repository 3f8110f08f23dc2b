// @ts-check
// What the reviewer decides next: a decision that came back first, then what is claimed, then what the server has.

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../server/image_queue.js").Item} Item */
/** @typedef {import("./decisions.js").Decided} Decided */

/**
 * An item to be opened, with what was made of it before: its boxes, and a decision that came back.
 * @typedef {{item: Item, boxes?: Box[], before?: Decided}} Upcoming
 */

/**
 * @param {import("../workbench/workbench.js").Workbench} workbench
 * @param {object} calls
 * @param {() => boolean} calls.isOpen
 * @param {(upcoming: Upcoming) => void} calls.show
 * @param {() => void} calls.showNothing
 */
export function createUpcoming({ root, queue, editor, showError }, { isOpen, show, showNothing }) {
  /** @type {Upcoming[]} */
  const returned = [];
  /** Whether the server is asked for the next image; one that came back may be decided meanwhile. */
  let isWaiting = false;

  async function fetchNext() {
    if (isWaiting) return;
    isWaiting = true;
    root.dataset.state = "waiting";
    try {
      const item = await queue.next();
      isWaiting = false;
      if (isOpen() && item) returned.push({ item });
      else if (item) show({ item });
      else if (!isOpen()) showNothing();
      void queue.fill();
    } catch (error) {
      if (!isOpen()) root.dataset.state = "claim";
      showError(error);
    } finally {
      isWaiting = false;
      editor().refresh();
    }
  }

  return {
    /** @param {Upcoming} upcoming */
    putBack: (upcoming) => void returned.unshift(upcoming),
    /** Open what comes next, at once when it is here. */
    async goOn() {
      const before = returned.shift();
      if (before) {
        show(before);
        return;
      }
      const item = queue.take();
      if (!item) {
        await fetchNext();
        return;
      }
      show({ item });
      void queue.fill();
    },
  };
}
