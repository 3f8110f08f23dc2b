"""Measure the import and the export of VOC annotations, from files to the database and back.

.venv/bin/python benchmarks/formats.py --data ../shared/data/neu-det --json formats.json

Every run starts with an empty SQLite database and an empty media folder, both temporary. Budgets: 500 images
a second in (without thumbnails), 1,000 XML a second out. The best of the runs counts, and beside it stands
the rate per second of processor time, because other work on the machine shares the clock.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BUDGETS = {
    "import, images": 500,
    "import again, images": None,
    "export VOC, XML": 1000,
    "export VOC zip, XML": 1000,
    "export COCO, images": None,
    "export YOLO, labels": None,
    "export CSV, boxes": None,
}

Result = TypeVar("Result")


def main() -> None:
    """Measure, print a table, write the figures."""
    options = read_options()
    figures: dict = {"data": str(options.data), "cores": os.cpu_count(), "rates": {}}
    for number in range(options.runs):
        with tempfile.TemporaryDirectory(prefix="blemish-formats-") as folder:
            start_django(Path(folder), first=number == 0)
            for name, items, spent in measure(options.data, figures):
                best = figures["rates"].setdefault(name, {"per_second": 0.0, "per_cpu_second": 0.0})
                best["per_second"] = max(best["per_second"], items / spent[0])
                best["per_cpu_second"] = max(best["per_cpu_second"], items / spent[1])
    print_table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of images with VOC annotations")
    parser.add_argument("--runs", type=int, default=3, help="how often; the best counts (default 3)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    if not options.data.is_dir():
        parser.error(f"{options.data} is not a folder")
    return options


def start_django(folder: Path, *, first: bool) -> None:
    """Start Django on an empty database and an empty media folder below `folder`."""
    os.environ.update(BLEMISH_VAR=str(folder), DATABASE_URL="", DJANGO_SETTINGS_MODULE="webapp.settings")
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    if first:
        django.setup()
    connections.close_all()
    settings.MEDIA_ROOT = folder / "media"
    connections["default"].settings_dict["NAME"] = str(folder / "db.sqlite3")
    call_command("migrate", verbosity=0)


def measure(data: Path, figures: dict) -> Iterable[tuple[str, int, tuple[float, float]]]:
    """Yield (name, items, (seconds, processor seconds)) of each step."""
    from annotations import projects
    from annotations.imaging import previews
    from annotations.intake import folder_import

    # Thumbnails are other work, and Redis is not what is measured.
    previews.request_views = lambda image_ids: True
    project = projects.create(None, name="Formats")
    spent, report = timed(lambda: folder_import.import_voc(project, data))
    figures |= {"images": report.images, "boxes": report.boxes, "skipped": len(report.skipped)}
    yield "import, images", report.images, spent
    spent, again = timed(lambda: folder_import.import_voc(project, data))
    yield "import again, images", again.known, spent
    count = report.labeled
    steps: dict[str, tuple[Callable, int]] = {
        "export VOC, XML": (written("voc"), count),
        "export VOC zip, XML": (sent("voc"), count),
        "export COCO, images": (sent("coco"), count),
        "export YOLO, labels": (written("yolo"), count),
        "export CSV, boxes": (sent("csv"), report.boxes),
    }
    for name, (export, items) in steps.items():
        spent, _ = timed(partial(_drain, export, project))
        yield name, items, spent


def written(name: str) -> Callable:
    """Return a function that yields the files of a project in the format `name`."""
    from annotations import exports
    from annotations.formats import registry

    row = registry.named(name)
    return lambda project: row.write(exports.dataset(project, row))


def sent(name: str) -> Callable:
    """Return a function that yields the bytes that a download of the format `name` sends."""
    from annotations import exports

    return lambda project: exports.chunks(project, name)


def _drain(export: Callable, project: object) -> int:
    return sum(1 for _ in export(project))


def timed(work: Callable[[], Result]) -> tuple[tuple[float, float], Result]:
    """Return ((seconds, processor seconds), result) of `work`."""
    began, began_cpu = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - began, time.process_time() - began_cpu), result


def print_table(figures: dict) -> None:
    """Print the rates beside their budgets."""
    print(f"{figures['images']:,} images, {figures['boxes']:,} boxes, {figures['skipped']} files skipped")
    print(f"{'':24}{'per second':>12}{'per CPU second':>16}{'budget':>10}")
    for name, rate in figures["rates"].items():
        budget = format(BUDGETS[name], ",") if BUDGETS[name] else "–"
        print(f"{name:24}{rate['per_second']:>12,.0f}{rate['per_cpu_second']:>16,.0f}{budget:>10}")


if __name__ == "__main__":
    main()
