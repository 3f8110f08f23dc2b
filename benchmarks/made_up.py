"""A large made-up project for benchmarks: images, boxes, comments, leases, straight into the database."""

import random
import sys
import time
from datetime import timedelta

# So many images are made one by one; the rest are copies under other names.
BASE = 2000


def fill(images: int, boxes: int):
    """Make the project and return it with the client of its engineer."""
    from django.contrib.auth import get_user_model
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.test import Client

    from annotations import projects
    from annotations.models import Image, Role
    from annotations.severity import severity_cache

    random.seed(20)
    user = get_user_model().objects.create_user("eva", password=None)
    project = projects.create(user, name="Gallery", slug="gallery")
    weights = (0.1, 0.3, 0.5, 0.7, 1.0)
    grades = [{"name": f"grade {k}", "weight": w} for k, w in enumerate(weights, 1)]
    types = [projects.add_type(project, name=n, graded=True, grades=grades) for n in ("dent", "pit", "crack")]
    types.append(projects.add_type(project, name="stain"))
    picture = default_storage.save("thumbnails/one.jpg", ContentFile(thumbnail()))
    began = time.perf_counter()
    base = range(1, min(BASE, images) + 1)
    add_rows(project, types, user, base, boxes=boxes, picture=picture)
    for start in range(BASE, images, BASE):
        copy_rows(start, most=min(BASE, images - start))
        print(f"\r{min(images, start + BASE):,} of {images:,} images", end="", file=sys.stderr)
    add_talk_and_work(project, user, other=get_user_model().objects.create_user("max", password=None))
    print(f"\rfilled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    began = time.perf_counter()
    severity_cache.refresh(project, limit=None)
    analyze()
    print(f"severities in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    assert Image.objects.count() == images
    assert project.role_of(user) == Role.ENGINEER
    client = Client()
    client.force_login(user)
    return project, client


def analyze() -> None:
    """Let the database know its tables, as its own upkeep does."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def thumbnail() -> bytes:
    """Return a small picture of noise."""
    import io

    import numpy as np
    import PIL.Image

    pixels = np.random.default_rng(1).integers(90, 160, (200, 200), dtype=np.uint8)
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


def add_rows(project, types, user, numbers, *, boxes: int, picture: str) -> None:
    """Make the images of `numbers` with their boxes."""
    from django.db import transaction
    from django.utils import timezone

    from annotations.models import Box, Image, ImageState, Split, ViewState

    now = timezone.now()
    states = [ImageState.LABELED] * 6 + [ImageState.UNLABELED, ImageState.AUTO_LABELED] * 2
    with transaction.atomic():
        rows = Image.objects.bulk_create(
            Image(
                pk=n,
                project=project,
                name=f"image-{n:07}.png",
                file=picture,
                thumbnail=picture,
                view=picture,
                view_state=ViewState.READY,
                sha256=f"{n:064x}",
                pixels_sha256=f"{n:064x}",
                bytes=1000,
                format="PNG",
                width=200,
                height=200,
                channels=1,
                bit_depth=8,
                part=f"plate-{n // 4}",
                lot=f"coil-{n // 500}",
                line="AB"[n % 2],
                split=random.choice([*Split.values, Split.TRAIN]),
                state=ImageState.IN_REVIEW if n % 50 == 0 else random.choice(states),
                version=1,
                box_count=boxes,
                labeled_by=user if n % 3 else None,
                labeled_at=now - timedelta(seconds=random.randrange(10**7)) if n % 5 else None,
                deleted_at=now - timedelta(hours=1) if n % 1000 == 999 else None,
                created_at=now,
            )
            for n in numbers
        )
        made = [make_box(image, types, k) for image in rows for k in range(boxes)]
        for pk, box in enumerate(made, start=1):
            box.pk = pk
        Box.objects.bulk_create(made, 5000)


def copy_rows(start: int, *, most: int) -> None:
    """Copy the first `most` images and their boxes to the ids behind `start`."""
    from django.db import connection, transaction

    from annotations.models import Box, Image

    boxes = Box.objects.filter(image__lte=BASE).count()
    times = start // BASE
    changed = {
        Image: {
            "id": f"id + {start}",
            "name": f"'copy-{times:03}-' || name",
            "sha256": f"'{times}-' || substr(sha256, 10)",
            "part": f"part || '-{times}'",
            "lot": f"lot || '-{times}'",
        },
        Box: {"id": f"id + {boxes * times}", "image_id": f"image_id + {start}"},
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for model, values in changed.items():
            columns = [str(field.column) for field in model._meta.concrete_fields]
            wanted = ", ".join(values.get(name, name) for name in columns)
            own = "id" if model is Image else "image_id"
            table = model._meta.db_table
            into = f"INSERT INTO {table} ({', '.join(columns)})"
            cursor.execute(f"{into} SELECT {wanted} FROM {table} WHERE {own} <= {most}")


def make_box(image, types, position: int):
    """Return the unsaved box at `position` of `image`; cracks and grade 5 are rare."""
    import uuid

    from annotations.models import Box, Origin

    kind = random.choices(types, (40, 30, 0.02, 30))[0]
    x, y = random.uniform(0, 150), random.uniform(0, 150)
    model = position % 5 < 2
    grade = random.choices(range(1, 6), (40, 30, 20, 10, 0.01))[0] if kind.graded and not model else None
    probabilities = None
    if kind.graded and model:
        parts = [random.random() ** 3 + 0.01 for _ in range(5)]
        probabilities = [round(part / sum(parts), 4) for part in parts]
    return Box(
        image=image,
        uid=uuid.UUID(int=random.getrandbits(128)),
        position=position,
        defect_type=kind,
        xmin=x,
        ymin=y,
        xmax=x + random.uniform(4, 50),
        ymax=y + random.uniform(4, 50),
        grade=grade,
        origin=Origin.MODEL if model else Origin.HUMAN,
        model_name="round-1" if model else "",
        score=random.uniform(0.3, 0.95) if model else None,
        grade_probabilities=probabilities,
        created_at=image.created_at,
    )


def add_talk_and_work(project, user, *, other) -> None:
    """Let people talk about some images and work on a few."""
    import uuid

    from django.utils import timezone

    from annotations.models import Comment, Lease

    images = list(project.images.order_by("pk")[::997])
    Comment.objects.bulk_create(
        Comment(image=image, uid=uuid.uuid4(), number=1, author=user, text="Is this rust?")
        for image in images
    )
    until = timezone.now() + timedelta(hours=5)
    Lease.objects.bulk_create(Lease(image=image, user=other, expires_at=until) for image in images[:20])
