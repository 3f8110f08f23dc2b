// @ts-check
// The commands of the gray levels, as rows of the keymap.
import { PLAIN } from "./tone_mapping.js";

/** @typedef {import("./tone_mapping.js").ToneMapping} ToneMapping */
/** @typedef {import("../ui/keymap.js").Command} Command */

const GROUP = "Gray levels";

/**
 * @typedef {object} DisplayActions
 * @property {() => ToneMapping} toneMapping
 * @property {(part: Partial<ToneMapping>) => void} change
 * @property {() => void} togglePanel
 * @property {() => void} toggleLocal      local contrast, off or as it was last
 * @property {() => Promise<void>} fitWindow
 * @property {() => void} retry            ask for missing parts of the picture
 * @property {(sentence: string) => void} say
 */

/**
 * @param {DisplayActions} actions
 * @returns {Command[]}
 */
export function displayCommands(actions) {
  const { toneMapping, change, togglePanel, toggleLocal, fitWindow, retry, say } = actions;
  function reset() {
    change({ ...PLAIN });
    say("Gray levels as the project shows them");
  }
  return [
    { name: "view panel", label: "Gray levels: window, brightness, contrast", group: GROUP, keys: ["g"], perform: togglePanel },
    { name: "invert", label: "Invert, or not", group: GROUP, keys: ["Shift+i"], perform: () => change({ invert: !toneMapping().invert }) },
    { name: "local contrast", label: "Local contrast on or off, for faint defects", group: GROUP, keys: ["l"], perform: toggleLocal },
    { name: "fit window", label: "Window to the levels in sight", group: GROUP, keys: ["w"], perform: () => void fitWindow() },
    { name: "reset view", label: "As the project shows it", group: GROUP, keys: ["Shift+g"], perform: reset },
    { name: "retry picture", label: "Ask for missing parts of the picture now", group: GROUP, keys: ["y"], perform: retry },
    stepCommand(actions, "brightness", -5, "["),
    stepCommand(actions, "brightness", 5, "]"),
    stepCommand(actions, "contrast", -5, "{"),
    stepCommand(actions, "contrast", 5, "}"),
    stepCommand(actions, "gamma", -5, ","),
    stepCommand(actions, "gamma", 5, "."),
  ];
}

/**
 * @param {DisplayActions} actions
 * @param {"brightness" | "contrast" | "gamma"} name
 * @param {number} step   in percent; of gamma, a hundredth of a power of ten
 * @param {string} key
 * @returns {Command}
 */
function stepCommand({ toneMapping, change, say }, name, step, key) {
  const title = `${name[0].toUpperCase()}${name.slice(1)}`;
  return {
    name: `${name} ${step > 0 ? "up" : "down"}`,
    label: `${title} down, up`,
    group: GROUP,
    detail: step > 0 ? "up" : "down",
    keys: [key],
    repeats: true,
    perform() {
      const now = toneMapping();
      change({ [name]: name === "gamma" ? Math.round(now.gamma * 10 ** (step / 100) * 100) / 100 : now[name] + step });
      const value = toneMapping()[name];
      say(`${title} ${name === "gamma" ? value.toFixed(2) : value}`);
    },
  };
}
