// @ts-check
// The review page: proposals are accepted, corrected or rejected by key; the next image is on screen at once.
import { createApi, csrfTokenOf } from "../labeler/api.js";
import { createBackup, openShelf } from "../labeler/backup.js";
import { sameBox, sameBoxes } from "../labeler/boxes.js";
import { MOUSE_NOTES, boxCommands, typeCommands, viewCommands } from "../labeler/commands.js";
import { createDesk } from "../labeler/desk.js";
import { find, readData } from "../labeler/element.js";
import { makeHelp } from "../labeler/help.js";
import { bindKeys } from "../labeler/keytable.js";
import { startHeartbeat } from "../labeler/lease.js";
import { createNotice } from "../labeler/notice.js";
import { isAnswer, isExpired, joinCommands, signInAction, tellError, watchIdleness } from "../labeler/page.js";
import { createPanel } from "../labeler/panel.js";
import { loadPicture } from "../labeler/picture.js";
import { createPreferences } from "../labeler/preferences.js";
import { createQueue } from "../labeler/queue.js";
import { isUndecided } from "../labeler/severity.js";
import { createStage } from "../labeler/stage.js";
import { createBoard } from "./board.js";
import { createDecisions } from "./decisions.js";
import { boxesToReview, differenceFrom, queueWords } from "./proposal.js";

/** @typedef {import("../labeler/types.js").Box} Box */
/** @typedef {import("../labeler/queue.js").Item} Item */
/** @typedef {import("./decisions.js").Decided} Decided */

const AHEAD = 3;
const COUNT_AGAIN_MS = 4000;

/** @type {{project: {slug: string, name: string}, types: import("../labeler/types.js").DefectType[],
 *   user: string, preferences: import("../labeler/preferences.js").Chosen, csrf_cookie: string, login_url: string, reasons: Record<string, string>,
 *   counts: Record<string, number>}} */
const data = readData("review-data");
const slug = data.project.slug;
const offered = data.types.filter(({ archived }) => !archived);
const root = find("#review");
const canvas = /** @type {HTMLCanvasElement} */ (find("canvas", root));
const notice = createNotice(find("[data-notes]", root), find("[data-passing]", root));

const api = createApi({ csrfToken: () => csrfTokenOf(document, data.csrf_cookie) });
const preferences = createPreferences({ api, data, refused: notice.say });
// Corrections that were not sent; kept apart from the label page's work on the same image.
const backup = createBackup(openShelf(window), `${data.user}.review`);
const heartbeat = startHeartbeat({
  api,
  idleMs: watchIdleness(),
  lost(imageId, error) {
    queue.lose(imageId);
    if (imageId !== open?.item.claimed.image.id) return;
    notice.show({
      tone: "warning",
      text: `${error.message} Go on with the next image.`,
      actions: [{ label: "Next image", perform: () => void goOn(), primary: true }],
    });
  },
});
const queue = createQueue({
  claim: (exclude) => api.claim(slug, "review", exclude),
  load: (image) => loadPicture(image, { getImage: api.getImage }),
  hold: heartbeat.hold,
  release: (imageId) => void heartbeat.release(imageId),
  isExpected: isAnswer,
  ahead: AHEAD,
});
const decisions = createDecisions({ api, done: settled, gone: lostToAnother, comeBack });

/** @type {{item: Item, proposed: Box[]} | null} the image that is open */
let open = null;
/** @type {Map<string, Box>} its proposed boxes, as they came */
let asProposed = new Map();
/** @type {{item: Item, boxes?: Box[]}[]} to be opened next, with what was made of them */
let returned = [];
let counts = { ...data.counts };
let countedAt = performance.now();
/** Whether the next image is being waited for; one that came back may be decided meanwhile. */
let waiting = false;

const mayEdit = () => open !== null;
const difference = () => (open ? differenceFrom(open.proposed, desk.store.all()) : "as proposed");

const desk = createDesk({
  types: data.types,
  mayEdit,
  say: notice.say,
  changed() {
    panel.refresh();
    showChoices();
  },
});
const stage = createStage({
  canvas,
  store: desk.store,
  lookOf: (box) => panel.lookOf(box),
  mayEdit,
  makeBox: desk.makeBox,
  selectionChanged: () => panel.refresh(),
  cursorMoved: (point) => panel.showCursor(point),
  viewChanged: () => panel.showZoom(),
});
desk.attach(stage);

const commands = bindKeys([
  { name: "accept", label: "Accept: the boxes are right", group: "Decision", keys: ["a"], perform: accept },
  { name: "correct", label: "Correct: take the boxes as changed", group: "Decision", keys: ["c"], perform: correct },
  {
    name: "reject",
    label: "Reject: throw the proposal away, label by hand",
    group: "Decision",
    keys: ["r"],
    perform: () => decide("reject"),
  },
  { name: "skip", label: "Skip: somebody else decides", group: "Decision", keys: ["s"], perform: () => void skip() },
  { name: "start", label: "Open the next image", group: "Decision", keys: ["Enter", "n"], perform: start },
  ...typeCommands(offered, desk),
  ...boxCommands(offered, desk, stage),
  ...viewCommands(stage, {
    help: () => help.showModal(),
    hideBoxes: (hidden) => notice.say(hidden ? "Boxes hidden" : "Boxes shown"),
  }),
]);
const help = makeHelp(commands, MOUSE_NOTES);
document.body.append(help);
const panel = createPanel({
  root,
  desk,
  stage,
  commands,
  types: offered,
  mayEdit,
  scores: true,
  isProposal(box) {
    const proposed = asProposed.get(box.id);
    return proposed !== undefined && isUndecided(box) && sameBox(proposed, box);
  },
});
const board = createBoard(root, data.reasons);

function showChoices() {
  const empty = open !== null && desk.store.all().length === 0;
  board.showChoices({ corrected: difference() === "corrected", empty });
}

async function countAgain() {
  if (performance.now() - countedAt < COUNT_AGAIN_MS) return;
  countedAt = performance.now();
  try {
    counts = (await api.getReviewCounts(slug)).reasons;
    board.showCounts(counts);
  } catch (error) {
    if (!isAnswer(error)) throw error; // the numbers stay as they were
  }
}

/**
 * Put an item on the screen; everything that takes time was done before.
 * @param {Item} item
 * @param {Box[]} [boxes]  what the reviewer had made of it
 */
function show(item, boxes) {
  const { claimed } = item;
  const proposed = boxesToReview(claimed);
  desk.reset();
  open = { item, proposed };
  asProposed = new Map(proposed.map((box) => [box.id, box]));
  stage.show(item.ready, claimed.image);
  desk.store.replaceAll(proposed, "server");
  if (boxes && !sameBoxes(boxes, proposed)) desk.store.replaceAll(boxes, "person");
  root.dataset.state = "open";
  document.title = `${claimed.image.name} · Review · ${data.project.name}`;
  panel.showImage(claimed.image);
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
    if (open?.item === item) tellError(error, notice, data.login_url);
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
  if (open && made === "corrected") notice.say("You changed boxes: C submits them, Ctrl + Z takes the change back.");
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
    tellError(error, notice, data.login_url);
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
  desk.reset();
  desk.store.replaceAll([], "server");
  root.dataset.state = "nothing";
  document.title = `Nothing to review · ${data.project.name}`;
  find("[data-state-nothing] h2", root).focus();
}

/** @param {Decided} decided */
function settled({ item }) {
  const reason = item.claimed.review?.reason;
  void backup.forget(item.claimed.image.id);
  if (reason && counts[reason] > 0) counts = { ...counts, [reason]: counts[reason] - 1 };
  board.showCounts(counts);
  void countAgain();
}

/** @param {Decided} decided @param {string} sentence */
function lostToAnother({ item }, sentence) {
  void backup.forget(item.claimed.image.id);
  notice.show({ tone: "info", text: `${sentence} Your decision was not needed.` });
  void countAgain();
}

/** @param {Decided} decided @param {Error} error */
function comeBack({ item, boxes }, error) {
  if (open) returned.unshift({ item: open.item, boxes: [...desk.store.all()] });
  heartbeat.hold(item.claimed.image.id);
  show(item, boxes);
  notice.show({
    tone: "error",
    text: `${error.message} ${item.claimed.image.name} is not decided yet; your boxes are kept.`,
    actions: isExpired(error) ? [signInAction(data.login_url)] : [],
  });
}

joinCommands({ root, canvas, commands, desk, stage });
window.addEventListener("pagehide", () => {
  heartbeat.releaseAll();
  void preferences.flush({ keepalive: true });
});
board.showCounts(counts);
if (queueWords(counts, data.reasons).total > 0) void goOn();
else showNothing();
