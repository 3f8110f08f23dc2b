// @ts-check
// The heartbeat that renews the leases of the open image and of those claimed ahead.
import { ApiError, Unreachable } from "./api.js";

/** @typedef {import("./api.js").Api} Api */

export const HEARTBEAT_MS = 20000;
/** Without a touch of key or mouse for so long, leases are left to their end: the person has gone. */
export const IDLE_MS = 10 * 60 * 1000;

/**
 * @typedef {object} Heartbeat
 * @property {(imageId: string | number) => void} hold
 * @property {(imageId: string | number) => Promise<void>} release
 * @property {(imageId: string | number) => void} forget   the server has ended it
 * @property {() => void} releaseAll    as the page goes away
 * @property {() => Promise<void>} beat
 * @property {() => void} stop
 */

/**
 * Start the heartbeat.
 * @param {object} parts
 * @param {Pick<Api, "renewLease" | "releaseLease">} parts.api
 * @param {(imageId: string | number, error: ApiError) => void} parts.lost the lease went to somebody else
 * @param {(lease: Record<string, any>) => void} [parts.renewed]
 * @param {() => number} parts.idleMs how long ago the person last did something
 * @param {typeof setInterval} [parts.every]
 * @param {typeof clearInterval} [parts.stopEvery]
 * @returns {Heartbeat}
 */
export function startHeartbeat({ api, lost, renewed = () => {}, idleMs, every = setInterval, stopEvery = clearInterval }) {
  /** @type {Set<string | number>} */
  const held = new Set();

  async function beat() {
    if (idleMs() > IDLE_MS) return;
    await Promise.all(
      [...held].map(async (imageId) => {
        try {
          renewed(await api.renewLease(imageId));
        } catch (error) {
          // Unreachable or signed out: the saver says so; the lease lasts for several beats.
          if (!(error instanceof ApiError) || error.status !== 423 || !held.has(imageId)) return;
          held.delete(imageId);
          lost(imageId, error);
        }
      }),
    );
  }

  const timer = every(() => void beat(), HEARTBEAT_MS);
  return {
    hold: (imageId) => void held.add(imageId),
    async release(imageId) {
      if (!held.delete(imageId)) return;
      // A lease that cannot be released ends by itself.
      await api.releaseLease(imageId).catch(leaveToItsEnd);
    },
    forget: (imageId) => void held.delete(imageId),
    releaseAll() {
      for (const imageId of held) void api.releaseLease(imageId, { keepalive: true }).catch(leaveToItsEnd);
      held.clear();
    },
    beat,
    stop: () => stopEvery(timer),
  };
}

/** @param {unknown} error */
function leaveToItsEnd(error) {
  if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
}
