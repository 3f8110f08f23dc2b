// @ts-check
// The cards that are in the page: those of a slice of all entries, each element kept as long as it is shown.

/** @typedef {{ id: number, html: string }} Entry */
/** @typedef {{ columns: number, rowHeight: number }} Grid */

/**
 * @param {HTMLElement} list   a <ul>
 * @param {(card: HTMLElement) => void} decorate   called for each card that comes into the page
 */
export function createCardGrid(list, decorate) {
  /** @type {Map<number, HTMLElement>} */
  const shown = new Map();

  /** @param {Set<number>} ids  of the cards that stay */
  function takeOut(ids) {
    for (const [id, card] of shown) {
      if (ids.has(id)) continue;
      // The keys go on from here although the card is gone.
      if (card.contains(document.activeElement)) list.focus({ preventScroll: true });
      card.remove();
      shown.delete(id);
    }
  }

  return {
    /** @param {HTMLElement} card  that is in the page already */
    adopt(card) {
      shown.set(entryOf(card).id, card);
    },
    cards: () => [...shown.values()],
    /** @param {number | undefined} id */
    get: (id) => (id === undefined ? undefined : shown.get(id)),
    /**
     * Make the cards of `entries` the children of the list, keeping the elements that are there.
     * @param {Entry[]} entries
     * @param {{ first: number, total: number }} place  of the first one, among `total`; -1 when nobody knows how many
     */
    place(entries, { first, total }) {
      takeOut(new Set(entries.map((entry) => entry.id)));
      const missing = elementsOf(entries.filter((entry) => !shown.has(entry.id)));
      let next = list.firstElementChild;
      for (const [offset, { id }] of entries.entries()) {
        const card = shown.get(id) ?? /** @type {HTMLElement} */ (missing.get(id));
        if (card === next) next = next.nextElementSibling;
        else list.insertBefore(card, next);
        if (missing.has(id)) {
          shown.set(id, card);
          decorate(card);
        }
        card.setAttribute("aria-posinset", String(first + offset + 1));
        card.setAttribute("aria-setsize", String(total));
      }
    },
    /**
     * Let one card be reached by Tab: that of `id`, else the first one.
     * @param {number | undefined} id
     */
    rove(id) {
      const chosen = (id === undefined ? undefined : shown.get(id)) ?? list.firstElementChild;
      for (const card of shown.values()) linkOf(card).tabIndex = card === chosen ? 0 : -1;
    },
    /**
     * Put a newer card in the place of the one of the same id, if that is in the page.
     * @param {HTMLElement} card
     */
    exchange(card) {
      const { id } = entryOf(card);
      const there = shown.get(id);
      if (!there) return;
      const focused = there.contains(document.activeElement);
      there.replaceWith(card);
      shown.set(id, card);
      decorate(card);
      if (focused) linkOf(card).focus({ preventScroll: true });
    },
    /** @returns {Grid} */
    measure() {
      const style = getComputedStyle(list);
      const card = list.firstElementChild;
      const rowHeight = card ? card.getBoundingClientRect().height + parseFloat(style.rowGap) : 0;
      return { columns: style.gridTemplateColumns.split(" ").length, rowHeight };
    },
    /**
     * Scroll until the row of a card is in sight.
     * @param {number} index
     * @param {Grid} grid
     */
    bringInSight(index, { columns, rowHeight }) {
      const top = list.getBoundingClientRect().top + window.scrollY + Math.floor(index / columns) * rowHeight;
      const bar = document.querySelector("header.bar")?.getBoundingClientRect().height ?? 0;
      const covered = document.querySelector(".dock")?.getBoundingClientRect().height ?? 0;
      if (top < window.scrollY + bar) window.scrollTo({ top: top - bar - 8 });
      else if (top + rowHeight > window.scrollY + window.innerHeight - covered) {
        window.scrollTo({ top: top + rowHeight + covered + 8 - window.innerHeight });
      }
    },
  };
}

/** @typedef {ReturnType<typeof createCardGrid>} CardGrid */

/** @param {HTMLElement} card @returns {Entry} */
export function entryOf(card) {
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
export function linkOf(card) {
  return /** @type {HTMLElement} */ (card.querySelector(".card-link"));
}
