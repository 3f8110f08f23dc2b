// @ts-check
// Light, dark or as the system has it. A cookie keeps the choice, so that the server draws the first frame right.

/** @param {string} name "light", "dark", or "" for the system's choice */
export function chooseTheme(name) {
  const age = name ? 365 * 24 * 3600 : 0;
  document.cookie = `blemish_theme=${name}; path=/; max-age=${age}; samesite=lax`;
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-theme-choice") === name));
  }
  document.dispatchEvent(new CustomEvent("themechange"));
}

/**
 * Return the color that a token stands for now, as rgb(…): light-dark() is resolved by a probe.
 * @param {string} token for example "--text-soft"
 * @returns {string}
 */
export function tokenColor(token) {
  const probe = document.createElement("i");
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
}

/**
 * Call `draw` whenever the colors change, by the switch or by the system.
 * @param {() => void} draw
 */
export function onThemeChange(draw) {
  document.addEventListener("themechange", draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
