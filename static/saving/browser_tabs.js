// @ts-check
// Which pages of this browser are still open, so that work of a page that lives is left to it. A lock is
// held where the browser has locks (secure origins); elsewhere a page answers when it is called.

const LOCK = "blemish.tab.";
const CHANNEL = "blemish.tabs";
const ANSWER_MS = 300;

/**
 * @typedef {object} BrowserTabs
 * @property {string} id
 * @property {(tabs: string[]) => Promise<Set<string>>} findOpen
 */

/**
 * @param {object} parts
 * @param {string} parts.id   of this page
 * @param {LockManager | undefined} parts.locks
 * @param {{postMessage: (message: any) => void, onmessage: ((event: any) => void) | null} | null} parts.channel
 * @returns {BrowserTabs}
 */
export function createBrowserTabs({ id, locks, channel }) {
  // Held until the page ends, however it ends.
  if (locks) void locks.request(LOCK + id, () => new Promise(() => {}));
  /** @type {Set<string>} */
  const heard = new Set();
  if (channel) {
    channel.onmessage = ({ data }) => {
      if (data?.called?.includes?.(id)) channel.postMessage({ here: id });
      if (typeof data?.here === "string") heard.add(data.here);
    };
  }

  return {
    id,
    async findOpen(tabs) {
      if (locks) {
        const { held = [] } = await locks.query();
        const names = new Set(held.map(({ name }) => name));
        return new Set(tabs.filter((tab) => names.has(LOCK + tab)));
      }
      if (!channel) return new Set();
      heard.clear();
      channel.postMessage({ called: tabs });
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
      return new Set(tabs.filter((tab) => heard.has(tab)));
    },
  };
}

/**
 * Make the channel over which pages call each other.
 * @returns {BroadcastChannel | null}
 */
export function openChannel() {
  return typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
}
