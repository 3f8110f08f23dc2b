// @ts-check
// Tabs of the side panel, as the ARIA practice has them: arrows walk, only the chosen tab is a Tab stop.

/**
 * @typedef {object} Tabs
 * @property {(name: string, options?: {focus?: boolean}) => void} choose
 * @property {() => string} chosen
 * @property {(name: string, text: string) => void} setCount  a short number beside the name; empty for none
 */

/**
 * Bring the tabs in a place to life: buttons `[role=tab][data-tab]` in a `[role=tablist]`, each with the id of
 * its panel in `aria-controls`.
 * @param {HTMLElement} root
 * @param {(name: string) => void} [changed]
 * @returns {Tabs}
 */
export function createTabs(root, changed = () => {}) {
  const tabs = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[role=tab][data-tab]")]);
  const nameOf = (/** @type {HTMLElement} */ tab) => tab.dataset.tab ?? "";
  let current = nameOf(tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? tabs[0]);

  /** @type {Tabs["choose"]} */
  function choose(name, { focus = false } = {}) {
    const before = current;
    current = name;
    for (const tab of tabs) {
      const on = nameOf(tab) === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !on;
      if (on && focus) tab.focus();
    }
    if (before !== current) changed(current);
  }

  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(nameOf(tab)));
    tab.addEventListener("keydown", (event) => {
      const to = stepOf(event.key, tabs.indexOf(tab), tabs.length);
      if (to === null) return;
      // The arrows belong to the tabs here, not to the box that is selected.
      event.preventDefault();
      event.stopPropagation();
      choose(nameOf(tabs[to]), { focus: true });
    });
  }
  choose(current);

  return {
    choose,
    chosen: () => current,
    setCount(name, text) {
      const place = tabs.find((tab) => nameOf(tab) === name)?.querySelector("[data-tab-count]");
      if (place) place.textContent = text;
    },
  };
}

/**
 * Find the tab that a key leads to.
 * @param {string} key
 * @param {number} at
 * @param {number} count
 * @returns {number | null} null for a key that does not walk
 */
export function stepOf(key, at, count) {
  if (key === "ArrowRight") return (at + 1) % count;
  if (key === "ArrowLeft") return (at + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}
