"""What a set of images holds: counts of states, of boxes by type, grade, origin and size."""

from __future__ import annotations

from collections import Counter, defaultdict

from django.db.models import Case, Count, F, IntegerField, Q, Value, When

from annotations.models import Box, ImageState, Origin, Project, Split

# Square roots of a box's area, in pixels of the original: the upper ends of all size classes but the last.
SIZES = (8, 16, 32, 64, 128, 256)


def summarize(project: Project, images) -> dict:
    """Return the figures of `images` of `project`, JSON-able, in three queries.

    {"images", "boxes", "without_boxes", "states": {state: n}, "splits": {split: n},
    "sizes": {"upto": [pixels], "boxes": [n]}, "types": [{"name", "color", "graded", "boxes", "human",
    "model", "grades": {"1": n, "": n}, "sizes": [n]}]}; sizes are square roots of areas, the last class
    has no upper end.
    """
    states: Counter[str] = Counter()
    splits: Counter[str] = Counter()
    total, bare = 0, 0
    rows = (
        images.order_by()
        .values("state", "split")
        .annotate(n=Count("pk"), bare=Count("pk", filter=Q(box_count=0)))
    )
    for row in rows:
        states[row["state"]] += row["n"]
        splits[row["split"]] += row["n"]
        total, bare = total + row["n"], bare + row["bare"]
    types = _types(project, images)
    sizes = [sum(row["sizes"][place] for row in types) for place in range(len(SIZES) + 1)]
    return {
        "images": total,
        "without_boxes": bare,
        "boxes": sum(row["boxes"] for row in types),
        "states": {state: states[state] for state in ImageState.values},
        "splits": {split: splits[split] for split in Split.values},
        "sizes": {"upto": list(SIZES), "boxes": sizes},
        "types": types,
    }


def _types(project: Project, images) -> list[dict]:
    """Return a row per defect type that has boxes in `images` or is in use, in class order."""
    area = (F("xmax") - F("xmin")) * (F("ymax") - F("ymin"))
    size = Case(
        *(When(area__lt=side * side, then=Value(place)) for place, side in enumerate(SIZES)),
        default=Value(len(SIZES)),
        output_field=IntegerField(),
    )
    boxes = Box.objects.filter(image__in=images.order_by().values("pk")).order_by()
    rows = (
        boxes.annotate(area=area)
        .annotate(size=size)
        .values_list("defect_type", "grade", "origin", "size")
        .annotate(n=Count("pk"))
    )
    grades: dict[int, Counter[str]] = defaultdict(Counter)
    origins: dict[int, Counter[str]] = defaultdict(Counter)
    sizes: dict[int, Counter[int]] = defaultdict(Counter)
    for type_id, grade, origin, place, n in rows:
        grades[type_id]["" if grade is None else str(grade)] += n
        origins[type_id][origin] += n
        sizes[type_id][place] += n
    return [
        {
            "name": defect_type.name,
            "color": defect_type.color,
            "graded": defect_type.graded,
            "boxes": sum(origins[defect_type.pk].values()),
            "human": origins[defect_type.pk][Origin.HUMAN],
            "model": origins[defect_type.pk][Origin.MODEL],
            "grades": dict(sorted(grades[defect_type.pk].items())),
            "sizes": [sizes[defect_type.pk][place] for place in range(len(SIZES) + 1)],
        }
        for defect_type in project.defect_types.all()
        if defect_type.pk in origins or not defect_type.archived
    ]
