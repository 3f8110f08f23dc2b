// @ts-check
// One review after the other: shows a proposal, sends what was decided, opens the next at once.
import { makeId, sameBox, sameBoxes } from "../boxes/boxes.js";
import { find } from "../ui/element.js";
import { labelAddress } from "../server/addresses.js";
import { isExpired, showError } from "../server/page.js";
import { isUndecided } from "../boxes/severity.js";
import { boxesToReview, differenceFrom } from "./proposal.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../server/image_queue.js").Item} Item */
/** @typedef {import("./decisions.js").Decided} Decided */
/** @typedef {import("../saving/unsent_work.js").UnsentRecord} UnsentRecord */
/** @typedef {{item: Item, proposed: Box[], before?: Decided}} Open  before: a decision on it that came back */

/**
 * @typedef {object} ReviewSession
 * @property {() => Open | null} open  the image that is open, and the boxes that were proposed for it
 * @property {(box: Box) => boolean} isProposal  whether a box is as proposed, and nobody decided it
 * @property {() => void} showChoices
 * @property {() => void} accept
 * @property {() => void} correct
 * @property {() => void} reject
 * @property {() => Promise<void>} skip
 * @property {() => void} start    open the next image if none is open
 * @property {() => Promise<void>} goOn  open what comes next
 * @property {() => void} showNothing
 * @property {(decided: Decided) => void} settled  a decision was taken by the server
 * @property {(decided: Decided, sentence: string) => Promise<void>} lostToAnother
 * @property {(decided: Decided, error: Error) => void} comeBack
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {HTMLCanvasElement} parts.canvasElement
 * @param {{slug: string, name: string}} parts.project
 * @param {import("../server/sign_in.js").SignIn} parts.signIn
 * @param {import("../saving/outbox.js").Outbox} parts.outbox
 * @param {import("../saving/unsent_notice.js").UnsentNotice} parts.unsentNotice
 * @param {import("../saving/unsent_work.js").UnsentWork} parts.unsentWork
 * @param {import("../server/image_queue.js").Queue} parts.queue
 * @param {import("../server/lease_heartbeat.js").Heartbeat} parts.heartbeat
 * @param {import("../ui/notice.js").Notice} parts.notice
 * @param {import("../boxes/box_editor.js").BoxEditor} parts.boxEditor
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {import("../panel/panel.js").Panel} parts.panel
 * @param {import("./review_panel.js").ReviewPanel} parts.reviewPanel
 * @param {import("./queue_counts.js").QueueCounts} parts.queueCounts
 * @param {import("./decisions.js").Decisions} parts.decisions
 * @param {(name: string) => string} parts.keyOf  the key of a command, readable
 * @param {() => void} [parts.leaving]  the image's boxes are still there
 * @param {(item: Item | null) => void} [parts.shown]  another image, or none, is on the page
 * @returns {ReviewSession}
 */
export function createReviewSession({
  root,
  canvasElement,
  project,
  signIn,
  outbox,
  unsentNotice,
  unsentWork,
  queue,
  heartbeat,
  notice,
  boxEditor,
  canvas,
  panel,
  reviewPanel,
  queueCounts,
  decisions,
  keyOf,
  leaving = () => {},
  shown = () => {},
}) {
  /** @type {Open | null} */
  let open = null;
  /** @type {Map<string, Box>} its proposed boxes, as they came */
  let asProposed = new Map();
  /** @type {{item: Item, boxes?: Box[], before?: Decided}[]} to be opened next, with what was made of them */
  const returned = [];
  /** Whether the next image is being waited for; one that came back may be decided meanwhile. */
  let waiting = false;

  const difference = () => (open ? differenceFrom(open.proposed, boxEditor.store.all()) : "as proposed");

  function showChoices() {
    const empty = open !== null && boxEditor.store.all().length === 0;
    reviewPanel.showChoices({ corrected: difference() === "corrected", empty });
  }

  /**
   * Put an item on the screen; everything that takes time was done before.
   * @param {Item} item
   * @param {Box[]} [boxes]  what the reviewer had made of it
   * @param {Decided} [before]
   */
  function show(item, boxes, before) {
    const { claimed } = item;
    const proposed = boxesToReview(claimed);
    leaving();
    boxEditor.reset();
    open = { item, proposed, before };
    asProposed = new Map(proposed.map((box) => [box.id, box]));
    canvas.show(item.ready, claimed.image);
    boxEditor.store.replaceAll(proposed, "server");
    if (boxes && !sameBoxes(boxes, proposed)) boxEditor.store.replaceAll(boxes, "person");
    root.dataset.state = "open";
    document.title = `${claimed.image.name} · Review · ${project.name}`;
    panel.showImage(claimed.image);
    shown(item);
    reviewPanel.showReason(claimed.review);
    showChoices();
    if (!item.ready) void showPicture(item);
    if (!boxes) void bringBack(item);
    canvasElement.focus({ preventScroll: true });
  }

  /** @param {Item} item */
  async function showPicture(item) {
    try {
      const picture = await item.picture;
      if (open?.item === item) canvas.show(picture, item.claimed.image);
    } catch (error) {
      if (open?.item === item) showError(error, notice, signIn);
    }
  }

  /** @param {Item} item whose correction may have been left unsent */
  async function bringBack(item) {
    for (const unsent of await unsentWork.find(item.claimed.image.id)) {
      if (open?.item !== item) return;
      const isFirst = boxEditor.store.all().length === open.proposed.length && difference() === "as proposed";
      const fits = isFirst && unsent.version === item.claimed.version && sameBoxes(unsent.base, open.proposed);
      if (!fits) {
        // It starts from other boxes: the label page merges it, and asks where it cannot.
        await outbox.moveToLabel(unsent);
        await unsentNotice.refresh();
        continue;
      }
      if (!(await unsentWork.take(unsent)) || open?.item !== item) continue;
      if (sameBoxes(unsent.boxes, boxEditor.store.all())) continue;
      boxEditor.store.replaceAll(unsent.boxes, "person");
      notice.say("Your changes of last time were put back.");
    }
  }

  boxEditor.store.subscribe((change) => {
    if (!open || change.origin === "server") return;
    const { image, version } = open.item.claimed;
    const work = { version, base: open.proposed, boxes: [...boxEditor.store.all()] };
    void unsentWork.put(image, difference() === "as proposed" ? null : work).then(tellRoom);
  });

  /** @param {boolean} isKept */
  function tellRoom(isKept) {
    if (isKept) notice.clear("copy");
    else notice.show(NO_COPY, "copy");
  }

  function accept() {
    const made = difference();
    if (open && made === "corrected") {
      notice.say(`You changed boxes: ${keyOf("correct")} submits them, ${keyOf("undo")} takes the change back.`);
    }
    else decide("accept");
  }

  function correct() {
    if (open && difference() !== "corrected") notice.say("Nothing is changed: accept, or change a box first.");
    else decide("correct");
  }

  /** @param {"accept" | "correct" | "reject"} word */
  function decide(word) {
    if (!open) return;
    const { item, proposed, before } = open;
    const { image, version } = item.claimed;
    const boxes = [...boxEditor.store.all()];
    // Sent again as it was, a decision that had arrived without its answer counts once.
    const isSame = before?.decision.decision === word && before.decision.version === version && sameBoxes(before.boxes, boxes);
    const mutation = (isSame && before.decision.mutation) || makeId();
    const made = { decision: word, version, mutation };
    // Accepting sends what was seen, so that the predicted grades are accepted with their boxes.
    const decision = { ...made, ...(word === "reject" ? {} : { boxes }) };
    open = null;
    notice.clear();
    heartbeat.forget(image.id); // a decision ends the lease
    void unsentWork.put(image, { version, base: proposed, boxes, decision: made }).then(tellRoom);
    void decisions.send({ item, proposed, boxes, decision });
    void goOn();
  }

  function start() {
    if (open === null) void goOn();
  }

  /** Open what comes next, at once when it is here. */
  async function goOn() {
    const failed = returned.shift();
    if (failed) {
      show(failed.item, failed.boxes, failed.before);
      return;
    }
    const ready = queue.take();
    if (ready) {
      show(ready);
      void queue.fill();
      return;
    }
    if (waiting) return;
    waiting = true;
    root.dataset.state = "waiting";
    try {
      const item = await queue.next();
      waiting = false;
      if (open && item) returned.push({ item });
      else if (item) show(item);
      else if (!open) showNothing();
      void queue.fill();
    } catch (error) {
      if (!open) root.dataset.state = "claim";
      showError(error, notice, signIn);
    } finally {
      waiting = false;
      panel.refresh();
    }
  }

  async function skip() {
    if (!open) return;
    const { id } = open.item.claimed.image;
    open = null;
    queue.skip(id);
    notice.clear();
    void heartbeat.release(id);
    await goOn();
  }

  function showNothing() {
    open = null;
    leaving();
    boxEditor.reset();
    boxEditor.store.replaceAll([], "server");
    root.dataset.state = "nothing";
    shown(null);
    document.title = `Nothing to review · ${project.name}`;
    find("[data-state-nothing] h2", root).focus();
  }

  /** @param {Decided} decided */
  function settled({ item }) {
    void unsentWork.put(item.claimed.image, null);
    queueCounts.decided(item.claimed.review?.reason);
  }

  /** @param {Decided} decided @param {string} sentence */
  async function lostToAnother({ item }, sentence) {
    const { image } = item.claimed;
    queueCounts.countAgain();
    const outcomes = [];
    for (const unsent of await unsentWork.find(image.id)) outcomes.push(await outbox.moveToLabel(unsent));
    if (!outcomes.includes("asked")) {
      notice.show({ tone: "info", text: `${sentence} Your decision was not needed.` });
      return;
    }
    const open = { label: `Open ${image.name}`, perform: () => location.assign(labelAddress(project.slug, image.id)) };
    const text = `${sentence} The boxes that you changed are kept: open the image to put them in.`;
    notice.show({ tone: "warning", text, actions: [open] });
  }

  /** @param {Decided} decided @param {Error} error */
  function comeBack(decided, error) {
    const { item, boxes } = decided;
    if (open) returned.unshift({ item: open.item, boxes: [...boxEditor.store.all()], before: open.before });
    heartbeat.hold(item.claimed.image.id);
    show(item, boxes, decided);
    notice.show({
      tone: "error",
      text: `${error.message} ${item.claimed.image.name} is not decided yet; your boxes are kept.`,
      actions: isExpired(error) ? [signIn.action()] : [],
    });
    if (isExpired(error)) void signIn.ask();
  }

  return {
    open: () => open,
    isProposal(box) {
      const proposed = asProposed.get(box.id);
      return proposed !== undefined && isUndecided(box) && sameBox(proposed, box);
    },
    showChoices,
    accept,
    correct,
    reject: () => decide("reject"),
    skip,
    start,
    goOn,
    showNothing,
    settled,
    lostToAnother,
    comeBack,
  };
}

/** @type {import("../ui/notice.js").Note} */
const NO_COPY = {
  tone: "warning",
  text: "This browser keeps no copy of unsent work (its storage is full or denied). Keep this page open until all is sent.",
};
