// @ts-check
// The workbench: everything that pages share on which a person works on images. It builds the services, the canvas with
// its editor and panel, comments, keys, clipboard and notices; a page adds its queue and its commands.
//
// To make a page:
//   1. `createWorkbench(options, makePage)`. The options are data. A part that the page does not need is named in
//      `without`; asking for it is an error.
//   2. `makePage(workbench)` makes what is the page's own and answers a `WorkbenchPage`: which image is open, whether
//      it may be edited, the table of commands, and what the page does at certain moments. That is the whole interface.
//   3. The page takes images from `workbench.queue` (or by their address), puts one on the page by
//      `workbench.editor().show(…)`, and says that none is left by `workbench.showNothing(…)`.
import { commentCommands } from "../comments/comment_commands.js";
import { createComments } from "../comments/comments.js";
import { createDrafts } from "../comments/drafts.js";
import { storageOf } from "../saving/browser_storage.js";
import { createOutbox } from "../saving/outbox.js";
import { createUnsentNotice } from "../saving/unsent_notice.js";
import { NoPicture } from "../server/loader.js";
import { find } from "../ui/element.js";
import { makeHelp } from "../ui/help.js";
import { createNotice } from "../ui/notice.js";
import { createTabs } from "../ui/tabs.js";
import { createUserKeymap } from "../ui/user_keymap.js";
import { connectCommands } from "./command_controls.js";
import { MOUSE_NOTES, helpCommand } from "./commands.js";
import { showError } from "./error_notices.js";
import { createImageEditor } from "./image_editor.js";
import { createPageServices } from "./page_services.js";

/** @typedef {import("../boxes/types.js").Box} Box */
/** @typedef {import("../boxes/types.js").ImageInfo} ImageInfo */
/** @typedef {import("../ui/keymap.js").Command} Command */
/** @typedef {import("./image_editor.js").ImageEditor} ImageEditor */
/** @typedef {import("../comments/comments.js").Comments} Comments */

/**
 * What the page is, as data.
 * @typedef {object} WorkbenchOptions
 * @property {HTMLElement} root               holds everything; `data-state` on it says what the page shows
 * @property {import("../boxes/types.js").PageData} data
 * @property {"label" | "review"} kind        of what it claims, and of the unsent work that it stores
 * @property {number} ahead                   how many images are claimed ahead
 * @property {string} [title]                 stands between the image and the project in the window's title
 * @property {boolean} [scores]               whether boxes show their score and severity
 * @property {readonly (readonly [name: string, label: string, key: string])[]} tabs   of the side panel
 * @property {readonly Part[]} [without]      parts that the page leaves out
 */

/**
 * A part that a page may leave out. Without the editor there is no image on the page, and none of the other parts; what
 * is decided from a list, as crops side by side, needs the queue, the keys and the notices alone.
 * @typedef {"editor" | "comments" | "clipboard" | "overview"} Part
 */

/**
 * What a page adds. Everything but the first four may be left out.
 * @typedef {object} WorkbenchPage
 * @property {() => string | number | undefined} openId   the image that is open
 * @property {() => boolean} mayEdit
 * @property {(shared: SharedCommands) => Command[]} commands   the whole keymap in its order: where two commands want
 *   one key, the earlier one gets it
 * @property {() => void} signedIn               the person is back after the session had expired
 * @property {(imageId: string | number, error: import("../server/api.js").ApiError) => void} [leaseLost]   somebody else
 *   has the open image now
 * @property {(unsent: import("../saving/unsent_work.js").UnsentRecord) => boolean} [ownsUnsent]   unsent work that the
 *   page takes care of, so that no notice is shown
 * @property {(image: ImageInfo | null) => void} [imageShown]   another image, or none, is on the page
 * @property {() => void} [boxesChanged]
 * @property {(box: Box) => boolean} [isProposal]   whether a box is drawn as one that nobody decided
 * @property {() => boolean} [asksForHelp]       the open image is here because somebody asks for help
 * @property {() => boolean} [hidesComments]     something else has the canvas, so that no pin is shown
 * @property {() => void} [commentsChanged]
 * @property {() => void} [helpEnded]            this person ended the last thread that asked a reviewer
 * @property {() => void} [tabChanged]
 */

/**
 * The commands of the parts, for the page to put into its keymap; a part that is left out has none.
 * @typedef {import("./image_editor.js").EditorCommands & {comments: Command[], help: Command[]}} SharedCommands
 */

/**
 * What a page gets. The services are those of `createPageServices`.
 * @typedef {ReturnType<typeof createPageServices> & {
 *   root: HTMLElement,
 *   data: import("../boxes/types.js").PageData,
 *   notice: import("../ui/notice.js").Notice,
 *   tabs: import("../ui/tabs.js").Tabs,
 *   outbox: import("../saving/outbox.js").Outbox,
 *   unsentNotice: import("../saving/unsent_notice.js").UnsentNotice,
 *   editor: () => ImageEditor,
 *   comments: () => Comments,
 *   keyOf: (command: string) => string,
 *   showError: (error: unknown) => void,
 *   showNothing: (title: string) => void,
 * }} Workbench
 */

/**
 * Make a workbench and its page; the keys work when it returns.
 * @template {WorkbenchPage} Page
 * @param {WorkbenchOptions} options
 * @param {(workbench: Workbench) => Page} makePage
 * @returns {{workbench: Workbench, page: Page}}
 */
export function createWorkbench(options, makePage) {
  const { root, data } = options;
  /** @type {Page} */
  let page;
  /** @type {import("../ui/user_keymap.js").UserKeymap} */
  let userKeymap;
  const notice = createNotice(find("[data-notes]", root), find("[data-passing]", root));
  const services = createPageServices({
    data,
    kind: options.kind,
    ahead: options.ahead,
    notice,
    open: () => page.openId(),
    load: (image) => (editor ? editor.pictures.load(image) : Promise.reject(new NoPicture("This page shows no whole image."))),
    lost: (imageId, error) => page.leaseLost?.(imageId, error),
    signedIn: () => page.signedIn(),
  });
  const tabs = createTabs(root, () => page.tabChanged?.());
  const unsent = createUnsentParts(services, notice, () => page);
  const fail = (/** @type {unknown} */ error) => showError(error, notice, services.signIn);
  /** @param {ImageInfo | null} image */
  function shown(image) {
    page.imageShown?.(image);
    comments?.show(image, { help: page.asksForHelp?.() ?? false });
  }

  const isWithout = (/** @type {Part} */ part) => options.without?.includes(part) ?? false;
  const editor = isWithout("editor")
    ? null
    : createImageEditor({ root, options, services, notice, page: () => page, showError: fail, shown });
  const comments = editor && !isWithout("comments") ? createCommentsPart(options, editor, { services, notice, tabs, page: () => page }) : null;

  /** @type {Workbench} */
  const workbench = {
    ...services,
    ...unsent,
    root,
    data,
    notice,
    tabs,
    editor: () => present(editor, "editor"),
    comments: () => present(comments, "comments"),
    keyOf: (command) => userKeymap.keyOf(command),
    showError: fail,
    showNothing(title) {
      editor?.clear();
      root.dataset.state = "nothing";
      document.title = `${title} · ${data.project.name}`;
      find("[data-state-nothing] h2", root).focus();
    },
  };
  page = makePage(workbench);
  userKeymap = createUserKeymap({ commands: page.commands(sharedCommands()), preferences: services.preferences });
  const help = makeHelp({ userKeymap, notes: editor ? MOUSE_NOTES : [] });
  document.body.append(help);
  editor?.start(userKeymap);
  connectCommands({ root, userKeymap, editor });
  void services.unsentStorage.moved.then(unsent.unsentNotice.refresh);
  return { workbench, page };

  /** @returns {SharedCommands} */
  function sharedCommands() {
    return {
      ...(editor?.commands ?? { types: [], boxes: [], clipboard: [], view: [], display: [] }),
      comments: comments ? commentCommands(comments, tabs, options.tabs) : [],
      help: [helpCommand(() => help.showModal())],
    };
  }
}

/**
 * @template Value
 * @param {Value | null} part
 * @param {Part} name
 * @returns {Value}
 */
function present(part, name) {
  if (part === null) throw new Error(`This page was made without the part "${name}".`);
  return part;
}

/**
 * Make what sends unsent work of images that are not open, and the notice that there is some.
 * @param {ReturnType<typeof createPageServices>} services
 * @param {import("../ui/notice.js").Notice} notice
 * @param {() => WorkbenchPage} page
 */
function createUnsentParts({ api, unsentStorage, signIn }, notice, page) {
  const outbox = createOutbox({ api, createOwner: unsentStorage.createOwner });
  const unsentNotice = createUnsentNotice({
    unsentWork: unsentStorage.unsentWork,
    outbox,
    tab: unsentStorage.tab,
    show: (note) => (note ? notice.show(note, "unsent") : notice.clear("unsent")),
    skip: (unsent) => page().ownsUnsent?.(unsent) ?? false,
    expired: () => void signIn.ask(),
  });
  return { outbox, unsentNotice };
}

/**
 * @param {WorkbenchOptions} options
 * @param {ImageEditor} editor
 * @param {object} parts
 * @param {ReturnType<typeof createPageServices>} parts.services
 * @param {import("../ui/notice.js").Notice} parts.notice
 * @param {import("../ui/tabs.js").Tabs} parts.tabs
 * @param {() => WorkbenchPage} parts.page
 * @returns {Comments}
 */
function createCommentsPart({ root, data }, { canvas, boxEditor }, { services, notice, tabs, page }) {
  return createComments({
    root,
    api: services.api,
    canvas,
    store: boxEditor.store,
    drafts: createDrafts(storageOf(window).localStorage, data.user),
    person: { user: data.user, mayDeleteAll: data.role === "engineer" },
    say: notice.say,
    tabs,
    hidden: () => page().hidesComments?.() ?? false,
    changed: () => page().commentsChanged?.(),
    helpEnded: () => page().helpEnded?.(),
  });
}
