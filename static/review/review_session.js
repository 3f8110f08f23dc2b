// @ts-check
// One review after the other: shows a proposal, sends what was decided, opens the next at once.
import { sameBox, sameBoxes } from "../boxes/boxes.js";
import { isUndecided } from "../boxes/severity.js";
import { labelAddress } from "../server/addresses.js";
import { isSignedOut } from "../server/errors.js";
import { createDecisions, makeDecision } from "./decisions.js";
import { boxesToReview, differenceFrom } from "./proposal.js";
import { createUnsentCorrection } from "./unsent_correction.js";
import { createUpcoming } from "./upcoming.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../server/image_queue.js").Item} Item */
/** @typedef {import("../workbench/workbench.js").Workbench} Workbench */
/** @typedef {import("./decisions.js").Decided} Decided */
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
 */

/**
 * @param {Workbench} workbench
 * @param {object} parts
 * @param {import("./review_panel.js").ReviewPanel} parts.reviewPanel
 * @param {import("./queue_counts.js").QueueCounts} parts.queueCounts
 * @returns {ReviewSession}
 */
export function createReviewSession(workbench, { reviewPanel, queueCounts }) {
  const { queue, heartbeat, notice } = workbench;
  const editor = workbench.editor();
  const { store } = editor.boxEditor;
  /** @type {Open | null} */
  let open = null;
  const proposedBoxes = createProposedBoxes();
  const unsentCorrection = createUnsentCorrection(workbench, () => open);
  const upcoming = createUpcoming(workbench, { isOpen: () => open !== null, show, showNothing });
  const { goOn } = upcoming;

  const difference = () => (open ? differenceFrom(open.proposed, store.all()) : "as proposed");

  function showChoices() {
    reviewPanel.showChoices({ corrected: difference() === "corrected", empty: open !== null && store.all().length === 0 });
  }

  /** @param {import("./upcoming.js").Upcoming} upcoming  everything that takes time was done before */
  function show({ item, boxes, before }) {
    const { claimed, ready, picture } = item;
    const proposed = boxesToReview(claimed);
    editor.show({
      image: claimed.image,
      ready,
      picture,
      fill() {
        open = { item, proposed, before };
        proposedBoxes.replace(proposed);
        store.replaceAll(proposed, "server");
        if (boxes && !sameBoxes(boxes, proposed)) store.replaceAll(boxes, "person");
      },
    });
    reviewPanel.showReason(claimed.review);
    showChoices();
    if (!boxes) void unsentCorrection.bringBack(item);
  }

  function showNothing() {
    open = null;
    workbench.showNothing("Nothing to review");
  }

  /** @param {"accept" | "correct" | "reject"} word */
  function decide(word) {
    if (!open) return;
    const { item, proposed, before } = open;
    const { image, version } = item.claimed;
    const boxes = [...store.all()];
    const decision = makeDecision(word, { version, boxes, before });
    open = null;
    notice.clear();
    heartbeat.forget(image.id); // a decision ends the lease
    const { mutation } = decision;
    unsentCorrection.put(image, { version, base: proposed, boxes, decision: { decision: word, version, mutation } });
    void decisions.send({ item, proposed, boxes, decision });
    void goOn();
  }

  const decisions = createDecisions({
    api: workbench.api,
    ...settledOutcomes(workbench, queueCounts, unsentCorrection),
    comeBack(decided, error) {
      const { item, boxes } = decided;
      if (open) upcoming.putBack({ item: open.item, boxes: [...store.all()], before: open.before });
      heartbeat.hold(item.claimed.image.id);
      show({ item, boxes, before: decided });
      notice.show(returnedNote(workbench, item, error));
      if (isSignedOut(error)) void workbench.signIn.ask();
    },
  });

  return {
    open: () => open,
    isProposal: (box) => isUndecided(box) && proposedBoxes.has(box),
    showChoices,
    accept() {
      if (open && difference() === "corrected") {
        notice.say(`You changed boxes: ${workbench.keyOf("correct")} submits them, ${workbench.keyOf("undo")} takes the change back.`);
      } else decide("accept");
    },
    correct() {
      if (open && difference() !== "corrected") notice.say("Nothing is changed: accept, or change a box first.");
      else decide("correct");
    },
    reject: () => decide("reject"),
    async skip() {
      if (!open) return;
      const { id } = open.item.claimed.image;
      open = null;
      queue.skip(id);
      notice.clear();
      void heartbeat.release(id);
      await goOn();
    },
    start: () => void (open === null && goOn()),
    goOn,
    showNothing,
  };
}

/** The boxes that were proposed last, as they came; they hold until others are, so that what is decided stays drawn. */
function createProposedBoxes() {
  /** @type {Map<string, Box>} */
  let byId = new Map();
  return {
    replace: (/** @type {readonly Box[]} */ boxes) => void (byId = new Map(boxes.map((box) => [box.id, box]))),
    has(/** @type {Box} */ box) {
      const proposed = byId.get(box.id);
      return proposed !== undefined && sameBox(proposed, box);
    },
  };
}

/** @typedef {import("../ui/notice.js").Note} Note */

/**
 * What becomes of a decision that needs nothing more here: the server took it, or somebody else was first.
 * @param {Workbench} workbench
 * @param {import("./queue_counts.js").QueueCounts} queueCounts
 * @param {ReturnType<typeof createUnsentCorrection>} unsentCorrection
 */
function settledOutcomes(workbench, queueCounts, unsentCorrection) {
  return {
    /** @param {Decided} decided */
    done({ item }) {
      unsentCorrection.put(item.claimed.image, null);
      queueCounts.decided(item.claimed.review?.reason);
    },
    /** @param {Decided} decided @param {string} sentence */
    async gone({ item }, sentence) {
      queueCounts.countAgain();
      const mustChoose = await unsentCorrection.moveToLabel(item.claimed.image.id);
      workbench.notice.show(lostNote(workbench, item, sentence, mustChoose));
    },
  };
}

/**
 * @param {Workbench} workbench
 * @param {Item} item
 * @param {string} sentence
 * @param {boolean} mustChoose   both sides changed one box
 * @returns {Note} of an item that somebody else has decided
 */
function lostNote({ data }, { claimed: { image } }, sentence, mustChoose) {
  if (!mustChoose) return { tone: "info", text: `${sentence} Your decision was not needed.` };
  const open = { label: `Open ${image.name}`, perform: () => location.assign(labelAddress(data.project.slug, image.id)) };
  const text = `${sentence} The boxes that you changed are kept: open the image to put them in.`;
  return { tone: "warning", text, actions: [open] };
}

/** @param {Workbench} workbench @param {Item} item @param {Error} error @returns {Note} of a decision that came back */
function returnedNote({ signIn }, { claimed: { image } }, error) {
  return {
    tone: "error",
    text: `${error.message} ${image.name} is not decided yet; your boxes are kept.`,
    actions: isSignedOut(error) ? [signIn.action()] : [],
  };
}
