// @ts-check
// A conflict on the page: both versions on the image, a choice for each box at the side, and keys for it.
import { startChoices, conflictMessage, isComplete, present, walked, withAll, withChoice } from "./conflict_choices.js";
import { element } from "../ui/element.js";
import { choicesOf } from "../boxes/merge.js";
import { paintConflictOverlay } from "./conflict_overlay.js";

/** @typedef {import("../boxes/merge.js").Conflict} Conflict */
/** @typedef {import("../boxes/merge.js").Choice} Choice */
/** @typedef {import("./conflict_choices.js").Choosing} Choosing */

/**
 * @typedef {object} Conflicts
 * @property {(news: {conflicts: readonly Conflict[], savedBy?: string | null}) => void} ask
 * @property {() => void} end
 * @property {() => boolean} asking
 * @property {import("../ui/keymap.js").Command[]} commands
 */

const WORDS = { mine: "Mine", theirs: "Theirs", both: "Both" };

/**
 * @param {object} parts
 * @param {HTMLElement} parts.place   the side panel, at whose top the choices stand
 * @param {import("../canvas/canvas.js").Canvas} parts.canvas
 * @param {(sentence: string) => void} parts.say
 * @param {(choices: Map<string, Choice>) => void} parts.resolve
 * @returns {Conflicts}
 */
export function createConflicts({ place, canvas, say, resolve }) {
  /** @type {Choosing | null} */
  let choosing = null;
  let other = "the other person";
  /** @type {(() => void) | null} */
  let takeAway = null;
  const section = element("section", { class: "conflict", "aria-label": "Conflict", tabindex: "-1" });

  /** @type {Calls} */
  const calls = {
    go: (index) => choosing && become({ ...choosing, at: index }),
    take: (index, choice, id) => choosing && become(withChoice({ ...choosing, at: index }, choice, id)),
    takeAll: (choice) => choosing && become(withAll(choosing, choice), false),
    finish,
  };

  /** @param {Choosing} next @param {boolean} [look] whether the box is brought in sight */
  function become(next, look = true) {
    choosing = next;
    if (look) bringInSight(canvas, present(next));
    drawChoices(section, next, { other, calls });
    canvas.invalidate();
  }

  /** @param {Choice} choice */
  function choose(choice) {
    if (!choosing) return;
    if (!choicesOf(present(choosing)).includes(choice)) say("A deletion and a box cannot both be: mine or theirs.");
    else become(withChoice(choosing, choice));
  }

  function finish() {
    if (!choosing) return;
    if (!isComplete(choosing)) say("Choose for each box first.");
    else resolve(new Map(choosing.choices));
  }

  /** @param {number} step */
  const walk = (step) => choosing && become(walked(choosing, step));

  return {
    ask({ conflicts, savedBy }) {
      other = savedBy ?? "the other person";
      takeAway ??= canvas.addLayer({ paint: (context, _, view) => choosing && paintConflictOverlay(context, view, { choosing, other }) });
      if (!section.isConnected) place.prepend(section);
      become(startChoices(conflicts, choosing), choosing === null);
    },
    end() {
      takeAway?.();
      takeAway = null;
      choosing = null;
      section.remove();
    },
    asking: () => choosing !== null,
    commands: [
      ...commandsOf([
        ["next conflict", "Next box of a conflict", "Alt+ArrowDown", () => walk(1)],
        ["previous conflict", "Box before it", "Alt+ArrowUp", () => walk(-1)],
        ["take mine", "Mine", "Alt+m", () => choose("mine")],
        ["take theirs", "Theirs", "Alt+t", () => choose("theirs")],
        ["take both", "Both: mine as a box of its own", "Alt+2", () => choose("both")],
        ["take all mine", "All mine", "Alt+Shift+m", () => choosing && become(withAll(choosing, "mine"), false)],
        ["take all theirs", "All theirs", "Alt+Shift+t", () => choosing && become(withAll(choosing, "theirs"), false)],
        ["save choice", "Save what was chosen", "Alt+Enter", finish],
      ]),
    ],
  };
}

/**
 * Bring both versions of a box in sight, and select it.
 * @param {Pick<import("../canvas/canvas.js").Canvas, "centerOn" | "select">} canvas
 * @param {Conflict} conflict
 */
function bringInSight(canvas, { id, mine, theirs }) {
  const boxes = [mine, theirs].flatMap((box) => box ?? []);
  canvas.centerOn({
    xmin: Math.min(...boxes.map(({ xmin }) => xmin)),
    ymin: Math.min(...boxes.map(({ ymin }) => ymin)),
    xmax: Math.max(...boxes.map(({ xmax }) => xmax)),
    ymax: Math.max(...boxes.map(({ ymax }) => ymax)),
  });
  canvas.select(id);
}

/**
 * @typedef {object} Calls
 * @property {(index: number) => void} go
 * @property {(index: number, choice: Choice, id: string) => void} take
 * @property {(choice: "mine" | "theirs") => void} takeAll
 * @property {() => void} finish
 */

/** @typedef {{other: string, calls: Calls}} View  `other`: the other person's name */

/** @param {HTMLElement} section @param {Choosing} now @param {View} view */
function drawChoices(section, now, view) {
  const { other, calls } = view;
  const hadFocus = section.contains(document.activeElement);
  const open = now.conflicts.filter(({ id }) => !now.choices.has(id)).length;
  section.replaceChildren(
    element("h3", {}, now.conflicts.length === 1 ? "One box to choose" : `${now.conflicts.length} boxes to choose`),
    element("p", { class: "small soft" }, `Dashed on the image: as ${other} saved it.`),
    element("ol", { class: "conflict-rows" }, ...now.conflicts.map((conflict, index) => rowOf(now, conflict, index, view))),
    element(
      "div",
      { class: "row" },
      button("All mine", () => calls.takeAll("mine")),
      button("All theirs", () => calls.takeAll("theirs")),
      element(
        "button",
        { type: "button", class: "button small primary", disabled: open > 0, click: calls.finish },
        open > 0 ? `Save (${open} open)` : "Save the choice",
      ),
    ),
  );
  if (hadFocus && !section.contains(document.activeElement)) section.focus({ preventScroll: true });
}

/** @param {Choosing} now @param {Conflict} conflict @param {number} index @param {View} view */
function rowOf(now, conflict, index, { other, calls }) {
  const { id, mine, theirs } = conflict;
  const chosen = now.choices.get(id);
  const name = (mine ?? theirs)?.defect_type ?? "";
  const choices = choicesOf(conflict).map((choice) => {
    const pressed = String(choice === chosen);
    const take = () => calls.take(index, choice, id);
    return element("button", { type: "button", class: "button small", "aria-pressed": pressed, click: take }, wordOf(conflict, choice));
  });
  return element(
    "li",
    { class: "conflict-row", "aria-current": index === now.at ? "true" : null },
    element("button", { type: "button", class: "conflict-name", click: () => calls.go(index) }, name),
    element("p", { class: "small soft" }, conflictMessage(conflict, other)),
    element("div", { class: "row", role: "group", "aria-label": `Which ${name}` }, ...choices),
  );
}

/** @param {Conflict} conflict @param {Choice} choice @returns {string} */
function wordOf({ kind }, choice) {
  if (kind === "deleted-by-me") return choice === "mine" ? "Delete it" : "Keep theirs";
  if (kind === "deleted-by-them") return choice === "mine" ? "Keep mine" : "Delete it";
  return WORDS[choice];
}

/** @param {string} label @param {() => void} click */
function button(label, click) {
  return element("button", { type: "button", class: "button small", click }, label);
}

/** @param {[string, string, string, () => void][]} rows @returns {import("../ui/keymap.js").Command[]} */
function commandsOf(rows) {
  return rows.map(([name, label, key, perform]) => ({ name, label, group: "Conflict", keys: [key], perform }));
}
