"""The worst severity of each image, cached on its row so that images can be sorted and filtered by it.

A cached severity is checked before it is used: its row has the version of the boxes that it was computed
from, and the project has the digest of the weights. An outdated one is computed again first, or, when there
are too many for one request, by a worker; until then the query computes it from the boxes, which is slow.
"""

import hashlib
import json

from django.db import connection, transaction
from django.db.models import F, Max, OuterRef, Subquery

from annotations.models import Box, Image, Project
from annotations.severity.severity_sql import severity_of

# At most so many outdated images are computed within a request.
AT_ONCE = 500
CHUNK = 500


def basis(project: Project) -> str:
    """Return the digest of what the severities of `project` depend on: types, whether graded, weights."""
    types = project.defect_types.order_by("pk").prefetch_related("grades")
    facts = [[row.pk, row.graded, row.weights()] for row in types]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def outdated(project: Project):
    """Return the images of `project` whose severity is of another version than their boxes, by an index."""
    return Image.objects.filter(project=project).exclude(severity_version=F("version"))


def refresh(project: Project, *, limit: int | None = AT_ONCE) -> bool:
    """Update the cached severities of `project`; return whether all are current and may be read.

    Do nothing when more than `limit` images are outdated.
    """
    now = basis(project)
    if project.severity_basis != now and not _adopt(project, now, limit=limit):
        return False
    while True:
        ids = list(outdated(project).order_by("pk").values_list("pk", flat=True)[: (limit or CHUNK) + 1])
        if not ids:
            return True
        if limit is not None and len(ids) > limit:
            return False
        for start in range(0, len(ids), CHUNK):
            _compute(project, ids[start : start + CHUNK])


def worst(project: Project) -> Subquery:
    """Return the severity as an expression over Image, computed from the boxes: always current, and slow."""
    boxes = Box.objects.filter(image=OuterRef("pk")).order_by().values("image")
    return Subquery(boxes.annotate(worst=Max(severity_of(project))).values("worst"))


def _adopt(project: Project, basis_now: str, *, limit: int | None) -> bool:
    """Make every severity of `project` outdated, because weights changed; return whether that was done."""
    images = Image.objects.filter(project=project)
    if limit is not None and images.order_by()[: limit + 1].count() > limit:
        return False
    with transaction.atomic():
        images.exclude(severity_version=-1).update(severity_version=-1)
        Project.objects.filter(pk=project.pk).update(severity_basis=basis_now)
    project.severity_basis = basis_now
    return True


def _compute(project: Project, ids: list[int]) -> None:
    """Write the severities of the images `ids`, each with the version that it was read with.

    A save in between leaves its image outdated, because the version written is not the version there.
    """
    rows = Image.objects.filter(pk__in=ids).order_by()
    found = rows.annotate(worst=worst(project)).values_list("worst", "version", "pk")
    table = connection.ops.quote_name(Image._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET severity = %s, severity_version = %s WHERE id = %s", list(found)
        )
