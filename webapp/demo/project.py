"""Make the demo project: people, defect types, synthetic surfaces, labels for the older half of them.

It is made image by image, so that a run that was stopped goes on where it ended; a whole one adds nothing.
"""

import io
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import PIL.Image
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from annotations import projects
from annotations.atomic_files import atomic_write
from annotations.errors import Conflict
from annotations.intake import ingest
from annotations.labeling import boxes
from annotations.labeling.wire import BoxValues
from annotations.models import DefectType, Image, Project, Role, Split
from annotations.models.projects import CropPolicy
from webapp.demo import surfaces

SLUG = "demo"
SEED = 20
LABELED_SHARE = 0.55
GRADED_SHARE = 0.9  # of the labeled boxes of graded types; the rest waits for a person's grade
FRAMES_OF_A_PART = 2
WEEKS = 4
CHUNK = 20  # images in one transaction

PEOPLE = {"inspector": Role.INSPECTOR, "reviewer": Role.REVIEWER, "engineer": Role.ENGINEER}
ADMIN = "admin"
WEIGHTS = (0.1, 0.3, 0.5, 0.7, 1.0)
GRADE_NAMES = ("trace", "light", "medium", "heavy", "critical")


@dataclass(frozen=True)
class TypeText:
    """How a defect type of the demo is described; one criterion per grade, none when it is not graded."""

    name: str
    hotkey: str
    description: str
    criteria: tuple[str, ...] = ()
    crop_policy: CropPolicy = CropPolicy.SQUARE


TYPES = (
    TypeText(
        "scratch",
        "s",
        "A bent dark groove with a bright burr. Its depth is its grade.",
        (
            "Hairline, seen only against the light.",
            "Thin line, clearly darker than the brushing.",
            "Line with a visible burr.",
            "Dark groove, a fingernail catches.",
            "Deep groove, black over its whole length.",
        ),
    ),
    TypeText(
        "pit",
        "p",
        "A round hole with a bright rim. Deeper pits are wider and darker.",
        (
            "Gray dot, no rim.",
            "Small dot with a faint rim.",
            "Clear hole, rim on one side.",
            "Dark hole with a bright rim.",
            "Black hole, the widest kind.",
        ),
    ),
    TypeText(
        "column",
        "c",
        "Bright dashes from the top edge to the bottom edge, left by a damaged roll.",
        (
            "Dashes barely brighter than the surface.",
            "Pale dashes with wide gaps.",
            "Clear dashes.",
            "Bright dashes, gaps shorter than dashes.",
            "Glaring dashes, nearly a closed line.",
        ),
        CropPolicy.COLUMN,
    ),
    TypeText("stain", "t", "A dried drop with a dark border. It can be wiped off and is not graded."),
)


def file_name(number: int) -> str:
    """Return the file name of surface `number`."""
    return f"surface-{number:04d}.png"


def make_people() -> dict[str, str]:
    """Make the demo's people who are missing; return name -> password of those who have the demo's."""
    users, logins = get_user_model().objects, {}
    for name in (*PEOPLE, ADMIN):
        password = f"{name}-demo"
        user = users.filter(username=name).first()
        if user is None:
            make = users.create_superuser if name == ADMIN else users.create_user
            make(username=name, password=password)
        elif not user.check_password(password):
            continue
        logins[name] = password
    write_logins(logins)
    return logins


def write_logins(logins: dict[str, str]) -> None:
    """Write the demo's logins to the file that `run.py` reads and prints at each start."""
    path = Path(settings.VAR) / "demo_logins.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as draft:
        draft.write_text(json.dumps(logins, indent=2), encoding="utf-8")


@transaction.atomic
def make_project() -> Project:
    """Return the demo project with its types and members; raises Conflict when another one has its slug."""
    project = Project.objects.filter(slug=SLUG).first()
    if project is not None:
        names = set(project.defect_types.values_list("name", flat=True))
        if not {text.name for text in TYPES} <= names:
            raise Conflict(f"The project {SLUG!r} is not the demo: rename it or delete it, then try again.")
        return project
    user = get_user_model().objects.get(username="engineer")
    project = projects.create(
        user,
        name="Demo: brushed steel",
        slug=SLUG,
        description="Synthetic surfaces, drawn by code; the older half is labeled, the newer half waits.",
        # The demo is small: what is accepted without a person needs less proof than in a real project.
        calibration_percent=25,
        test_percent=20,
        precision_target=0.8,
    )
    members = {get_user_model().objects.get(username=name): role for name, role in PEOPLE.items()}
    projects.set_members(project, members)
    for text in TYPES:
        grades = [
            {"name": name, "criteria": criterion, "weight": weight}
            for name, criterion, weight in zip(GRADE_NAMES, text.criteria, WEIGHTS, strict=False)
        ]
        projects.add_type(
            project,
            name=text.name,
            hotkey=text.hotkey,
            description=text.description,
            graded=bool(grades),
            grades=grades,
            crop_policy=text.crop_policy,
        )
    return project


def add_images(project: Project, count: int) -> Iterator[int]:
    """Add those of the surfaces 0 to `count` - 1 that `project` lacks; yield how many are done."""
    had = set(project.images.values_list("name", flat=True))
    types = {row.name: row for row in project.defect_types.all()}
    inspector = get_user_model().objects.get(username="inspector")
    now = timezone.now()
    # NumPy and SciPy let go of the interpreter, so drawing goes on beside the writing.
    with ThreadPoolExecutor(2) as pool:
        missing = [number for number in range(count) if file_name(number) not in had]
        drawn = pool.map(_draw, missing)
        for start in range(0, len(missing), CHUNK):
            with transaction.atomic():
                for number in missing[start : start + CHUNK]:
                    _add_image(project, number, count, next(drawn), types=types, user=inspector, now=now)
            yield count - len(missing) + min(start + CHUNK, len(missing))
    yield count


def _draw(number: int) -> tuple[bytes, list[surfaces.Defect]]:
    pixels, defects = surfaces.make_numbered(number, seed=SEED)
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue(), defects


def _add_image(
    project: Project,
    number: int,
    count: int,
    drawn: tuple[bytes, list[surfaces.Defect]],
    *,
    types: dict[str, DefectType],
    user,
    now: datetime,
) -> None:
    content, defects = drawn
    labeled = number < round(count * LABELED_SHARE)
    part = number // FRAMES_OF_A_PART
    captured = now - timedelta(weeks=WEEKS) * (1 - (part + 1) * FRAMES_OF_A_PART / (count + FRAMES_OF_A_PART))
    image = ingest.add_image(
        project,
        file_name(number),
        io.BytesIO(content),
        user=user,
        part=f"plate-{part:04d}",
        lot=f"coil-{1 + part // 10:02d}",
        line="line A" if part % 3 else "line B",
        captured_at=captured,
        # What is not labeled cannot measure: it is there to be labeled by the model, and then to train.
        split=None if labeled else Split.TRAIN,
    )
    if labeled:
        _label(image, defects, types=types, user=user, at=min(now, captured + timedelta(hours=3)))


def _label(
    image: Image, defects: list[surfaces.Defect], *, types: dict[str, DefectType], user, at: datetime
) -> None:
    rng = np.random.default_rng([SEED, image.pk])
    values = [
        BoxValues(
            uid=uuid.uuid4(),
            defect_type=types[defect.defect_type],
            xmin=defect.xmin,
            ymin=defect.ymin,
            xmax=defect.xmax,
            ymax=defect.ymax,
            grade=defect.grade if rng.random() < GRADED_SHARE else None,
        )
        for defect in defects
    ]
    boxes.replace(image, values, version=0, user=user, reason="demo: the known truth")
    Image.objects.filter(pk=image.pk).update(labeled_at=at)
