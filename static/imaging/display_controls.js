// @ts-check
// How a person sees the image: the view's settings and their keys, the value under the cursor, tiles in trouble.
import { find } from "../ui/element.js";
import { displayCommands } from "./display_commands.js";
import { windowHolding } from "./histogram.js";
import { readToneMapping } from "./tone_mapping.js";
import { createProbe } from "./pixel_probe.js";
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
  const troubleNote = createTroubleNote(find("[data-picture-trouble]", root));
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
    troubleNote.update(picture?.tiled?.trouble() ?? null);
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

  async function fitWindow() {
    const counts = await pictures.shown()?.tiled?.countInSight();
    const fitted = counts ? windowHolding(counts, LEFT_OUT) : null;
    if (fitted) change(fitted);
    say(fitted ? `Black ${fitted.low}, white ${fitted.high}` : "There are no levels in sight.");
  }

  pictures.onChange(() => {
    frame ||= requestAnimationFrame(draw);
  });

  return {
    probe: probe.move,
    commands: displayCommands({
      toneMapping: pictures.toneMapping,
      change,
      togglePanel: () => panel.setOpen(!panel.isOpen()),
      toggleLocal() {
        change({ local: pictures.toneMapping().local > 0 ? 0 : lastLocal });
        say(pictures.toneMapping().local > 0 ? `Local contrast ${lastLocal} %` : "Local contrast off");
      },
      fitWindow,
      retry,
      say,
    }),
  };
}

/** @param {HTMLElement} place  of the note that a part of the picture is missing */
function createTroubleNote(place) {
  const sentence = find("span", place);
  return {
    /** @param {import("../server/loader.js").Trouble | null} trouble */
    update(trouble) {
      place.hidden = trouble === null;
      if (!trouble) return;
      const { failed, reason, final } = trouble;
      const what = failed === 1 ? "A part of the picture is missing" : `${failed} parts of the picture are missing`;
      const text = `${what}: ${reason}${final ? "" : " It is tried again."}`;
      if (sentence.textContent !== text) sentence.textContent = text;
    },
  };
}
