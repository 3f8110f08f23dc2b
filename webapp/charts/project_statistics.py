"""Everything that the dashboard draws, counted by the database in a constant number of queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, F, FloatField, Max, Q, Sum, Value, When
from django.db.models.functions import Cast, Floor, Least, TruncDate

from annotations.labeling.review import counts as review_counts
from annotations.models import (
    LABELED_STATES,
    Box,
    DefectType,
    Image,
    ImageState,
    JobState,
    Origin,
    Project,
    Revision,
    Split,
)
from annotations.severity.severity_sql import severity_of

SEVERITY_BINS = 10
PLACES = 200


@dataclass(frozen=True)
class Selection:
    """Which images are counted; what is None or empty does not narrow. Days are UTC and inclusive."""

    line: str = ""
    lot: str = ""
    split: str = ""
    labeled_from: date | None = None
    labeled_to: date | None = None

    def of(self, project: Project):
        """Return the present images of `project` inside this selection."""
        exact = {name: getattr(self, name) for name in ("line", "lot", "split") if getattr(self, name)}
        images = Image.objects.present().filter(project=project, **exact)
        if self.labeled_from:
            images = images.filter(labeled_at__date__gte=self.labeled_from)
        if self.labeled_to:
            images = images.filter(labeled_at__date__lte=self.labeled_to)
        return images


@dataclass(frozen=True)
class Cell:
    """The boxes of one type, line, lot and severity bin; `bin`, `total` and `worst` are None if unknown."""

    defect_type: int
    line: str
    lot: str
    bin: int | None
    boxes: int
    by_model: int
    total: float | None
    worst: float | None


def collect(project: Project, selection: Selection | None = None) -> dict:
    """Return the figures of `project`, JSON-able; boxes are those of labeled and auto-labeled images."""
    images = (selection or Selection()).of(project)
    boxes = Box.objects.filter(image__in=images.labeled()).order_by()
    types_by_id = {defect_type.pk: defect_type for defect_type in project.defect_types.all()}
    cells = _cells(project, boxes)
    return {
        "images": image_counts(images),
        "types": _types(types_by_id, cells, boxes),
        "severity": _severity(types_by_id, cells),
        "labeled": _labeled_over_time(images),
        "places": _places(images, cells),
        "review": review_counts(project),
        "rounds": _rounds(project),
    }


def _cells(project: Project, boxes) -> list[Cell]:
    """Count `boxes` in one pass, because computing a million severities takes long."""
    scaled = Floor(F("severity") * SEVERITY_BINS + Value(1e-9))
    last = Value(float(SEVERITY_BINS - 1))
    # Of null and a number, PostgreSQL takes the number as the least, SQLite null.
    nth = Case(When(severity__isnull=False, then=Least(Cast(scaled, FloatField()), last)))
    rows = (
        boxes.annotate(severity=severity_of(project))
        .annotate(bin=nth)
        .values("defect_type", "image__line", "image__lot", "bin")
        .annotate(
            boxes=Count("pk"),
            by_model=Count("pk", filter=Q(origin=Origin.MODEL)),
            total=Sum("severity"),
            worst=Max("severity"),
        )
    )
    return [
        Cell(
            defect_type=row["defect_type"],
            line=row["image__line"],
            lot=row["image__lot"],
            bin=None if row["bin"] is None else int(row["bin"]),
            **{name: row[name] for name in ("boxes", "by_model", "total", "worst")},
        )
        for row in rows
    ]


def _severities(cells: list[Cell]) -> dict[str, float | None]:
    """Return mean and worst severity of the boxes in `cells` whose severity is known."""
    known = [cell for cell in cells if cell.bin is not None]
    boxes = sum(cell.boxes for cell in known)
    return {
        "mean_severity": sum(cell.total or 0.0 for cell in known) / boxes if boxes else None,
        "worst_severity": max((cell.worst for cell in known if cell.worst is not None), default=None),
    }


def image_counts(images) -> dict:
    """Return {"total": n, "by_state": {state: n}, "by_split": {split: n}, "table": {state: {split: n}}}."""
    table = {state: dict.fromkeys(Split.values, 0) for state in ImageState.values}
    for state, split, n in images.order_by().values_list("state", "split").annotate(n=Count("pk")):
        table[state][split] = n
    by_state = {state: sum(row.values()) for state, row in table.items()}
    by_split = {split: sum(row[split] for row in table.values()) for split in Split.values}
    return {"total": sum(by_state.values()), "by_state": by_state, "by_split": by_split, "table": table}


def _types(types_by_id: dict[int, DefectType], cells: list[Cell], boxes) -> list[dict]:
    """Return a row per defect type, most boxes first, with its cumulative share (Pareto)."""
    images = dict(boxes.values_list("defect_type").annotate(n=Count("image", distinct=True)))
    rows = []
    for defect_type in types_by_id.values():
        own_cells = [cell for cell in cells if cell.defect_type == defect_type.pk]
        if defect_type.archived and not own_cells:
            continue
        rows.append(
            {
                "name": defect_type.name,
                "color": defect_type.color,
                "graded": defect_type.graded,
                "boxes": sum(cell.boxes for cell in own_cells),
                "images": images.get(defect_type.pk, 0),
                "by_model": sum(cell.by_model for cell in own_cells),
                **_severities(own_cells),
            }
        )
    rows.sort(key=lambda row: -row["boxes"])
    total, running = sum(row["boxes"] for row in rows), 0
    for row in rows:
        running += row["boxes"]
        row["share"] = row["boxes"] / total if total else 0.0
        row["cumulative"] = running / total if total else 0.0
    return rows


def _severity(types_by_id: dict[int, DefectType], cells: list[Cell]) -> dict:
    """Return the histogram: {"edges": [11 numbers], "types": {name: [10 counts]}, "unknown": n}."""
    types: dict[str, list[int]] = defaultdict(lambda: [0] * SEVERITY_BINS)
    for cell in cells:
        if cell.bin is not None:
            types[types_by_id[cell.defect_type].name][cell.bin] += cell.boxes
    edges = [round(k / SEVERITY_BINS, 3) for k in range(SEVERITY_BINS + 1)]
    unknown = sum(cell.boxes for cell in cells if cell.bin is None)
    return {"edges": edges, "types": dict(sorted(types.items())), "unknown": unknown}


def _labeled_over_time(images) -> list[dict]:
    """Return per day the images that people labeled and that a round labeled, as their labels stand now."""
    days: dict[date, dict[str, int]] = defaultdict(lambda: {"people": 0, "auto": 0})
    by_people = images.filter(state=ImageState.LABELED, labeled_at__isnull=False).order_by()
    for day, n in by_people.annotate(day=TruncDate("labeled_at")).values_list("day").annotate(n=Count("pk")):
        days[day]["people"] += n
    by_models = Revision.objects.filter(
        image__in=images.filter(state=ImageState.AUTO_LABELED), version=F("image__version")
    ).order_by()
    for day, n in by_models.annotate(day=TruncDate("created_at")).values_list("day").annotate(n=Count("pk")):
        days[day]["auto"] += n
    return [{"day": day.isoformat(), **days[day]} for day in sorted(days)]


def _places(images, cells: list[Cell]) -> list[dict]:
    """Return a row per line and lot, most boxes first, at most PLACES of them."""
    found = defaultdict(list)
    for cell in cells:
        found[cell.line, cell.lot].append(cell)
    settled = Q(state__in=LABELED_STATES)
    rows = [
        {**row, "boxes": sum(cell.boxes for cell in own_cells), **_severities(own_cells)}
        for row in images.order_by()
        .values("line", "lot")
        .annotate(
            images=Count("pk"),
            labeled=Count("pk", filter=settled),
            defective=Count("pk", filter=settled & Q(box_count__gt=0)),
        )
        for own_cells in [found[row["line"], row["lot"]]]
    ]
    return sorted(rows, key=lambda row: (-row["boxes"], row["line"], row["lot"]))[:PLACES]


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
