// @ts-check
// Says in words whether the work is saved, and offers what can be done where it is not.
import { signInAction } from "./page.js";
import { countOf, saveWords } from "./words.js";

/** @typedef {import("./saver.js").SaveNews} SaveNews */

/**
 * @typedef {object} SaveState
 * @property {(news: SaveNews) => void} tell
 * @property {() => void} lock  somebody else works on the image
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.word  where the one word stands
 * @param {import("./notice.js").Notice} parts.notice
 * @param {string} parts.loginUrl
 * @param {() => boolean} parts.locked
 * @param {() => number} parts.count  boxes on this page
 * @param {() => import("./saver.js").Saver | undefined} parts.saver
 * @param {() => void} parts.saved
 * @returns {SaveState}
 */
export function createSaveState({ word: place, notice, loginUrl, locked, count, saver, saved }) {
  /** @param {string} word @param {string} state */
  function write(word, state) {
    place.textContent = word;
    place.dataset.state = state;
  }

  return {
    tell(news) {
      const { word, sentence } = saveWords(news);
      write(word, news.state);
      if (news.merged) notice.say("Put together with boxes that somebody else saved meanwhile.");
      if (locked()) return;
      const save = { label: "Save now", perform: () => void saver()?.saveNow() };
      if (news.state === "conflict") {
        notice.show({
          tone: "warning",
          text: `${sentence} Here: ${countOf(count(), "box", "boxes")}.`,
          actions: [
            { label: "Keep mine on top", perform: () => void saver()?.resolve("mine"), primary: true },
            { label: "Take theirs", perform: () => void saver()?.resolve("theirs") },
          ],
        });
      } else if (news.state === "expired") {
        notice.show({ tone: "error", text: sentence, actions: [signInAction(loginUrl), save] });
      } else if (sentence) {
        notice.show({ tone: news.state === "offline" ? "warning" : "error", text: sentence, actions: [save] });
      } else if (news.state === "saved") {
        notice.clear();
        saved();
      }
    },
    lock() {
      write("Read only", "locked");
    },
  };
}
