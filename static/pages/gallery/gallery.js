// @ts-check
// The gallery: wires the cards, the selection with its bar, the statistics, what changes live, and the upload.

import { createCardList } from "./card_list.js";
import { showDrawn, watchLive } from "./live.js";
import { createNotices } from "./notices.js";
import { fragment } from "../rest.js";
import { createSelection, filterOf } from "./selection.js";
import { createSelectionBar } from "./selection_bar.js";
import { createStatistics } from "./statistics.js";
import { wireUpload } from "../upload/upload_section.js";

const BOXES = "blemish.gallery.boxes";
// So many cards are renewed one by one after a change; of more the list is loaded anew.
const RENEWED = 600;
const AT_ONCE = 150;

const results = byId("results");
const bar = byId("selection");
/** @type {Map<number, string>} */
let working = new Map();
/** @type {import("./card_list.js").CardList | null} */
let cards = null;

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

const notices = createNotices(/** @type {HTMLElement} */ (document.querySelector("[data-notices]")));
const selection = createSelection(() => {
  cards?.redecorate();
  selectionBar.show();
});
const statistics = createStatistics(byId("statistics"), bar.dataset.summary ?? "");
const selectionBar = createSelectionBar(bar, { selection, notices, found, changed });

/** How many images match, as far as it was counted. */
function found() {
  const counted = results.querySelector("[data-found]");
  return {
    count: counted ? Number(counted.getAttribute("data-found")) : null,
    more: counted?.hasAttribute("data-more") ?? false,
  };
}

/** @param {HTMLElement} card */
function decorate(card) {
  const id = Number(card.dataset.id);
  const chosen = selection.has(id);
  card.classList.toggle("selected", chosen);
  card.querySelector(".pick")?.setAttribute("aria-checked", String(chosen));
  const badge = /** @type {HTMLElement | null} */ (card.querySelector("[data-who]"));
  const name = working.get(id);
  if (!badge || !watched) return;
  badge.hidden = !name;
  /** @type {HTMLElement} */ (badge.firstElementChild).textContent = name ?? "";
}

function openList() {
  cards?.close();
  const list = /** @type {HTMLElement | null} */ (results.querySelector("ul.gallery"));
  cards = list && createCardList(list, { decorate, load: fragment });
  if (list) wireCards(list);
  selectionBar.show();
}

/** @param {HTMLElement} list */
function wireCards(list) {
  list.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const id = Number(target.closest("li.image-card")?.getAttribute("data-id"));
    if (!id || !cards) return;
    const { shiftKey } = event;
    const selects = target.closest(".pick") || shiftKey || event.ctrlKey || event.metaKey || !selection.empty;
    if (!selects || !target.closest(".pick, .card-link")) return;
    event.preventDefault();
    cards.point(id);
    if (shiftKey) selection.extend(id, cards.ids);
    else selection.toggle(id);
  });
  list.addEventListener("focusin", (event) => {
    const id = Number(/** @type {Element} */ (event.target).closest("li.image-card")?.getAttribute("data-id"));
    if (id) cards?.point(id);
  });
  list.addEventListener("keydown", onKey);
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (!cards || event.altKey) return;
  const id = cards.currentId;
  const control = event.ctrlKey || event.metaKey;
  if (event.key === " " && id !== null) {
    if (event.shiftKey) selection.extend(id, cards.ids);
    else selection.toggle(id);
  } else if (control && event.key.toLowerCase() === "a") selection.selectAll();
  else if (event.key === "Escape" && !selection.empty) selection.clear();
  else if (event.key === "Delete" && !selection.empty) {
    /** @type {HTMLElement | null} */ (bar.querySelector('[data-verb="delete"]'))?.click();
  } else {
    const reached = control ? null : cards.move(event.key);
    if (reached === null) return;
    if (event.shiftKey) {
      if (selection.empty && id !== null) selection.toggle(id);
      selection.extend(reached, cards.ids);
    }
  }
  event.preventDefault();
}

/**
 * Show what a change made of the images.
 * @param {string} action
 * @param {import("./bulk.js").Outcome} outcome
 */
function changed(action, outcome) {
  const deletedView = results.querySelector("ul.gallery[data-deleted]") !== null;
  const gone = action === "delete" || (action === "restore" && deletedView);
  const loaded = new Set(cards?.ids ?? []);
  const touched = [...outcome.done, ...outcome.also].filter((id) => loaded.has(id));
  if (gone && cards) {
    if (cards.remove(outcome.done) > 0) void recount();
    else refresh();
  } else if (action === "restore" || action === "unknown" || touched.length > RENEWED) refresh();
  else void renew(touched);
}

/**
 * Fetch the cards of some images as they are now.
 * @param {number[]} ids
 */
async function renew(ids) {
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    try {
      cards?.replace(await fragment(`${results.dataset.cards}?ids=${ids.slice(start, start + AT_ONCE).join(",")}`));
    } catch {
      // The cards show what was there before; the next load shows the rest.
      return;
    }
  }
}

async function recount() {
  const place = results.querySelector(".results-head [role=status]");
  const page = location.pathname + location.search;
  const fresh = document.createElement("div");
  fresh.innerHTML = await fragment(page).catch(() => "");
  // Of the fresh head everything but the cards: how many there are, and how many were deleted.
  const head = fresh.querySelector(".results-head");
  if (!place || !head) return;
  results.querySelector(".results-head")?.replaceWith(head);
  /** @type {any} */ (window).htmx?.process(head);
  showBoxes();
}

function refresh() {
  byId("filters").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

document.addEventListener("htmx:afterSwap", (event) => {
  const target = /** @type {CustomEvent} */ (event).detail.target;
  showBoxes();
  if (target === results) {
    selection.clear();
    openList();
  } else selectionBar.show();
});

// What is not chosen stays out of the address.
document.addEventListener("htmx:configRequest", (event) => {
  const { parameters } = /** @type {CustomEvent} */ (event).detail;
  for (const [name, value] of Object.entries(parameters)) if (value === "") delete parameters[name];
});

document.addEventListener("error", (event) => {
  if (event.target instanceof HTMLImageElement && event.target.closest(".frame")) event.target.classList.add("broken");
}, true);

document.addEventListener("click", (event) => {
  const of = /** @type {Element} */ (event.target).closest("[data-statistics]")?.getAttribute("data-statistics");
  if (of === "filter") void statistics.open({ filter: filterOf(location.search), without: [] }, "All images that match");
  if (of === "selection") void statistics.open(selectionBar.chosen(), "The selected images");
});

// ---- boxes on or off, remembered

function showBoxes() {
  const shown = localStorage.getItem(BOXES) !== "off";
  document.body.classList.toggle("hide-boxes", !shown);
  for (const box of document.querySelectorAll("[data-show-boxes]")) {
    /** @type {HTMLInputElement} */ (box).checked = shown;
  }
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || !("showBoxes" in box.dataset)) return;
  event.stopPropagation();
  localStorage.setItem(BOXES, box.checked ? "on" : "off");
  showBoxes();
});

// ---- live: who works where, and pictures that are drawn by now

let watched = false;
watchLive(results.dataset.live ?? "", {
  pending: () => [...results.querySelectorAll("img[data-pending]")].map((one) => /** @type {HTMLImageElement} */ (one)),
  drawn(picture, outcome) {
    const card = /** @type {HTMLElement | null} */ (picture.closest("li.image-card"));
    showDrawn(picture, outcome);
    if (card) cards?.keep(card);
  },
  working(names) {
    const before = working;
    const left = [...before.keys()].filter((id) => !names.has(id));
    watched = true;
    working = names;
    cards?.redecorate();
    // Who has left may have saved: those cards show the boxes of now.
    if (left.length && left.length < AT_ONCE) void renew(left.filter((id) => cards?.ids.includes(id)));
  },
});

showBoxes();
openList();
wireUpload(byId("upload"), refresh);
