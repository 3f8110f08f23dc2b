"""Make the small installation in `before_rooms.tar.xz`, by the code of commit 57ea1b9.

57ea1b9 is the last commit before modules, settings and stored names were rearranged. Run this file in a
checkout of it, with that checkout's environment, and copy the packed file here:

    cd CHECKOUT && .venv/bin/python FOLDER/make.py OUT/before_rooms.tar.xz

It is kept to show how the data came to be; it does not run on the present code. It makes a project of small
images, a round that trained a detector and a grader and measured them, a second round whose worker was told
to end in the middle of its training, an unpacked archive, a person's preference, and `expected.json` with
what the old code said about all of them. All settings that were renamed later have values of their own.
"""

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import uuid
import zipfile
from pathlib import Path

OUT = Path(sys.argv[1]).resolve()
VAR = Path(tempfile.mkdtemp(prefix="before-rooms-"))
os.environ |= {
    "BLEMISH_VAR": str(VAR),
    "DJANGO_SETTINGS_MODULE": "webapp.settings",
    "REDIS_URL": "redis://127.0.0.1:1/0",  # nothing listens there; nothing here needs a worker
    "TF_CPP_MIN_LOG_LEVEL": "2",
}
sys.path.insert(0, os.getcwd())

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
import PIL.Image  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.core.management import call_command  # noqa: E402

SIDE = 32
# To keep the file small: curves, which are not read again, the finished round's checkpoint, and two of three
# sets of weights kept on its way.
LEFT_OUT = ("/events", "rounds/1/detector/checkpoint", "/step-000250", "/step-000375")
COMMIT = "57ea1b9"
DETECTOR = {
    "widths": [4, 8, 8, 8, 8],
    "depths": [0, 0, 0],
    "neck_width": 8,
    "head_depth": 1,
    "precision": "float32",
    "batch_size": 4,
    "warmup_steps": 10,
    "learning_rate": 0.01,
    "patience": 0.0,
    "max_detections": 10,
    # Renamed later; none of these is the default.
    "average": 0.97,
    "turn": True,
    "unmoved": 0.45,
    "best_points": 7,
    "negative_power": 1.5,
    "suppression_iou": 0.35,
}
GRADER = {"size": 16, "widths": [2], "steps": 20, "batch": 8, "least_crops": 4, "average": 0.8}
CONFIG = {"input_size": SIDE, "detector": DETECTOR, "grader": GRADER, "min_evidence": 5, "confidence": 0.5}


def draw(rng: np.random.Generator) -> tuple[bytes, list[dict]]:
    """Return a PNG with one bright square, and its box in the wire format."""
    pixels = np.full((SIDE, SIDE), 100) + rng.integers(0, 3, (SIDE, SIDE))
    side = int(rng.integers(8, 12))
    x, y = (int(value) for value in rng.integers(1, SIDE - side - 1, 2))
    grade = int(rng.integers(1, 3))
    pixels[y : y + side, x : x + side] = 160 if grade == 1 else 250
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG")
    box = {
        "id": str(uuid.UUID(int=int(rng.integers(2**62)), version=4)),
        "defect_type": "square",
        "grade": grade,
        "pose": "Unspecified",
        "xmin": float(x),
        "ymin": float(y),
        "xmax": float(x + side),
        "ymax": float(y + side),
        **dict.fromkeys(("difficult", "truncated", "occluded"), False),
    }
    return buffer.getvalue(), [box]


def make_project():
    """Make the project with its people, types and images."""
    from annotations.ingest import add_image

    from annotations import boxes, preferences, projects, wire
    from annotations.models import Split

    anna = get_user_model().objects.create_user("anna", password="correct horse battery")
    grades = [{"name": name, "weight": weight} for name, weight in (("faint", 0.3), ("strong", 1.0))]
    project = projects.create(anna, name="Before", slug="before", precision_target=0.3)
    projects.add_type(project, name="square", graded=True, grades=grades)
    projects.change(project, window_low=0.0, window_high=255.0)
    rng = np.random.default_rng(5)
    splits = [Split.TRAIN] * 8 + [Split.CALIBRATION] * 6 + [Split.TEST] * 4 + [Split.TRAIN] * 2
    for index, split in enumerate(splits):
        content, found = draw(rng)
        image = add_image(project, f"part-{index}.png", io.BytesIO(content), user=anna, split=split)
        if index < 18:
            boxes.replace(image, wire.read_boxes(image, found), version=0, user=anna)
    preferences.keep(anna, "keys", {"save": ["Ctrl+S"]})
    preferences.keep(anna, "view", {"clahe": True}, project=project)
    make_archive(project, anna)
    return project, anna


def make_archive(project, anna) -> None:
    """Upload an archive of two images and one file that is no image, and unpack it."""
    from annotations import archives

    rng, buffer = np.random.default_rng(9), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for index in range(2):
            packed.writestr(f"lot/packed-{index}.png", draw(rng)[0])
        packed.writestr("lot/broken.png", b"no image")
    upload = ContentFile(buffer.getvalue(), name="lot.zip")
    archive = archives.receive(project, "lot.zip", upload, user=anna, said={"lot": "A7", "split": "train"})
    while archives.run(archive.pk):
        pass


def run_rounds(project, anna):
    """Run one round to its end, and a second one until its worker is told to end."""
    from inference import jobs
    from training import rounds
    from training.config import RoundConfig
    from training.models import RoundMode

    config = RoundConfig.from_dict({**CONFIG, "epochs": 250})
    first = rounds.create(project, user=anna, mode=RoundMode.TRAIN_EVAL, config=config)
    first = rounds.run(first.pk)
    assert first.state == "done", first.error

    def end(phase: str, step: int, steps: int, text: str) -> None:
        if phase == "detector" and step > 50:
            jobs.ending.set()

    config = RoundConfig.from_dict({**CONFIG, "epochs": 400, "seed": 3, "train_graders": False})
    second = rounds.create(project, user=anna, mode=RoundMode.TRAIN_EVAL, config=config)
    second = rounds.run(second.pk, watch=end)
    jobs.ending.clear()
    assert (second.state, second.phase) == ("queued", "detector"), (second.state, second.error)
    return first, second


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below `folder` by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def expect(project, first, second) -> dict:
    """Return what the old code says about the data."""
    from annotations import preferences
    from inference import detectors
    from training import datasets

    scratch = Path(tempfile.mkdtemp(prefix="before-rooms-out-"))
    call_command("export", "before", str(scratch / "voc"), format="voc")
    call_command("export", "before", str(scratch / "boxes.csv"), format="csv")
    call_command("models", "before", "export", "detector-r1", str(scratch / "model"))
    out = io.StringIO()
    call_command("evaluate", "before", json=True, model="detector-r1", stdout=out)
    evaluated = json.loads(out.getvalue())
    detector = detectors.load(first.detector.path, exact=True)
    read = datasets.reader(detector.card.window)
    tests = list(project.images.filter(split="test").order_by("pk"))
    found = detector.predict([read(image.file.name) for image in tests], min_score=0.05)
    evaluation = first.evaluations.get(name="detector-r1")
    events = second.events.filter(kind="progress")
    archive = project.archives.get()
    anna = project.members.get().user
    return {
        "commit": COMMIT,
        "detector": DETECTOR,
        "grader": GRADER,
        "voc": digests(scratch / "voc"),
        "boxes_csv": hashlib.sha256((scratch / "boxes.csv").read_bytes()).hexdigest(),
        "model_export": digests(scratch / "model"),
        "evaluate": {name: evaluated[name] for name in ("map", "map50", "map75", "per_class", "images")},
        "predictions": [
            [[box.class_name, box.xmin, box.ymin, box.xmax, box.ymax, box.score] for box in boxes]
            for boxes in found
        ],
        "evaluation": {"metrics": evaluation.metrics, "confusion": evaluation.report["confusion"]},
        "first_step_seen": max(event.data["step"] for event in events),
        "steps": 800,
        "archive": {
            name: getattr(archive, name)
            for name in ("said", "entry", "entries", "added", "annotated", "known", "refused", "failures")
        },
        "preferences": {
            "everywhere": preferences.of(anna),
            "project": preferences.of(anna, project),
        },
    }


def pack(expected: dict) -> None:
    """Write the database, media, models and rounds into one file."""
    (VAR / "expected.json").write_text(json.dumps(expected, indent=1), encoding="utf-8")
    django.db.connections.close_all()
    whole = VAR / "whole.sqlite3"
    database = sqlite3.connect(VAR / "db.sqlite3")
    database.execute(f"VACUUM INTO '{whole}'")
    database.close()
    OUT.parent.mkdir(parents=True, exist_ok=True)

    def clean(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        info.mtime = 0
        return None if info.name.endswith(LEFT_OUT) else info

    with tarfile.open(OUT, "w:xz", preset=9) as packed:
        packed.add(whole, "db.sqlite3", filter=clean)
        for name in ("expected.json", "media", "models", "rounds"):
            packed.add(VAR / name, name, filter=clean)
    print(f"{OUT}: {OUT.stat().st_size:,} bytes of {COMMIT}")


if __name__ == "__main__":
    here = subprocess.run(
        ["git", "rev-parse", "--short=7", "HEAD"], capture_output=True, text=True, check=True
    )
    assert here.stdout.strip() == COMMIT, f"run this in a checkout of {COMMIT}"
    assert Path(settings.BASE_DIR) == Path.cwd()
    call_command("migrate", verbosity=0)
    project, anna = make_project()
    first, second = run_rounds(project, anna)
    pack(expect(project, first, second))
