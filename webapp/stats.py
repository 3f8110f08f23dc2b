"""Everything that the dashboard draws, counted by the database in a constant number of queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Avg, Case, Count, F, FloatField, Max, Q, Value, When
from django.db.models.functions import Cast, Floor, Least, TruncDate

from annotations.models import Box, Image, ImageState, Origin, Project, Revision, Split
from annotations.review import counts as review_counts
from annotations.severities import severity_of
from inference.models import JobState

SEVERITY_BINS = 10
PLACES = 200
SETTLED = (ImageState.LABELED, ImageState.AUTO_LABELED)


@dataclass(frozen=True)
class Selection:
    """Which images are counted; what is None or empty does not narrow. Days are UTC and inclusive."""

    line: str = ""
    lot: str = ""
    split: str = ""
    labeled_from: date | None = None
    labeled_to: date | None = None

    def of(self, project: Project):
        """Return the present images of PROJECT inside this selection."""
        exact = {name: getattr(self, name) for name in ("line", "lot", "split") if getattr(self, name)}
        images = Image.objects.present().filter(project=project, **exact)
        if self.labeled_from:
            images = images.filter(labeled_at__date__gte=self.labeled_from)
        if self.labeled_to:
            images = images.filter(labeled_at__date__lte=self.labeled_to)
        return images


def collect(project: Project, selection: Selection | None = None) -> dict:
    """Return the figures of PROJECT, JSON-able; boxes are those of labeled and auto-labeled images."""
    images = (selection or Selection()).of(project)
    severity = severity_of(project)
    boxes = Box.objects.filter(image__in=images.filter(state__in=SETTLED)).annotate(severity=severity)
    boxes = boxes.order_by()
    return {
        "images": image_counts(images),
        "types": _types(project, boxes),
        "severity": _severity(boxes),
        "labeled": _labeled_over_time(images),
        "places": _places(images, boxes),
        "review": review_counts(project),
        "rounds": _rounds(project),
    }


def image_counts(images) -> dict:
    """Return {"total": n, "by_state": {state: n}, "by_split": {split: n}, "table": {state: {split: n}}}."""
    table = {state: dict.fromkeys(Split.values, 0) for state in ImageState.values}
    for state, split, n in images.order_by().values_list("state", "split").annotate(n=Count("pk")):
        table[state][split] = n
    by_state = {state: sum(row.values()) for state, row in table.items()}
    by_split = {split: sum(row[split] for row in table.values()) for split in Split.values}
    return {"total": sum(by_state.values()), "by_state": by_state, "by_split": by_split, "table": table}


def _types(project: Project, boxes) -> list[dict]:
    """Return a row per defect type, most boxes first, with its cumulative share (Pareto)."""
    counted = {
        row["defect_type"]: row
        for row in boxes.values("defect_type").annotate(
            boxes=Count("pk"),
            images=Count("image", distinct=True),
            by_model=Count("pk", filter=Q(origin=Origin.MODEL)),
            mean=Avg("severity"),
            worst=Max("severity"),
        )
    }
    rows = []
    for kind in project.defect_types.all():
        row = counted.get(kind.pk)
        if row is None and kind.archived:
            continue
        figures = {name: (row or {}).get(name) or 0 for name in ("boxes", "images", "by_model")}
        mean, worst = ((row or {}).get(name) for name in ("mean", "worst"))
        rows.append({"name": kind.name, "color": kind.color, "graded": kind.graded, **figures})
        rows[-1] |= {"mean_severity": mean, "worst_severity": worst}
    rows.sort(key=lambda row: -row["boxes"])
    total, running = sum(row["boxes"] for row in rows), 0
    for row in rows:
        running += row["boxes"]
        row["share"] = row["boxes"] / total if total else 0.0
        row["cumulative"] = running / total if total else 0.0
    return rows


def _severity(boxes) -> dict:
    """Return the histogram: {"edges": [11 numbers], "types": {name: [10 counts]}, "unknown": n}."""
    scaled = Floor(F("severity") * SEVERITY_BINS + Value(1e-9))
    last = Value(float(SEVERITY_BINS - 1))
    # Of null and a number, PostgreSQL takes the number as the least, SQLite null.
    nth = Case(When(severity__isnull=False, then=Least(Cast(scaled, FloatField()), last)))
    rows = boxes.annotate(bin=nth).values_list("defect_type__name", "bin").annotate(n=Count("pk"))
    types, unknown = defaultdict(lambda: [0] * SEVERITY_BINS), 0
    for name, position, n in rows:
        if position is None:
            unknown += n
        else:
            types[name][int(position)] += n
    edges = [round(k / SEVERITY_BINS, 3) for k in range(SEVERITY_BINS + 1)]
    return {"edges": edges, "types": dict(sorted(types.items())), "unknown": unknown}


def _labeled_over_time(images) -> list[dict]:
    """Return per day the images that people labeled and that a round labeled, as their labels stand now."""
    days = defaultdict(lambda: {"people": 0, "auto": 0})
    by_people = images.filter(state=ImageState.LABELED, labeled_at__isnull=False).order_by()
    for day, n in by_people.annotate(day=TruncDate("labeled_at")).values_list("day").annotate(n=Count("pk")):
        days[day]["people"] += n
    by_models = Revision.objects.filter(
        image__in=images.filter(state=ImageState.AUTO_LABELED), version=F("image__version")
    ).order_by()
    for day, n in by_models.annotate(day=TruncDate("created_at")).values_list("day").annotate(n=Count("pk")):
        days[day]["auto"] += n
    return [{"day": day.isoformat(), **days[day]} for day in sorted(days)]


def _places(images, boxes) -> list[dict]:
    """Return a row per line and lot, most boxes first, at most PLACES of them."""
    rows = {
        (row["line"], row["lot"]): row
        | {"boxes": 0, "defective": 0, "mean_severity": None, "worst_severity": None}
        for row in images.order_by()
        .values("line", "lot")
        .annotate(images=Count("pk"), labeled=Count("pk", filter=Q(state__in=SETTLED)))
    }
    for row in boxes.values("image__line", "image__lot").annotate(
        boxes=Count("pk"),
        defective=Count("image", distinct=True),
        mean=Avg("severity"),
        worst=Max("severity"),
    ):
        rows[row["image__line"], row["image__lot"]] |= {
            "boxes": row["boxes"],
            "defective": row["defective"],
            "mean_severity": row["mean"],
            "worst_severity": row["worst"],
        }
    return sorted(rows.values(), key=lambda row: (-row["boxes"], row["line"], row["lot"]))[:PLACES]


def _rounds(project: Project) -> list[dict]:
    """Return the test metrics of every finished round, oldest first."""
    rounds = project.rounds.filter(state=JobState.DONE).order_by("number")
    return [
        {
            "number": row["number"],
            "finished_at": row["finished_at"].isoformat() if row["finished_at"] else None,
        }
        | {name: (row["metrics"] or {}).get(name) for name in ("map", "map50", "map75")}
        for row in rounds.values("number", "finished_at", "metrics")
    ]
