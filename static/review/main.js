// @ts-check
// The review page: a workbench on which proposals are accepted, corrected or rejected by key; the next image is on
// screen at once.
import { find, readData } from "../ui/element.js";
import { createWorkbench } from "../workbench/workbench.js";
import { reviewCommands } from "./commands.js";
import { queueSummary } from "./proposal.js";
import { createQueueCounts } from "./queue_counts.js";
import { createReviewPanel } from "./review_panel.js";
import { createReviewSession } from "./review_session.js";

/** @type {import("../boxes/types.js").PageData & {reasons: Record<string, string>, counts: Record<string, number>}} */
const data = readData("review-data");

const { workbench, page } = createWorkbench(
  {
    root: find("#review"),
    data,
    // Corrections that were not sent are stored apart from the label page's work on the same image.
    kind: "review",
    ahead: 3,
    title: "Review",
    scores: true,
    tabs: [
      ["boxes", "The boxes at the side", "Alt+b"],
      ["comments", "The comments at the side", "Alt+c"],
    ],
  },
  createPage,
);
const { session } = page;

/** @param {import("../workbench/workbench.js").Workbench} workbench */
function createPage(workbench) {
  const { root, api, notice, heartbeat, tabs, unsentStorage } = workbench;
  const reviewPanel = createReviewPanel(root, data.reasons);
  const queueCounts = createQueueCounts({ api, slug: data.project.slug, reviewPanel, counts: data.counts });
  const session = createReviewSession(workbench, { reviewPanel, queueCounts });
  const review = () => session.open()?.item.claimed.review;

  return {
    session,
    openId: () => session.open()?.item.claimed.image.id,
    mayEdit: () => session.open() !== null,
    commands: (/** @type {import("../workbench/workbench.js").SharedCommands} */ shared) => reviewCommands(shared, session),
    signedIn() {
      notice.clear();
      void heartbeat.beat();
      session.start();
    },
    leaseLost(/** @type {string | number} */ _, /** @type {import("../server/api.js").ApiError} */ error) {
      const actions = [{ label: "Next image", perform: () => void session.goOn(), primary: true }];
      notice.show({ tone: "warning", text: `${error.message} Go on with the next image.`, actions });
    },
    // A correction that was not finished comes back with its image; what is being sent here needs no notice.
    ownsUnsent: (/** @type {import("../saving/unsent_work.js").UnsentRecord} */ { kind, decision, tab }) =>
      kind === "review" && (!decision || tab === unsentStorage.tab),
    imageShown() {
      tabs.choose(review()?.help ? "comments" : "boxes");
    },
    asksForHelp: () => review()?.help ?? false,
    boxesChanged: session.showChoices,
    isProposal: session.isProposal,
    helpEnded() {
      if (review()?.reason !== "help") return;
      const actions = [{ label: "Next image", perform: () => void session.skip(), primary: true }];
      notice.show({ tone: "info", text: "Nothing is asked about this image any more.", actions });
    },
  };
}

window.addEventListener("pagehide", workbench.heartbeat.releaseAll);
if (queueSummary(data.counts, data.reasons).total > 0) void session.goOn();
else session.showNothing();
