// @ts-check
// Says in words whether the work is saved, and offers what can be done where it is not.
import { downloadWork } from "./download.js";
import { saveMessage } from "../ui/messages.js";

/** @typedef {import("./saver.js").SaveReport} SaveReport */

/**
 * @typedef {object} SaveStatus
 * @property {(report: SaveReport) => void} report
 * @property {() => void} lock  somebody else works on the image
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.word  where the one word stands
 * @param {import("../ui/notice.js").Notice} parts.notice
 * @param {import("../server/sign_in.js").SignIn} parts.signIn
 * @param {import("../conflicts/conflicts.js").Conflicts} parts.conflicts
 * @param {() => boolean} parts.locked
 * @param {() => import("../label/image_session.js").Open | null} parts.open
 * @param {() => readonly import("../boxes/types.js").Box[]} parts.boxes  on this page
 * @param {(id: string) => void} parts.showBox
 * @param {import("../ui/notice.js").Action} parts.next
 * @param {() => void} parts.saved
 * @returns {SaveStatus}
 */
export function createSaveStatus({ word: place, notice, signIn, conflicts, locked, open, boxes, showBox, next, saved }) {
  /** @param {string} word @param {string} state */
  function write(word, state) {
    place.textContent = word;
    place.dataset.state = state;
  }

  const save = { label: "Save now", perform: () => void open()?.saver.saveNow() };
  const download = {
    label: "Download my boxes",
    perform() {
      const now = open();
      if (now) downloadWork({ image: now.image, version: now.saver.version(), boxes: boxes() });
    },
  };

  /** @param {SaveReport} report @returns {import("../ui/notice.js").Action[]} what can be done about it */
  function actionsFor({ state, box }) {
    switch (state) {
      case "conflict":
        return [
          { label: "All mine", perform: () => void open()?.saver.resolve("mine") },
          { label: "All theirs", perform: () => void open()?.saver.resolve("theirs") },
        ];
      case "expired":
        return [signIn.action(), save];
      case "gone":
        return [download, next];
      case "refused": {
        const reload = { label: "Load the page again", perform: () => location.reload() };
        return [...(box ? [{ label: "Show the box", perform: () => showBox(box), primary: true }] : []), save, reload];
      }
      default:
        return [save];
    }
  }

  return {
    report(report) {
      const { word, sentence } = saveMessage(report);
      // Without a copy here, what is not on the server yet hangs on this page.
      if (report.isStored === false && report.state !== "saved") notice.show(NO_COPY, "copy");
      else notice.clear("copy");
      if (report.merged) notice.say("Put together with boxes that somebody else saved meanwhile.");
      if (report.state === "conflict") conflicts.ask({ conflicts: report.conflicts ?? [], savedBy: report.savedBy });
      else conflicts.end();
      if (report.state === "expired") void signIn.ask();
      if (locked() && report.state !== "conflict") return;
      write(word, report.state);
      if (sentence) {
        const isWarning = report.state === "offline" || report.state === "conflict";
        notice.show({ tone: isWarning ? "warning" : "error", text: sentence, actions: actionsFor(report) });
      } else if (report.state === "saved") {
        notice.clear();
        saved();
      }
    },
    lock() {
      write("Read only", "locked");
    },
  };
}

/** @type {import("../ui/notice.js").Note} */
const NO_COPY = {
  tone: "warning",
  text: "This browser keeps no copy of unsaved work (its storage is full or denied). Keep this page open until it says Saved.",
};
