// @ts-check
// One review after the other: shows a proposal, sends what was decided, opens the next at once.
import { sameBox, sameBoxes } from "../labeler/boxes.js";
import { find } from "../labeler/element.js";
import { isExpired, signInAction, tellError } from "../labeler/page.js";
import { isUndecided } from "../labeler/severity.js";
import { boxesToReview, differenceFrom } from "./proposal.js";

/** @typedef {import("../labeler/types.js").Box} Box */
/** @typedef {import("../labeler/queue.js").Item} Item */
/** @typedef {import("./decisions.js").Decided} Decided */
/** @typedef {{item: Item, proposed: Box[]}} Open */

/**
 * @typedef {object} Visit
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
 * @property {(decided: Decided, sentence: string) => void} lostToAnother
 * @property {(decided: Decided, error: Error) => void} comeBack
 */

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {HTMLCanvasElement} parts.canvas
 * @param {{slug: string, name: string}} parts.project
 * @param {string} parts.loginUrl
 * @param {import("../labeler/backup.js").Backup} parts.backup
 * @param {import("../labeler/queue.js").Queue} parts.queue
 * @param {import("../labeler/lease.js").Heartbeat} parts.heartbeat
 * @param {import("../labeler/notice.js").Notice} parts.notice
 * @param {import("../labeler/desk.js").Desk} parts.desk
 * @param {import("../labeler/stage.js").Stage} parts.stage
 * @param {import("../labeler/panel.js").Panel} parts.panel
 * @param {import("./board.js").Board} parts.board
 * @param {import("./tally.js").Tally} parts.tally
 * @param {import("./decisions.js").Decisions} parts.decisions
 * @param {(name: string) => string} parts.keyOf  the key of a command, readable
 * @param {() => void} [parts.leaving]  the image's boxes are still there
 * @param {(item: Item | null) => void} [parts.shown]  another image, or none, is on the page
 * @returns {Visit}
 */
export function createVisit({
  root,
  canvas,
  project,
  loginUrl,
  backup,
  queue,
  heartbeat,
  notice,
  desk,
  stage,
  panel,
  board,
  tally,
  decisions,
  keyOf,
  leaving = () => {},
  shown = () => {},
}) {
  /** @type {Open | null} */
  let open = null;
  /** @type {Map<string, Box>} its proposed boxes, as they came */
  let asProposed = new Map();
  /** @type {{item: Item, boxes?: Box[]}[]} to be opened next, with what was made of them */
  const returned = [];
  /** Whether the next image is being waited for; one that came back may be decided meanwhile. */
  let waiting = false;

  const difference = () => (open ? differenceFrom(open.proposed, desk.store.all()) : "as proposed");

  function showChoices() {
    const empty = open !== null && desk.store.all().length === 0;
    board.showChoices({ corrected: difference() === "corrected", empty });
  }

  /**
   * Put an item on the screen; everything that takes time was done before.
   * @param {Item} item
   * @param {Box[]} [boxes]  what the reviewer had made of it
   */
  function show(item, boxes) {
    const { claimed } = item;
    const proposed = boxesToReview(claimed);
    leaving();
    desk.reset();
    open = { item, proposed };
    asProposed = new Map(proposed.map((box) => [box.id, box]));
    stage.show(item.ready, claimed.image);
    desk.store.replaceAll(proposed, "server");
    if (boxes && !sameBoxes(boxes, proposed)) desk.store.replaceAll(boxes, "person");
    root.dataset.state = "open";
    document.title = `${claimed.image.name} · Review · ${project.name}`;
    panel.showImage(claimed.image);
    shown(item);
    board.showReason(claimed.review);
    showChoices();
    if (!item.ready) void showPicture(item);
    if (!boxes) void bringBack(item);
    canvas.focus({ preventScroll: true });
  }

  /** @param {Item} item */
  async function showPicture(item) {
    try {
      const picture = await item.picture;
      if (open?.item === item) stage.show(picture, item.claimed.image);
    } catch (error) {
      if (open?.item === item) tellError(error, notice, loginUrl);
    }
  }

  /** @param {Item} item whose correction may have been left unsent */
  async function bringBack(item) {
    const kept = await backup.find(item.claimed.image.id);
    if (!kept || kept.version !== item.claimed.version || open?.item !== item) return;
    if (!sameBoxes(kept.base, open.proposed) || sameBoxes(kept.boxes, desk.store.all())) return;
    desk.store.replaceAll(kept.boxes, "person");
    notice.say("Your changes of last time were put back.");
  }

  desk.store.subscribe((change) => {
    if (!open || change.origin === "server") return;
    const { image, version } = open.item.claimed;
    const boxes = [...desk.store.all()];
    if (difference() === "as proposed") void backup.forget(image.id);
    else void backup.keep(image.id, { version, base: open.proposed, boxes, keptAt: new Date().toISOString() });
  });

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
    const { item, proposed } = open;
    const boxes = [...desk.store.all()];
    const { version } = item.claimed;
    // Accepting sends what was seen, so that the predicted grades are accepted with their boxes.
    const decision = { decision: word, version, ...(word === "reject" ? {} : { boxes }) };
    open = null;
    notice.clear();
    heartbeat.forget(item.claimed.image.id); // a decision ends the lease
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
      show(failed.item, failed.boxes);
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
      tellError(error, notice, loginUrl);
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
    desk.reset();
    desk.store.replaceAll([], "server");
    root.dataset.state = "nothing";
    shown(null);
    document.title = `Nothing to review · ${project.name}`;
    find("[data-state-nothing] h2", root).focus();
  }

  /** @param {Decided} decided */
  function settled({ item }) {
    void backup.forget(item.claimed.image.id);
    tally.decided(item.claimed.review?.reason);
  }

  /** @param {Decided} decided @param {string} sentence */
  function lostToAnother({ item }, sentence) {
    void backup.forget(item.claimed.image.id);
    notice.show({ tone: "info", text: `${sentence} Your decision was not needed.` });
    tally.countAgain();
  }

  /** @param {Decided} decided @param {Error} error */
  function comeBack({ item, boxes }, error) {
    if (open) returned.unshift({ item: open.item, boxes: [...desk.store.all()] });
    heartbeat.hold(item.claimed.image.id);
    show(item, boxes);
    notice.show({
      tone: "error",
      text: `${error.message} ${item.claimed.image.name} is not decided yet; your boxes are kept.`,
      actions: isExpired(error) ? [signInAction(loginUrl)] : [],
    });
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
