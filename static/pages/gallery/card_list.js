// @ts-check
// The grid of cards: thousands may be loaded, those near the window alone are in the page.

import { createCardGrid, entryOf, linkOf } from "./card_grid.js";
import { nearsEnd, neighbor, sliceOf } from "./grid_window.js";

/**
 * @typedef {import("./card_grid.js").Entry} Entry
 * @typedef {{ decorate: (card: HTMLElement) => void, load: (address: string) => Promise<string> }} Options
 */

/** A list that could not be loaded is not loaded again by scrolling for this time, in milliseconds. */
const AGAIN_MS = 5000;

/**
 * Take over the cards of `list`, a <ul> whose last item may lead to more of them.
 * @param {HTMLElement} list
 * @param {Options} options  decorate is called for each card that comes into the page
 */
export function createCardList(list, { decorate, load }) {
  const grid = createCardGrid(list, decorate);
  const taken = takeCards(list);
  let { entries } = taken;
  const portions = createPortions({ list, load, more: taken.more, found: addEntries });
  for (const card of cardsIn(list)) grid.adopt(card);
  let current = 0;
  let asked = 0;
  let measured = { columns: 1, rowHeight: 0 };

  function update() {
    asked = 0;
    if (!list.isConnected) return;
    const view = { count: entries.length, topScr: -list.getBoundingClientRect().top, heightScr: window.innerHeight };
    const { first, last, before, after } = sliceOf(measured, view);
    grid.place(entries.slice(first, last), { first, total: portions.hasMore() ? -1 : entries.length });
    grid.rove(entries[current]?.id);
    list.style.paddingTop = `${before}px`;
    list.style.paddingBottom = `${after}px`;
    const then = { ...view, topScr: -list.getBoundingClientRect().top };
    if (nearsEnd(measured, then)) portions.loadMore();
  }

  function schedule() {
    asked ||= requestAnimationFrame(update);
  }

  /** @param {Entry[]} found */
  function addEntries(found) {
    const known = new Set(entries.map((entry) => entry.id));
    entries.push(...found.filter((entry) => !known.has(entry.id)));
    schedule();
  }

  /** @param {number} index */
  function focus(index) {
    current = index;
    grid.bringInSight(index, measured);
    update();
    const card = grid.get(entries[index]?.id);
    if (card) linkOf(card).focus({ preventScroll: true });
  }

  /** @param {number} id  of the card that the keys start from */
  function point(id) {
    const index = entries.findIndex((entry) => entry.id === id);
    if (index >= 0) current = index;
    grid.rove(entries[current]?.id);
  }

  const resized = new ResizeObserver(() => {
    measured = grid.measure();
    schedule();
  });
  resized.observe(document.body);
  window.addEventListener("scroll", schedule, { passive: true });
  grid.cards().forEach(decorate);
  measured = grid.measure();
  update();

  return {
    list,
    get ids() {
      return entries.map((entry) => entry.id);
    },
    get currentId() {
      return entries[current]?.id ?? null;
    },
    point,
    /** @param {string} key  moves the focus; returns the id of the card reached, or null */
    move(key) {
      const page = Math.max(1, Math.floor(window.innerHeight / Math.max(1, measured.rowHeight)) - 1);
      const to = neighbor(key, Math.min(current, entries.length - 1), { ...measured, count: entries.length, page });
      if (to === null) return null;
      focus(to);
      return entries[to].id;
    },
    redecorate: () => grid.cards().forEach(decorate),
    /** @param {Iterable<number>} gone */
    remove(gone) {
      const ids = new Set(gone);
      entries = entries.filter((entry) => !ids.has(entry.id));
      current = Math.min(current, Math.max(0, entries.length - 1));
      update();
      return entries.length;
    },
    /** @param {string} html  newer cards, put in the place of those of the same ids */
    replace(html) {
      exchange(entries, grid, html);
      update();
    },
    /** @param {HTMLElement} card  comes back as it shows now */
    keep: (card) => remember(entries, card),
    close() {
      resized.disconnect();
      window.removeEventListener("scroll", schedule);
      portions.close();
    },
  };
}

/** @typedef {ReturnType<typeof createCardList>} CardList */

/** @param {ParentNode} holder @returns {HTMLElement[]} */
function cardsIn(holder) {
  return [...holder.querySelectorAll("li.image-card")].map((card) => /** @type {HTMLElement} */ (card));
}

/**
 * Read the cards of a list, and take out the item that leads to more.
 * @param {HTMLElement} list
 * @returns {{ entries: Entry[], more: string | null }}
 */
function takeCards(list) {
  const link = list.querySelector("[data-more]");
  const more = link?.getAttribute("href") ?? null;
  for (const item of [...list.children]) if (!item.classList.contains("image-card")) item.remove();
  return { entries: cardsIn(list).map(entryOf), more };
}

/** @param {Entry[]} entries @param {HTMLElement} card @returns {boolean} whether there is an entry of its id */
function remember(entries, card) {
  const entry = entries.find((one) => one.id === Number(card.dataset.id));
  if (entry) entry.html = card.outerHTML;
  return entry !== undefined;
}

/** @param {Entry[]} entries @param {import("./card_grid.js").CardGrid} grid @param {string} html */
function exchange(entries, grid, html) {
  const holder = document.createElement("ul");
  holder.innerHTML = html;
  for (const card of cardsIn(holder)) if (remember(entries, card)) grid.exchange(card);
}

/**
 * Load more cards, one portion at a time.
 * @param {object} parts
 * @param {HTMLElement} parts.list
 * @param {(address: string) => Promise<string>} parts.load
 * @param {string | null} parts.more   the address of the next portion
 * @param {(entries: Entry[]) => void} parts.found
 */
function createPortions({ list, load, more, found }) {
  let loading = false;
  const foot = createFoot(list, () => void loadNow());

  async function loadNow() {
    if (!more) return;
    loading = true;
    foot.showLoading();
    try {
      const holder = document.createElement("ul");
      holder.innerHTML = await load(more);
      const taken = takeCards(holder);
      more = taken.more;
      foot.clear();
      loading = false;
      found(taken.entries);
    } catch (error) {
      foot.showFailure(/** @type {Error} */ (error).message);
      setTimeout(() => (loading = false), AGAIN_MS);
    }
  }

  return {
    hasMore: () => more !== null,
    /** Load the next portion, if there is one and none is on its way. */
    loadMore: () => void (loading || loadNow()),
    close: foot.remove,
  };
}

/**
 * Make the line under the list: that more is loading, or why not.
 * @param {HTMLElement} list
 * @param {() => void} loadAgain
 */
function createFoot(list, loadAgain) {
  const foot = document.createElement("p");
  foot.className = "more";
  list.after(foot);
  return {
    showLoading: () => foot.replaceChildren("Loading …"),
    clear: () => foot.replaceChildren(),
    /** @param {string} why */
    showFailure(why) {
      const again = document.createElement("button");
      again.type = "button";
      again.className = "button";
      again.textContent = "Try again";
      again.addEventListener("click", loadAgain);
      foot.replaceChildren(`More images could not be loaded: ${why} `, again);
    },
    remove: () => foot.remove(),
  };
}
