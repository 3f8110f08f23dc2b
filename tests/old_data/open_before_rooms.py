"""Open the installation in BLEMISH_VAR, which an earlier commit made, and print what the present code sees.

Run by test_before_rooms.py in a process of its own, since a process has one BLEMISH_VAR:

    python open_before_rooms.py SCRATCH

The last line is one JSON object; SCRATCH takes the exports.
"""

import hashlib
import io
import json
import sys
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from annotations.labeling import preferences  # noqa: E402
from annotations.models import Project  # noqa: E402
from inference.detector import saved_detectors  # noqa: E402
from training import datasets, rounds  # noqa: E402
from training.detector.config import DetectorConfig  # noqa: E402
from training.detector.fitting import checkpoint  # noqa: E402
from training.graders.config import GraderConfig  # noqa: E402


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below `folder` by its path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def read_rows(project: Project) -> dict:
    """Return what the rows hold under their present names."""
    first, second = project.rounds.order_by("number")
    models = {model.name: model.config for model in project.model_versions.all()}
    archive, row = project.archives.get(), first.evaluations.get(name="detector-r1")
    anna = project.members.get().user
    return {
        "configs": [first.config, second.config],
        "models": models,
        "archive": [archive.metadata, archive.members_done, archive.members_total, archive.failures],
        "evaluation": {"metrics": row.metrics, "confusion": row.report["confusion"]},
        "preferences": {"everywhere": preferences.of(anna), "project": preferences.of(anna, project)},
    }


def read_files(project: Project) -> dict:
    """Return the settings that the old checkpoint and the old model folders are read with."""
    first = project.rounds.get(number=1)
    kept = Path(settings.ROUNDS_ROOT) / str(first.pk) / "detector" / checkpoint.KEPT / "step-000125"
    detector = project.model_versions.get(name="detector-r1")
    grader = project.model_versions.get(kind="grader")
    manifest = saved_detectors.read_manifest(detector.path)
    return {
        "checkpoint": DetectorConfig.from_dict(checkpoint.restore(kept).facts["config"]).to_dict(),
        "detector": DetectorConfig.from_dict(manifest.config).to_dict(),
        "grader": GraderConfig.from_json(
            json.loads((grader.path / "model.json").read_text())["config"]
        ).to_json(),
    }


def export(scratch: Path) -> dict:
    """Return the digests of the exports of labels and of the detector."""
    call_command("export", "before", str(scratch / "voc"), format="voc")
    call_command("export", "before", str(scratch / "boxes.csv"), format="csv")
    call_command("models", "before", "export", "detector-r1", str(scratch / "model"))
    return {
        "voc": digests(scratch / "voc"),
        "boxes_csv": hashlib.sha256((scratch / "boxes.csv").read_bytes()).hexdigest(),
        "model_export": digests(scratch / "model"),
    }


def predict(project: Project) -> dict:
    """Return what the old detector finds, and how it is measured."""
    out = io.StringIO()
    call_command("evaluate", "before", json=True, model="detector-r1", stdout=out)
    detector = saved_detectors.load(project.model_versions.get(name="detector-r1").path, exact=True)
    read = datasets.reader(detector.manifest.window)
    images = [read(image.file.name) for image in project.images.filter(split="test").order_by("pk")]
    found = detector.predict(images, min_score=0.05)
    return {
        "evaluate": json.loads(out.getvalue()),
        "predictions": [
            [[box.class_name, box.xmin, box.ymin, box.xmax, box.ymax, box.score] for box in boxes]
            for boxes in found
        ],
    }


def go_on(project: Project) -> dict:
    """Run the round that waits with a checkpoint to its end."""
    round_ = project.rounds.get(number=2)
    before = round_.events.count()
    round_ = rounds.run(round_.pk)
    events = list(round_.events.all())[before:]
    return {
        "state": round_.state,
        "error": round_.error,
        "attempts": round_.attempts,
        "steps": [event.data["step"] for event in events if event.kind == "progress"],
        "trained": [event.data["steps"] for event in events if event.kind == "checkpoint"],
        "warnings": [event.data["text"] for event in events if event.kind == "warning"],
        "previous": round_.metrics["previous"]["model"],
        "previous_map": round_.metrics["previous"]["map"],
        "detector": round_.detector.config,
        "thresholds": round_.detector.thresholds,
    }


if __name__ == "__main__":
    project = Project.objects.get(slug="before")
    seen = {"rows": read_rows(project), "files": read_files(project)}
    seen |= export(Path(sys.argv[1])) | predict(project) | {"round": go_on(project)}
    print(json.dumps(seen))
