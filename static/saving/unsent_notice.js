// @ts-check
// Finds work that was kept on this computer and never sent, says so, and sends it when asked.
import { downloadWork } from "./download.js";
import { countOf } from "../ui/messages.js";
import { labelAddress } from "../server/addresses.js";

/** @typedef {import("./unsent_work.js").UnsentRecord} UnsentRecord */
/** @typedef {import("./outbox.js").Outcome} Outcome */
/** @typedef {import("../ui/notice.js").Note} Note */

/**
 * @typedef {object} UnsentNotice
 * @property {() => Promise<void>} refresh       shows or hides the note
 * @property {() => Promise<void>} sendOwn    sends what this page itself left behind, unasked
 */

/**
 * @param {object} parts
 * @param {import("./unsent_work.js").UnsentWork} parts.unsentWork
 * @param {import("./outbox.js").Outbox} parts.outbox
 * @param {string} parts.tab
 * @param {(note: Note | null) => void} parts.show
 * @param {(unsent: UnsentRecord) => boolean} [parts.skip]   work that the page itself takes care of
 * @param {() => void} [parts.expired]
 * @returns {UnsentNotice}
 */
export function createUnsentNotice({ unsentWork, outbox, tab, show, skip = () => false, expired = () => {} }) {
  let busy = false;

  const found = async () => (await unsentWork.all()).filter((unsent) => !skip(unsent));

  /** @param {UnsentRecord[]} list @returns {Promise<{unsent: UnsentRecord, outcome: Outcome}[]>} */
  async function sendAll(list) {
    const outcomes = [];
    for (const unsent of list) outcomes.push({ unsent, outcome: await outbox.send(unsent) });
    return outcomes;
  }

  async function refresh() {
    const list = await found();
    if (list.length === 0) {
      show(null);
      return;
    }
    const images = new Set(list.map(({ image }) => String(image.id))).size;
    const send = { label: "Send it", perform: () => void sendAndTell(), primary: true };
    const has = images === 1 ? "has" : "have";
    show({ tone: "info", text: `${countOf(images, "image", "images")} ${has} work kept on this computer that was not sent.`, actions: [send] });
  }

  async function sendAndTell() {
    if (busy) return;
    busy = true;
    try {
      show({ tone: "info", text: "Sending the kept work…" });
      tell(await sendAll(await found()));
    } finally {
      busy = false;
    }
  }

  /** @param {{unsent: UnsentRecord, outcome: Outcome}[]} outcomes */
  function tell(outcomes) {
    const of = (/** @type {Outcome} */ wanted) => outcomes.filter(({ outcome }) => outcome === wanted).map(({ unsent }) => unsent);
    const nameOf = (/** @type {UnsentRecord} */ { image }) => image.name || `image ${image.id}`;
    const again = { label: "Try again", perform: () => void sendAndTell() };
    const [asked, gone, refused, waiting] = [of("asked"), of("gone"), of("refused"), of("waiting")];
    const sentences = [
      of("sent").length > 0 && `${countOf(of("sent").length, "image is", "images are")} saved.`,
      asked.length > 0 && `${asked.map(nameOf).join(", ")}: changed by somebody else too; open it and choose.`,
      waiting.length > 0 && `${waiting.map(nameOf).join(", ")}: the correction comes back when the review page opens it.`,
      gone.length > 0 && `${gone.map(nameOf).join(", ")}: deleted meanwhile; download the boxes if you need them.`,
      refused.length > 0 && `${refused.map(nameOf).join(", ")}: the server does not take it as it is; open it.`,
      of("offline").length > 0 && "The server cannot be reached; the work stays kept.",
      of("expired").length > 0 && "You are not signed in; the work stays kept.",
    ];
    /** @type {import("../ui/notice.js").Action[]} */
    const actions = [...asked, ...refused].slice(0, 3).map((unsent) => ({
      label: `Open ${nameOf(unsent)}`,
      perform: () => location.assign(labelAddress(unsent.project, unsent.image.id)),
    }));
    if (gone.length > 0) {
      actions.push({ label: "Download", perform: () => gone.forEach(downloadWork) });
      actions.push({ label: "Throw away", perform: () => void throwAway(gone) });
    }
    if (of("offline").length > 0) actions.push(again);
    if (of("expired").length > 0) expired();
    show({ tone: asked.length + gone.length + refused.length > 0 ? "warning" : "info", text: sentences.filter(Boolean).join(" "), actions });
  }

  /** @param {UnsentRecord[]} list */
  async function throwAway(list) {
    for (const unsent of list) await unsentWork.forget(unsent);
    await refresh();
  }

  return {
    refresh,
    async sendOwn() {
      if (busy) return;
      busy = true;
      try {
        const own = (await found()).filter((unsent) => unsent.tab.split(".")[0] === tab && unsent.kind === "label");
        if (own.length === 0) return;
        await sendAll(own);
        await refresh();
      } finally {
        busy = false;
      }
    },
  };
}
