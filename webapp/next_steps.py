"""What a person should do next in a project, most urgent first."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from annotations.labeling import review
from annotations.models import Image, ImageState, Project, Role
from training.models import Round
from training.snapshots import missing_labels

# Fewer labeled images than this teach a first detector little; a suggestion, not a limit.
FIRST_ROUND_IMAGES = 20


@dataclass(frozen=True)
class Step:
    """One thing to do: what, why, and the button that does it (none where the role is too low)."""

    title: str
    reason: str
    button: str = ""
    url: str = ""


@dataclass(frozen=True)
class Situation:
    """The figures that the next steps follow from."""

    types: int
    by_state: dict[str, int]
    open_reviews: int
    active: Round | None
    last: Round | None
    new_labels: int
    missing_labels: str | None


def read_situation(project: Project, *, by_state: dict[str, int]) -> Situation:
    """Read the figures of `project`; `by_state` are its images per state."""
    latest = list(project.rounds.order_by("-number")[:1])
    last = latest[0] if latest else None
    active = last if last and last.state in ("queued", "running") else None
    new_labels = by_state[ImageState.LABELED]
    if last is not None:
        since = last.started_at or last.created_at
        decided = Q(state=ImageState.LABELED, labeled_at__gt=since)
        new_labels = Image.objects.present().filter(decided, project=project).count()
    return Situation(
        types=project.defect_types.filter(archived=False).count(),
        by_state=by_state,
        open_reviews=review.open_items(project).count(),
        active=active,
        last=last,
        new_labels=new_labels,
        missing_labels=missing_labels(project),
    )


def steps(project: Project, situation: Situation, role: Role) -> list[Step]:
    """Return what to do next, the most urgent first; never empty."""
    makers = (_types, _upload, _watch, _review, _label, _round, _after_failure)
    found = [step for make in makers if (step := make(project, situation, role))]
    if found:
        return found
    reason = "No image waits for a label or a decision, and the last round has seen them all."
    return [Step("Everything is decided", reason, "Inspect images", _url("inspect", project))]


def _url(name: str, project: Project) -> str:
    return reverse(name, args=[project.slug])


def _is(role: Role, least: Role) -> bool:
    return role.rank >= least.rank


def _images(n: int) -> str:
    return f"{n:,} image" if n == 1 else f"{n:,} images"


def _types(project: Project, situation: Situation, role: Role) -> Step | None:
    if situation.types:
        return None
    reason = "Nothing can be labeled before there is a name for what is wrong: scratch, pit, stain …"
    if not _is(role, Role.ENGINEER):
        return Step("No defect type yet", f"{reason} An engineer of the project adds them in the settings.")
    return Step("Add the defect types", reason, "Open the settings", f"{_url('settings', project)}#types")


def _upload(project: Project, situation: Situation, _role: Role) -> Step | None:
    if sum(situation.by_state.values()):
        return None
    reason = "Drag images or whole folders onto the page: PNG, JPEG, BMP or TIFF, 8 or 16 bit."
    return Step("Upload images", reason, "Upload images", f"{_url('images', project)}#upload")


def _watch(project: Project, situation: Situation, _role: Role) -> Step | None:
    active = situation.active
    if active is None:
        return None
    share = f" ({active.step / active.steps:.0%})" if active.steps else ""
    if active.state == "queued":
        what = "It waits for a worker."
    else:
        what = f"{active.get_phase_display() or 'Starting'}{share}."
    reason = f"{what} Labeling and reviewing can go on meanwhile."
    return Step(f"Round {active.number} is {active.state}", reason, "Watch it", _url("rounds", project))


def _review(project: Project, situation: Situation, role: Role) -> Step | None:
    waiting = situation.open_reviews
    if not waiting:
        return None
    title = f"Review {_images(waiting)}"
    reason = "The detector proposed boxes that it is not sure of; what you decide trains the next round."
    if not _is(role, Role.REVIEWER):
        return Step(title, f"{reason} A reviewer decides them.")
    return Step(title, reason, "Start reviewing", _url("review", project))


def _label(project: Project, situation: Situation, _role: Role) -> Step | None:
    unlabeled = situation.by_state[ImageState.UNLABELED]
    labeled = situation.by_state[ImageState.LABELED]
    if not unlabeled or not situation.types:
        return None
    if situation.last is None and labeled < FIRST_ROUND_IMAGES:
        wanted = min(unlabeled, FIRST_ROUND_IMAGES - labeled)
        reason = (
            f"{_images(labeled)} labeled so far; about {FIRST_ROUND_IMAGES} make a first round worthwhile."
        )
        return Step(f"Label {_images(wanted)}", reason, "Start labeling", _url("label", project))
    if situation.last is None and situation.missing_labels:
        return Step("Label more images", situation.missing_labels, "Start labeling", _url("label", project))
    return None


def _round(project: Project, situation: Situation, role: Role) -> Step | None:
    if situation.active or situation.missing_labels or not situation.new_labels:
        return None
    if situation.last is None:
        if situation.by_state[ImageState.LABELED] < FIRST_ROUND_IMAGES and situation.by_state["unlabeled"]:
            return None
        title = "Start the first round"
        reason = "A detector learns from the labels, and labels the rest where it is sure."
    else:
        title = f"Start round {situation.last.number + 1}"
        n = situation.new_labels
        verb = "was" if n == 1 else "were"
        reason = f"{_images(n)} {verb} labeled or decided since round {situation.last.number}."
    if not _is(role, Role.ENGINEER):
        return Step(title, f"{reason} An engineer of the project starts it.")
    return Step(title, reason, "Choose its settings", f"{_url('rounds', project)}#start")


def _after_failure(project: Project, situation: Situation, _role: Role) -> Step | None:
    last = situation.last
    if last is None or last.state != "failed":
        return None
    return Step(f"Round {last.number} failed", last.error or "See why.", "See why", _url("rounds", project))
