// @ts-check
// What changes while the gallery is open: pictures that a worker draws, and who works where.

const QUICK_MS = 2000;
const SLOW_MS = 5000;
const ASKED = 200;

/**
 * Ask again and again; quickly while pictures are missing.
 * @param {string} address
 * @param {{ pending: () => HTMLImageElement[], working: (names: Map<number, string>) => void,
 *   drawn: (picture: HTMLImageElement, outcome: { url?: string, error?: string }) => void }} options
 */
export function watchLive(address, { pending, working, drawn }) {
  async function ask() {
    const waiting = pending().slice(0, ASKED);
    if (!document.hidden) {
      const ids = waiting.map((picture) => picture.dataset.pending).join(",");
      try {
        const answer = await fetch(`${address}?ids=${ids}`, { headers: { Accept: "application/json" } });
        // A session that ended leads to the sign-in page, which is no JSON.
        if (answer.ok && !answer.redirected) {
          const told = await answer.json();
          working(new Map(Object.entries(told.working).map(([id, name]) => [Number(id), String(name)])));
          for (const picture of waiting) {
            const outcome = told.drawn[picture.dataset.pending ?? ""];
            if (outcome) drawn(picture, outcome);
          }
        }
      } catch {
        // The server cannot be reached now; the next turn asks again.
      }
    }
    setTimeout(ask, waiting.length ? QUICK_MS : SLOW_MS);
  }
  setTimeout(ask, QUICK_MS);
}

/**
 * Show a picture that is there now, or why there will be none.
 * @param {HTMLImageElement} picture
 * @param {{ url?: string, error?: string }} outcome
 */
export function showDrawn(picture, { url, error }) {
  if (url) {
    picture.src = url;
    picture.removeAttribute("data-pending");
  } else if (error) {
    const words = document.createElement("span");
    words.className = "no-view";
    words.textContent = `No picture: ${error}`;
    picture.replaceWith(words);
  }
}
