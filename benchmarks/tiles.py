"""Measure how long the tiles of a large 16-bit image take, and how much memory, per kind of file.

.venv/bin/python benchmarks/tiles.py --json tiles.json

Makes one image of 10,000 x 10,000 pixels (100 megapixels, 16 bit, a slow shading with noise) and writes it as
a plain TIFF, a tiled and compressed TIFF, and a PNG. Each is uploaded into an empty project and cut, by
processes of its own, so that the peak of one is not that of another: "upload" is the check of a file that
arrives, "view" the thumbnail and the 8-bit view, "tiles" the pyramid in native levels. Memory is the most
the process took beyond what Python and Django take.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

KINDS = {"plain TIFF": "plain.tif", "tiled, zlib": "tiled.tif", "PNG": "image.png"}
STEPS = ("upload", "view", "tiles")


def main() -> None:
    """Measure, print a table, write the figures."""
    options = read_options()
    if options.step:
        print(json.dumps(run_step(options.step, options.file)))
        return
    figures: dict = {"side": options.side, "cores": os.cpu_count(), "kinds": {}}
    with tempfile.TemporaryDirectory(prefix="blemish-tiles-") as folder:
        write_images(Path(folder), options.side)
        for number, (kind, name) in enumerate(KINDS.items()):
            environment = os.environ | {
                "BLEMISH_VAR": f"{folder}/var-{number}",
                "DATABASE_URL": "",
                "DJANGO_SETTINGS_MODULE": "webapp.settings",
            }
            command = [sys.executable, __file__, "--file", f"{folder}/{name}", "--step"]
            figures["kinds"][kind] = {"file_mb": round(Path(folder, name).stat().st_size / 1e6)} | {
                step: json.loads(subprocess.check_output([*command, step], env=environment, text=True))
                for step in STEPS
            }
    print_table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--side", type=int, default=10_000, help="pixels a side (default 10000)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def write_images(folder: Path, side: int) -> None:
    """Write the same levels as each kind of file."""
    import imagecodecs
    import numpy as np
    import tifffile

    random = np.random.default_rng(7)
    along = np.linspace(0, 7, side, dtype=np.float32)
    levels = np.empty((side, side), np.uint16)
    for row in range(side):
        shading = 20000 + 5000 * np.sin(along) * np.cos(row * 7 / side)
        levels[row] = shading + random.normal(0, 60, side)
    tifffile.imwrite(folder / KINDS["plain TIFF"], levels)
    tifffile.imwrite(folder / KINDS["tiled, zlib"], levels, tile=(256, 256), compression="zlib")
    (folder / KINDS["PNG"]).write_bytes(imagecodecs.png_encode(levels, level=1))


def run_step(step: str, file: Path) -> dict[str, float]:
    """Run one step in this process; return its seconds and its peak of memory in MB."""
    import django

    django.setup()
    from django.core.management import call_command

    from annotations import projects
    from annotations.imaging import previews, pyramids
    from annotations.intake import ingest
    from annotations.models import Image, Project, Pyramid

    previews.request_views = lambda image_ids: True  # Redis is not what is measured
    if step == "upload":
        call_command("migrate", verbosity=0)
        project = projects.create(None, name="Tiles")
    else:
        project, image = Project.objects.get(), Image.objects.get()
    before = peak_mb()
    began = time.perf_counter()
    if step == "upload":
        ingest.add_image(project, file.name, file)
    elif step == "view":
        assert previews.render(image.pk)
    else:
        assert pyramids.cut(image.pk)
    seconds = time.perf_counter() - began
    peak = peak_mb() - before
    stored = Pyramid.objects.get().bytes / 1e6 if step == "tiles" else 0
    return {"seconds": round(seconds, 2), "peak_mb": round(peak), "stored_mb": round(stored)}


def peak_mb() -> float:
    """Return the most memory that this process took so far; what its parent took before does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes, on macOS


def print_table(figures: dict) -> None:
    """Print seconds and megabytes per kind of file and step."""
    print(f"{figures['side']:,} × {figures['side']:,} pixels, 16 bit, {figures['cores']} cores")
    print(
        f"{'':14}{'file':>9}"
        + "".join(f"{step + ', s':>12}{'peak MB':>10}" for step in STEPS)
        + f"{'stored MB':>12}"
    )
    for kind, row in figures["kinds"].items():
        cells = "".join(f"{row[step]['seconds']:>12.1f}{row[step]['peak_mb']:>10,}" for step in STEPS)
        print(f"{kind:14}{row['file_mb']:>6} MB{cells}{row['tiles']['stored_mb']:>12,}")


if __name__ == "__main__":
    main()
