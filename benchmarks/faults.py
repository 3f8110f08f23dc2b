"""Let eight scripted people work on a few images over a network full of faults, and look what is lost.

.venv/bin/python benchmarks/faults.py --operations 10000 --seed 1 --json faults.json

The people are the label page's own modules (store, history, saver, merge, backup, courier), driven by the
Node of the playwright wheel; the server is a real one with a folder of its own, and is stopped or killed
and started again during the run. Between them requests are dropped, delayed, doubled and so reordered,
answers are lost, the server seems to fail before or after it wrote, sessions end, another person signs in,
tabs are closed and killed. The seed decides what each person does and which fate each request has; the
clock decides the rest. benchmarks/faultrun/model.py says what must be true at the end; the exit status is
1 if it is not.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "benchmarks" / "faultrun"))

PASSWORD = "a pass phrase of eight"
INJECTED = (
    "request dropped",
    "answer dropped",
    "request delayed",
    "answer delayed",
    "request doubled",
    "500 before",
    "500 after",
    "session ended (401)",
    "another person signed in",
    "server restarts",
    "tabs killed",
    "tabs closed",
)


def main() -> int:
    """Run, check, print a table; returns the exit status."""
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="blemish-faults-") as folder:
        start_django(Path(folder))
        world = make_world(options)
        server = WebServer(Path(folder))
        started = time.monotonic()
        try:
            result = run_clients(options, world, server)
        finally:
            server.stop()
        faults = check(result, world["images"])
        figures = figures_of(options, result, faults, seconds=time.monotonic() - started)
        figures["revisions"] = count_revisions()
    print_table(figures)
    if options.log:
        options.log.write_text("\n".join(json.dumps(event) for event in result["log"]))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    return 1 if faults else 0


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--operations", type=int, default=10_000, help="how many in all (default 10000)")
    parser.add_argument("--clients", type=int, default=8, help="pages; two share a person (default 8)")
    parser.add_argument("--images", type=int, default=3, help="that all of them work on (default 3)")
    parser.add_argument("--restarts", type=int, default=6, help="of the server during the run (default 6)")
    parser.add_argument("--pause", type=float, default=40, help="longest pause of a person, in ms (40)")
    parser.add_argument("--seed", type=int, default=1, help="of everything random (default 1)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--log", type=Path, help="write all that every person meant to this file")
    options = parser.parse_args()
    if options.clients < 2:
        parser.error("--clients must be at least 2")
    return options


def start_django(folder: Path) -> None:
    """Start Django on an empty SQLite database below `folder`."""
    os.environ.update(BLEMISH_VAR=str(folder), DATABASE_URL="", DJANGO_SETTINGS_MODULE="webapp.settings")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        os.environ["BLEMISH_ADDRESS"] = f"127.0.0.1:{probe.getsockname()[1]}"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def make_world(options: argparse.Namespace) -> dict:
    """Make a project, its people and its images; returns what the clients are told."""
    from django.contrib.auth import get_user_model

    from annotations.models import DefectType, Image, Member, Project, Role, Split

    project = Project.objects.create(slug="faults", name="Faults")
    DefectType.objects.create(project=project, name="scratch")
    images = [
        Image.objects.create(
            project=project,
            name=f"{number}.png",
            sha256=f"{number:064d}",
            pixels_sha256=f"{number:064d}",
            bytes=1,
            format="PNG",
            width=1000,
            height=1000,
            channels=1,
            bit_depth=8,
            split=Split.TRAIN,
        ).pk
        for number in range(options.images)
    ]
    accounts = []
    for number in range(options.clients - 1):
        user = get_user_model().objects.create_user(username=f"person{number}", password=PASSWORD)
        Member.objects.create(project=project, user=user, role=Role.INSPECTOR)
        accounts.append({"id": user.pk, "name": user.username, "password": PASSWORD})
    return {"images": images, "accounts": accounts}


class WebServer:
    """The web server as run.py starts it, without the workers, which save no boxes."""

    def __init__(self, folder: Path) -> None:
        from runner.commands import part_command
        from runner.instances import Instance

        self._copy = Instance.from_environment()
        self.url = self._copy.url.rstrip("/")
        self._command = part_command("web", self._copy)
        self._log = folder / "web.log"
        self._restarts = 0
        self._start()

    def _start(self) -> None:
        environment = self._copy.environment(os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0"))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + 120
        while not self._copy.answers():
            if self._process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"the server did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def restart(self) -> None:
        """Stop it in order or kill it, turn by turn, and start it again."""
        self._restarts += 1
        self.stop(signal.SIGKILL if self._restarts % 2 else signal.SIGTERM)
        self._start()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the server with all its processes."""
        os.killpg(self._process.pid, number)
        self._process.wait(timeout=30)


def node() -> Path:
    """Return the Node binary of the playwright wheel."""
    import playwright

    return Path(playwright.__file__).parent / "driver" / "node"


def run_clients(options: argparse.Namespace, world: dict, server: WebServer) -> dict:
    """Run the clients to their end, restarting `server` when they ask; returns what they report."""
    settings = {"root": server.url, "seed": options.seed, "operations": options.operations, **world}
    settings |= {"clients": options.clients, "restarts": options.restarts, "pause": options.pause}
    command: list[str | Path] = [node(), ROOT / "benchmarks/faultrun/run.js", json.dumps(settings)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout  # noqa: PT018 (both are pipes)
    for line in process.stdout:
        message = json.loads(line)
        if "result" in message:
            process.wait()
            return message["result"]
        if "ask" in message:
            server.restart()
            process.stdin.write("done\n")
            process.stdin.flush()
        elif sys.stderr.isatty():
            print(f"\r{message['done']} of {options.operations} operations", end="", file=sys.stderr)
    raise SystemExit(f"the clients ended by themselves (exit status {process.wait()})")


def check(result: dict, images: list[int]) -> list[str]:
    """Return what is wrong: by the model, and between the clients' last views and the server."""
    import model

    from annotations.models import Revision

    faults = [] if result["settled"] else [f"the clients did not come to rest: {result['states']}"]
    if result["counts"].get("REFUSED"):
        faults.append(f"the server refused {result['counts']['REFUSED']} saves")
    events = [event | {"number": number} for number, event in enumerate(result["log"])]
    for image in images:
        rows = Revision.objects.filter(image=image).order_by("version").select_related("author")
        steps = [
            model.Step(
                row.version,
                row.author.username if row.author else None,
                {box["id"]: model.content_of(box) for box in row.boxes},
            )
            for row in rows
        ]
        own = [event for event in events if event["image"] == image]
        faults += [f"image {image}: {fault}" for fault in model.check(steps, own)]
        last = steps[-1].boxes if steps else {}
        for view in result["views"]:
            if view["image"] != image:
                continue
            if view["state"] != "saved":
                faults.append(f"image {image}: {view['client']} had no answer at the end: {view['state']}")
            elif dict(view["boxes"]) != last:
                sees = f"{view['client']} sees {len(view['boxes'])} boxes"
                faults.append(f"image {image}: {sees}, the server has {len(last)}, or others")
    return faults


def count_revisions() -> int:
    """Return how many saves the server has taken."""
    from annotations.models import Revision

    return Revision.objects.count()


def figures_of(options: argparse.Namespace, result: dict, faults: list[str], *, seconds: float) -> dict:
    """Return what was done, what was injected, and what was found."""
    counts = result["counts"]
    return {
        "operations": result["done"],
        "clients": options.clients,
        "seed": options.seed,
        "seconds": round(seconds, 1),
        "requests": counts.get("requests", 0),
        "done": {name: n for name, n in sorted(counts.items()) if name.startswith("operation ")},
        "injected": {name: counts.get(name, 0) for name in INJECTED},
        "leftovers sent": counts.get("leftovers sent", 0),
        "signed in again": counts.get("signed in again", 0),
        "events kept": sum(1 for event in result["log"] if event["kept"]),
        "faults": faults,
    }


def print_table(figures: dict) -> None:
    """Print the figures for people."""
    first = ("operations", "clients", "seed", "seconds", "requests", "revisions")
    rows = [(name, figures[name]) for name in first]
    rows += [(name.removeprefix("operation "), n) for name, n in figures["done"].items()]
    rows += list(figures["injected"].items())
    rows += [(name, figures[name]) for name in ("leftovers sent", "signed in again", "events kept")]
    for name, value in rows:
        print(f"{name:28}{value:>12,}")
    print(f"{'lost, overwritten, or not as the model says':44}{len(figures['faults']):>8,}")
    for fault in figures["faults"][:20]:
        print(f"  {fault}")


if __name__ == "__main__":
    sys.exit(main())
