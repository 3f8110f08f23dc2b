"""Phase LABEL: run the promoted models over every unlabeled image; accept the sure, ask about the rest."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from annotations.errors import StaleVersion
from annotations.labeling import proposals
from annotations.models import Image, ImageState, Lease, Proposal, ReviewItem, ReviewState, Split
from inference import registry
from inference.pipeline import Finding, Pipeline
from inference.readahead import batches, count_pixels, read_ahead
from training import datasets, routing
from training.models import Lot, LotImage
from training.phases import promote
from training.round_run import CHUNK, RoundRun


def waiting(project, model_name: str):
    """Return the images that the model `model_name` is to be run over.

    Left out are those under a live lease (a person is at it), those whose proposal a person has rejected
    (they are labeled by hand), those that a person asks for help about, and those that this model has
    proposed for at their present version.
    """
    leased = Lease.objects.live(timezone.now()).filter(image=OuterRef("pk"))
    rejected = ReviewItem.objects.filter(image=OuterRef("pk"), decision="reject")
    asked = ReviewItem.objects.filter(image=OuterRef("pk"), state=ReviewState.OPEN, help=True)
    seen = Proposal.objects.filter(
        image=OuterRef("pk"), model_name=model_name, image_version=OuterRef("version")
    )
    images = Image.objects.present().filter(
        project=project, state__in=[ImageState.UNLABELED, ImageState.IN_REVIEW]
    )
    return (
        images.exclude(Exists(leased)).exclude(Exists(rejected | asked)).exclude(Exists(seen)).order_by("pk")
    )


def run(round_run: RoundRun) -> None:
    """Promote the round's models, then route every waiting image; what was routed before a restart stays."""
    promote.run(round_run)
    route_waiting(round_run)


def route_waiting(round_run: RoundRun) -> None:
    """Propose boxes for every waiting image of the project with the promoted models, and route each image."""
    round_, project = round_run.round, round_run.round.project
    model = registry.detector(project)
    pipeline = Pipeline.load(project)
    ids = list(waiting(project, model.name).values_list("pk", flat=True))
    types = {
        name: defect_type for name, defect_type in project.types_by_name().items() if not defect_type.archived
    }
    lot, _ = Lot.objects.get_or_create(round=round_)
    counts = Counter(round_.routing)
    counts.pop("reasons", None)
    reasons = Counter(round_.routing.get("reasons", {}))
    done = 0
    for images, pixels, left_out in _read_batches(round_run, ids, pipeline.window):
        counts["unreadable"] += left_out
        for image, found in zip(images, pipeline.predict(pixels), strict=True):
            try:
                reason = _route(round_run, pipeline, lot, image, _propose(image, found, types))
            except StaleVersion:
                counts["saved_meanwhile"] += 1  # a person saved first; what the person saved stays
                continue
            if reason is None:
                counts["auto_labeled"] += 1
            else:
                counts["in_review"] += 1
                reasons[reason] += 1
        done += len(images) + left_out
        round_run.job.write(routing={**+counts, "reasons": dict(reasons)})
        round_run.progress(done, len(ids))
    round_.routing = {"auto_labeled": 0, "in_review": 0, **+counts, "reasons": dict(reasons)}
    round_run.job.write(routing=round_.routing)


def _read_batches(round_run: RoundRun, ids: list[int], window) -> Iterator[tuple[list[Image], list, int]]:
    """Yield batches: the images of `ids`, their pixels through `window`, and how many could not be read.

    The next batch is read while the caller works on one. What cannot be read becomes a warning.
    """
    read = datasets.reader(window)

    def read_one(image: Image) -> tuple:
        try:
            return image, read(image.file.name or ""), None
        except (OSError, ValueError) as error:
            return image, None, error

    def weigh(result: tuple) -> int:
        return count_pixels(result[1])

    for batch in batches(read_ahead(_rows(ids), read_one, weigh=weigh), weigh=weigh):
        for image, _, error in batch:
            if error is not None:
                round_run.note("warning", text=f"{image.name} cannot be read and was left out: {error}")
        good = [(image, pixels) for image, pixels, error in batch if error is None]
        yield [image for image, _ in good], [pixels for _, pixels in good], len(batch) - len(good)


def _rows(ids: list[int]) -> Iterator[Image]:
    """Yield the images of `ids` that are still there, fetched in portions as late as possible."""
    for start in range(0, len(ids), CHUNK):
        rows = Image.objects.present().filter(pk__in=ids[start : start + CHUNK])
        yield from rows.select_related("project").order_by("pk")


def _propose(image: Image, found: list[Finding], types: dict) -> list[proposals.ProposedValues]:
    """Return `found` as proposals inside `image`; boxes of unknown types or without a pixel are dropped."""
    values = []
    for finding in found:
        corners = datasets.clip((finding.xmin, finding.ymin, finding.xmax, finding.ymax), image)
        if corners is None or finding.class_name not in types:
            continue
        values.append(
            proposals.ProposedValues(
                types[finding.class_name],
                *corners,
                score=min(1.0, max(0.0, finding.score)),
                grade_probabilities=finding.grade_probabilities,
            )
        )
    return values


def _route(
    round_run: RoundRun, pipeline: Pipeline, lot: Lot, image: Image, values: list[proposals.ProposedValues]
) -> str | None:
    """Accept one image or ask about it; return the review reason, None when it was accepted."""
    config, model = round_run.config, pipeline.model
    route = routing.choose(
        [
            routing.Candidate(value.defect_type.name, value.score, value.grade_probabilities)
            for value in values
        ],
        thresholds=pipeline.detector.thresholds,
        propose_score=config.propose_score,
        grade_doubt=config.grade_doubt,
        accept_nothing=model.calibration.get("nothing_found", {}).get("accepted", False),
        may_accept=image.split == Split.TRAIN,
    )
    chosen = [values[index] for index in route.proposed]
    source: dict[str, Any] = {"model_name": model.name, "round_number": round_run.round.number}
    if route.reason is None:
        proposals.accept(image, chosen, **source)
        LotImage.objects.update_or_create(lot=lot, image=image, defaults={"version": image.version})
        return None
    proposals.ask(image, chosen, **source, reason=route.reason, detail=route.detail, priority=route.priority)
    return route.reason
