// @ts-check
// How a person sees the image: the view's settings and their keys, the value under the cursor, tiles in trouble.
import { find } from "../ui/element.js";
import { windowHolding } from "./histogram.js";
import { PLAIN, readToneMapping } from "./tone_mapping.js";
import { createDisplayPanel } from "./display_panel.js";

/** @typedef {import("./tone_mapping.js").ToneMapping} ToneMapping */
/** @typedef {import("../boxes/types.js").Point} Point */
/** @typedef {import("../ui/keymap.js").Command} Command */
/** @typedef {import("./picture.js").Pictures} Pictures */

/**
 * @typedef {object} DisplayControls
 * @property {Command[]} commands
 * @property {(point: Point | null) => void} probe   show the native value of the pixel under the cursor
 */

/** Levels left out at each end when the window is fitted: dead pixels and glare must not decide. */
const LEFT_OUT = 0.001;
const USUAL_LOCAL = 60;
/** A cursor that rests this long asks for a tile that is not here. */
const REST_MS = 120;

/**
 * @param {object} parts
 * @param {HTMLElement} parts.root
 * @param {Pictures} parts.pictures
 * @param {Pick<import("../saving/preferences.js").Preferences, "set">} parts.preferences
 * @param {(sentence: string) => void} parts.say
 * @returns {DisplayControls}
 */
export function createDisplayControls({ root, pictures, preferences, say }) {
  const button = find('[data-command="view panel"]', root);
  const panel = createDisplayPanel(find("[data-view]", root), {
    change,
    opened(open) {
      button.setAttribute("aria-expanded", String(open));
      if (!open) find("canvas", root).focus({ preventScroll: true });
    },
  });
  const probe = createProbe(find("[data-value]", root), pictures);
  const trouble = find("[data-picture-trouble]", root);
  const words = find("span", trouble);
  const retry = () => pictures.shown()?.tiled?.retry();
  window.addEventListener("online", retry);
  let lastLocal = USUAL_LOCAL;
  let frame = 0;
  /** @type {string | number | null} the image whose window was found to show nothing */
  let warned = null;

  /** @param {Partial<ToneMapping>} part */
  function change(part) {
    const toneMapping = readToneMapping({ ...pictures.toneMapping(), ...part });
    if (toneMapping.local > 0) lastLocal = toneMapping.local;
    pictures.setToneMapping(toneMapping);
    preferences.set("view", { ...toneMapping });
  }

  function draw() {
    frame = 0;
    const picture = pictures.shown();
    tellTrouble();
    probe.again();
    if (!picture) return;
    const window = pictures.windowOf(picture.image);
    const histogram = picture.tiled?.histogram() ?? null;
    if (histogram && warned !== picture.image.id && (histogram.high <= window.low || histogram.low >= window.high)) {
      warned = picture.image.id;
      say("Every level of this image lies outside of the window: fit it, or reset it, under View.");
    }
    panel.update({
      toneMapping: pictures.toneMapping(),
      window,
      depth: picture.image.bit_depth,
      histogram,
      why: picture.tiled ? "" : `The view cannot be adjusted, and values are not shown: ${picture.why}`,
    });
  }

  function tellTrouble() {
    const now = pictures.shown()?.tiled?.trouble() ?? null;
    trouble.hidden = now === null;
    if (!now) return;
    const what = now.failed === 1 ? "A part of the picture is missing" : `${now.failed} parts of the picture are missing`;
    const text = `${what}: ${now.reason}${now.final ? "" : " It is tried again."}`;
    if (words.textContent !== text) words.textContent = text;
  }

  async function fitWindow() {
    const counts = await pictures.shown()?.tiled?.countInSight();
    const fitted = counts ? windowHolding(counts, LEFT_OUT) : null;
    if (fitted) change(fitted);
    say(fitted ? `Black ${fitted.low}, white ${fitted.high}` : "There are no levels in sight.");
  }

  pictures.onChange(() => {
    frame ||= requestAnimationFrame(draw);
  });

  /**
   * @param {"brightness" | "contrast" | "gamma"} name
   * @param {number} step
   * @param {string} key
   * @returns {Command}
   */
  function stepCommand(name, step, key) {
    return {
      name: `${name} ${step > 0 ? "up" : "down"}`,
      label: `${name[0].toUpperCase()}${name.slice(1)} down, up`,
      group: "Gray levels",
      detail: step > 0 ? "up" : "down",
      keys: [key],
      repeats: true,
      perform() {
        const toneMapping = pictures.toneMapping();
        change({ [name]: name === "gamma" ? Math.round(toneMapping.gamma * 10 ** (step / 100) * 100) / 100 : toneMapping[name] + step });
        const value = pictures.toneMapping()[name];
        say(`${name[0].toUpperCase()}${name.slice(1)} ${name === "gamma" ? value.toFixed(2) : value}`);
      },
    };
  }

  const group = "Gray levels";
  return {
    probe: probe.move,
    commands: [
      { name: "view panel", label: "Gray levels: window, brightness, contrast", group, keys: ["g"], perform: () => panel.setOpen(!panel.isOpen()) },
      {
        name: "invert",
        label: "Invert, or not",
        group,
        keys: ["Shift+i"],
        perform: () => change({ invert: !pictures.toneMapping().invert }),
      },
      {
        name: "local contrast",
        label: "Local contrast on or off, for faint defects",
        group,
        keys: ["l"],
        perform() {
          change({ local: pictures.toneMapping().local > 0 ? 0 : lastLocal });
          say(pictures.toneMapping().local > 0 ? `Local contrast ${lastLocal} %` : "Local contrast off");
        },
      },
      { name: "fit window", label: "Window to the levels in sight", group, keys: ["w"], perform: () => void fitWindow() },
      {
        name: "reset view",
        label: "As the project shows it",
        group,
        keys: ["Shift+g"],
        perform() {
          change({ ...PLAIN });
          say("Gray levels as the project shows them");
        },
      },
      { name: "retry picture", label: "Ask for missing parts of the picture now", group, keys: ["y"], perform: retry },
      stepCommand("brightness", -5, "["),
      stepCommand("brightness", 5, "]"),
      stepCommand("contrast", -5, "{"),
      stepCommand("contrast", 5, "}"),
      stepCommand("gamma", -5, ","),
      stepCommand("gamma", 5, "."),
    ],
  };
}

/**
 * Show the levels of the pixel under the cursor, as they are in the file.
 * @param {HTMLElement} output
 * @param {Pictures} pictures
 */
function createProbe(output, pictures) {
  /** @type {Point | null} */
  let at = null;
  let isAwaited = false;
  let asking = false;
  /** @type {any} */
  let rest;

  async function ask() {
    const picture = pictures.shown();
    if (asking || !at || !picture?.tiled) return;
    asking = true;
    const { x, y } = at;
    const levels = await picture.tiled.probe(x, y, { fetch: isAwaited });
    asking = false;
    if (!at) return;
    if (at.x !== x || at.y !== y) {
      void ask();
      return;
    }
    const { width, height } = picture.image;
    if (x < 0 || y < 0 || x >= width || y >= height) output.textContent = "";
    else if (levels === null) output.textContent = "…";
    else output.textContent = levels.length === 1 ? `gray ${levels[0]}` : `R ${levels[0]} G ${levels[1]} B ${levels[2]}`;
    output.dataset.at = `${Math.floor(x)} ${Math.floor(y)}`;
    isAwaited = isAwaited && levels === null;
  }

  return {
    /** @param {Point | null} point */
    move(point) {
      at = point;
      isAwaited = false;
      clearTimeout(rest);
      if (!point) {
        output.textContent = "";
        return;
      }
      rest = setTimeout(() => {
        isAwaited = true;
        void ask();
      }, REST_MS);
      void ask();
    },
    again: () => void ask(),
  };
}
