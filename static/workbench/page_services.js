// @ts-check
// What ties a page to the server: its calls, what the person chose, where unsaved work is kept, signing in,
// leases and the images that come next.
import { createApi } from "../server/api.js";
import { csrfTokenOf, keepCsrfToken } from "../server/csrf.js";
import { openUnsentStorage } from "../saving/unsent_storage.js";
import { startHeartbeat } from "../server/lease_heartbeat.js";
import { isExpectedError } from "../server/errors.js";
import { showTypesChanged } from "./error_notices.js";
import { watchIdleTime } from "../ui/idle_time.js";
import { createPreferences } from "../saving/preferences.js";
import { createQueue } from "../server/image_queue.js";
import { createSignIn } from "../server/sign_in.js";

/**
 * @param {object} parts
 * @param {import("../boxes/types.js").PageData} parts.data
 * @param {"label" | "review"} parts.kind
 * @param {number} parts.ahead   how many images are claimed ahead
 * @param {import("../ui/notice.js").Notice} parts.notice
 * @param {() => string | number | undefined} parts.open   the image that is open
 * @param {(image: import("../boxes/types.js").ImageInfo) => Promise<import("../imaging/picture.js").Picture>} parts.load
 * @param {(imageId: string | number, error: import("../server/api.js").ApiError) => void} parts.lost   somebody else
 *   has the open image now
 * @param {() => void} parts.signedIn   the person is back
 */
export function createPageServices({ data, kind, ahead, notice, open, load, lost, signedIn }) {
  const slug = data.project.slug;
  const api = createApi({
    csrfToken: () => csrfTokenOf(document, data.csrf_cookie),
    tokenChanged: (token) => keepCsrfToken(document, token),
    person: data.person.id,
  });
  const preferences = createPreferences({ api, data, refused: notice.say });
  const unsentStorage = openUnsentStorage({ person: data.person, project: slug, kind });
  const signIn = createSignIn({ api, person: data.person, loginUrl: data.login_url, signedIn });
  const heartbeat = startHeartbeat({
    api,
    idleMs: watchIdleTime(),
    renewed({ types }) {
      if (types !== data.types_fingerprint) showTypesChanged(notice);
    },
    lost(imageId, error) {
      queue.lose(imageId);
      if (imageId === open()) lost(imageId, error);
    },
  });
  const queue = createQueue({
    claim: (exclude) => api.claim(slug, kind, exclude),
    load,
    hold: heartbeat.hold,
    release: (imageId) => void heartbeat.release(imageId),
    open,
    isExpected: isExpectedError,
    ahead,
  });
  window.addEventListener("pagehide", () => void preferences.flush({ keepalive: true }));
  // A page that comes back from the browser's cache has given its leases away, and others may have saved.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  return { api, preferences, unsentStorage, signIn, heartbeat, queue };
}
