// @ts-check
// The grid of cards: thousands may be loaded, those near the window alone are in the page.

import { nearsEnd, neighbor, sliceOf } from "./grid_window.js";

/**
 * @typedef {{ id: number, html: string }} Entry
 * @typedef {{ decorate: (card: HTMLElement) => void, load: (address: string) => Promise<string>, focused?: (id: number) => void }} Options
 */

/**
 * Take over the cards of `list`, a <ul> whose last item may lead to more of them.
 * @param {HTMLElement} list
 * @param {Options} options  decorate is called for each card that comes into the page
 */
export function createCardList(list, { decorate, load }) {
  /** @type {Entry[]} */
  let entries = [];
  /** @type {Map<number, HTMLElement>} */
  const shown = new Map();
  /** @type {string | null} */
  let more = null;
  let loading = false;
  let current = 0;
  let asked = 0;
  let grid = { columns: 1, rowHeight: 0 };
  const foot = document.createElement("p");
  foot.className = "more";
  list.after(foot);

  for (const card of /** @type {HTMLElement[]} */ ([...list.children])) {
    if (card.classList.contains("image-card")) {
      const entry = entryOf(card);
      entries.push(entry);
      shown.set(entry.id, card);
    } else {
      more = card.querySelector("[data-more]")?.getAttribute("href") ?? null;
      card.remove();
    }
  }

  function measure() {
    const style = getComputedStyle(list);
    const columns = style.gridTemplateColumns.split(" ").length;
    const card = list.firstElementChild;
    grid = { columns, rowHeight: card ? card.getBoundingClientRect().height + parseFloat(style.rowGap) : 0 };
  }

  function view() {
    return { count: entries.length, topScr: -list.getBoundingClientRect().top, heightScr: window.innerHeight };
  }

  function update() {
    asked = 0;
    if (!list.isConnected) return;
    const slice = sliceOf(grid, view());
    place(slice.first, slice.last);
    list.style.paddingTop = `${slice.before}px`;
    list.style.paddingBottom = `${slice.after}px`;
    if (more && !loading && nearsEnd(grid, view())) void loadMore();
  }

  function schedule() {
    asked ||= requestAnimationFrame(update);
  }

  /**
   * Make the cards first <= n < last the children of the list, keeping the elements that are there.
   * @param {number} first
   * @param {number} last
   */
  function place(first, last) {
    const wanted = entries.slice(first, last);
    const ids = new Set(wanted.map((entry) => entry.id));
    for (const [id, card] of shown) {
      if (ids.has(id)) continue;
      // The keys go on from here although the card is gone.
      if (card.contains(document.activeElement)) list.focus({ preventScroll: true });
      card.remove();
      shown.delete(id);
    }
    const missing = elementsOf(wanted.filter((entry) => !shown.has(entry.id)));
    let next = list.firstElementChild;
    for (const [offset, { id }] of wanted.entries()) {
      const card = shown.get(id) ?? /** @type {HTMLElement} */ (missing.get(id));
      if (card === next) next = next.nextElementSibling;
      else list.insertBefore(card, next);
      if (missing.has(id)) {
        shown.set(id, card);
        decorate(card);
      }
      card.setAttribute("aria-posinset", String(first + offset + 1));
      card.setAttribute("aria-setsize", String(more ? -1 : entries.length));
    }
    rove();
  }

  /** Let one card of those in the page be reached by Tab. */
  function rove() {
    const chosen = shown.get(entries[current]?.id) ?? list.firstElementChild;
    for (const card of shown.values()) linkOf(card).tabIndex = card === chosen ? 0 : -1;
  }

  async function loadMore() {
    if (!more) return;
    loading = true;
    foot.replaceChildren("Loading …");
    try {
      const holder = document.createElement("ul");
      holder.innerHTML = await load(more);
      const known = new Set(entries.map((entry) => entry.id));
      for (const card of /** @type {NodeListOf<HTMLElement>} */ (holder.querySelectorAll("li.image-card"))) {
        const entry = entryOf(card);
        if (!known.has(entry.id)) entries.push(entry);
      }
      more = holder.querySelector("[data-more]")?.getAttribute("href") ?? null;
      foot.replaceChildren();
      loading = false;
      schedule();
    } catch (error) {
      loading = false;
      const again = document.createElement("button");
      again.type = "button";
      again.className = "button";
      again.textContent = "Try again";
      again.addEventListener("click", () => void loadMore());
      foot.replaceChildren(`More images could not be loaded: ${/** @type {Error} */ (error).message} `, again);
      // Not by itself again at each turn of the wheel.
      loading = true;
      setTimeout(() => (loading = false), 5000);
    }
  }

  /** @param {number} index */
  function focus(index) {
    current = index;
    const top = list.getBoundingClientRect().top + window.scrollY + Math.floor(index / grid.columns) * grid.rowHeight;
    const bar = document.querySelector("header.bar")?.getBoundingClientRect().height ?? 0;
    const covered = document.querySelector(".dock")?.getBoundingClientRect().height ?? 0;
    if (top < window.scrollY + bar) window.scrollTo({ top: top - bar - 8 });
    else if (top + grid.rowHeight > window.scrollY + window.innerHeight - covered) {
      window.scrollTo({ top: top + grid.rowHeight + covered + 8 - window.innerHeight });
    }
    update();
    const card = shown.get(entries[index]?.id);
    if (card) linkOf(card).focus({ preventScroll: true });
  }

  const resized = new ResizeObserver(() => {
    measure();
    schedule();
  });
  resized.observe(document.body);
  window.addEventListener("scroll", schedule, { passive: true });
  for (const card of shown.values()) decorate(card);
  measure();
  update();

  return {
    list,
    get ids() {
      return entries.map((entry) => entry.id);
    },
    /** The cards in the page now. */
    get cards() {
      return [...shown.values()];
    },
    get currentId() {
      return entries[current]?.id ?? null;
    },
    /** @param {number} id */
    point(id) {
      const index = entries.findIndex((entry) => entry.id === id);
      if (index >= 0) current = index;
      rove();
    },
    /**
     * Move the focus by a key; returns the id of the card reached, or null.
     * @param {string} key
     */
    move(key) {
      const page = Math.max(1, Math.floor(window.innerHeight / Math.max(1, grid.rowHeight)) - 1);
      const to = neighbor(key, Math.min(current, entries.length - 1), { ...grid, count: entries.length, page });
      if (to === null) return null;
      focus(to);
      return entries[to].id;
    },
    redecorate() {
      for (const card of shown.values()) decorate(card);
    },
    /** @param {Iterable<number>} gone */
    remove(gone) {
      const ids = new Set(gone);
      entries = entries.filter((entry) => !ids.has(entry.id));
      current = Math.min(current, Math.max(0, entries.length - 1));
      update();
      return entries.length;
    },
    /**
     * Put newer cards in the place of those of the same ids.
     * @param {string} html
     */
    replace(html) {
      const holder = document.createElement("ul");
      holder.innerHTML = html;
      for (const card of /** @type {NodeListOf<HTMLElement>} */ (holder.querySelectorAll("li.image-card"))) {
        const entry = entryOf(card);
        const old = entries.find((one) => one.id === entry.id);
        if (!old) continue;
        old.html = entry.html;
        const there = shown.get(entry.id);
        if (!there) continue;
        const focused = there.contains(document.activeElement);
        there.replaceWith(card);
        shown.set(entry.id, card);
        decorate(card);
        if (focused) linkOf(card).focus({ preventScroll: true });
      }
      update();
    },
    /**
     * Remember what a card shows now, so that it comes back like this.
     * @param {HTMLElement} card
     */
    keep(card) {
      const entry = entries.find((one) => one.id === Number(card.dataset.id));
      if (entry) entry.html = card.outerHTML;
    },
    close() {
      resized.disconnect();
      window.removeEventListener("scroll", schedule);
      foot.remove();
    },
  };
}

/** @typedef {ReturnType<typeof createCardList>} CardList */

/** @param {HTMLElement} card @returns {Entry} */
function entryOf(card) {
  return { id: Number(card.dataset.id), html: card.outerHTML };
}

/** @param {Entry[]} entries @returns {Map<number, HTMLElement>} */
function elementsOf(entries) {
  if (!entries.length) return new Map();
  const holder = document.createElement("template");
  holder.innerHTML = entries.map((entry) => entry.html).join("");
  const cards = /** @type {HTMLElement[]} */ ([...holder.content.children]);
  return new Map(cards.map((card) => [Number(card.dataset.id), card]));
}

/** @param {Element} card @returns {HTMLElement} */
function linkOf(card) {
  return /** @type {HTMLElement} */ (card.querySelector(".card-link"));
}
