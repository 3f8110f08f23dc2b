"""`selftrain PROJECT`: run rounds of the loop, one after the other, unattended."""

from django.core.management.base import BaseCommand, CommandError

from annotations.errors import BlemishError
from annotations.management.console import find_project, table
from annotations.models import JobState
from training import rounds
from training.config import RoundConfig
from training.detector import backbone_choices, backbone_registry, presets
from training.detector.config import TILES
from training.management import console
from training.models import Round, RoundMode


class Command(BaseCommand):
    """Train, evaluate, calibrate and label, as the mode says."""

    help = "Run rounds of the loop: train, evaluate, calibrate, label the rest."

    def add_arguments(self, parser) -> None:
        """Declare the arguments."""
        parser.add_argument("project", help="slug of the project")
        parser.add_argument("--mode", choices=RoundMode.values, default=RoundMode.SELF_TRAIN)
        parser.add_argument("--rounds", type=int, default=1, metavar="N", help="rounds at most (default 1)")
        parser.add_argument("--minutes", type=float, metavar="M", help="budget of each detector training")
        parser.add_argument(
            "--preset",
            choices=list(presets.PRESETS),
            help="what the training is for: fast (5 minutes), balanced (20) or thorough (60)",
        )
        parser.add_argument("--epochs", type=int, metavar="N", help="instead of minutes: passes")
        parser.add_argument(
            "--stop-at-map50", type=float, metavar="X", help="no further round once mAP@.5 on test reaches X"
        )
        parser.add_argument(
            "--backbone",
            help="name of a backbone: shallow (default), or yours, whose module BLEMISH_BACKBONES names",
        )
        parser.add_argument(
            "--use-model", dest="model", help="a detector that is there, instead of training one"
        )
        parser.add_argument("--input-size", type=int, metavar="PIXELS", help="side of the network's input")
        parser.add_argument(
            "--tiles",
            choices=TILES,
            help="cut images larger than the input at native size (default auto: where defects are small)",
        )
        parser.add_argument("--seed", type=int, help="seed of weights and augmentation (default 0)")
        parser.add_argument(
            "--worker",
            action="store_true",
            help="let the ml worker run the rounds, and watch",
        )

    def handle(self, *args, **options) -> None:
        """Run the rounds; exit with 0 only when every one was done."""
        project = find_project(options["project"])
        if options["rounds"] < 1:
            raise CommandError("--rounds must be at least 1.")
        names = ("minutes", "preset", "epochs", "model", "backbone", "input_size", "seed")
        given = {name: options[name] for name in names}
        values = {name: value for name, value in given.items() if value is not None}
        if options["tiles"]:
            values["detector"] = {"tiles": options["tiles"]}
        if options["backbone"] and not options["worker"]:
            _check_backbone(options["backbone"])
        done: list[Round] = []
        for _ in range(options["rounds"]):
            try:
                config = RoundConfig.from_dict(values)
                round_ = self._run(project, options, config)
            except BlemishError as error:
                raise CommandError(str(error)) from error
            done.append(round_)
            if round_.state != JobState.DONE:
                break
            map50 = round_.metrics.get("map50")
            if options["stop_at_map50"] and map50 is not None and map50 >= options["stop_at_map50"]:
                self.stdout.write(f"mAP@.5 {map50:.3f} reaches {options['stop_at_map50']:g}: done.")
                break
        self._close(done)
        if done[-1].state != JobState.DONE:
            raise CommandError(
                done[-1].error or f"Round {done[-1].number} was {done[-1].get_state_display().lower()}."
            )

    def _run(self, project, options: dict, config: RoundConfig) -> Round:
        bar = console.Bar()
        try:
            if options["worker"]:
                round_ = rounds.start(project, mode=options["mode"], config=config)
                return console.watch_row(round_, bar)
            round_ = rounds.create(project, mode=options["mode"], config=config)
            try:
                return rounds.run(round_.pk, watch=bar) or console.watch_row(round_, bar)
            except KeyboardInterrupt:
                Round.objects.filter(pk=round_.pk, state=JobState.RUNNING).update(
                    state=JobState.CANCELLED, message="Interrupted at the terminal"
                )
                raise CommandError(f"Round {round_.number} was interrupted.") from None
        finally:
            bar.close()

    def _close(self, done: list[Round]) -> None:
        rows = []
        for round_ in done:
            counts = (round_.snapshot.counts if round_.snapshot else {}).get("train", {})
            seconds = (
                (round_.finished_at - round_.started_at).total_seconds()
                if round_.finished_at and round_.started_at
                else None
            )
            rows.append(
                (
                    round_.number,
                    round_.state,
                    counts.get("images"),
                    counts.get("auto"),
                    round_.metrics.get("map50"),
                    round_.metrics.get("map"),
                    round_.routing.get("auto_labeled"),
                    round_.routing.get("in_review"),
                    seconds,
                )
            )
        header = (
            "round",
            "state",
            "train",
            "of these auto",
            "mAP@.5",
            "mAP",
            "auto-labeled",
            "in review",
            "seconds",
        )
        self.stdout.write("\n" + table(header, rows))
        marks = done[-1].metrics.get("checkpoints")
        if marks:
            lines: list[tuple] = [(mark["round"], mark["step"], mark["map50"], mark["map"]) for mark in marks]
            self.stdout.write("\n" + table(("checkpoint of round", "step", "mAP@.5", "mAP"), lines))
        models = done[-1].metrics.get("models", {})
        if models:
            lines = [(name, found["map50"], found["map"]) for name, found in models.items()]
            self.stdout.write("\n" + table(("model", "mAP@.5", "mAP"), lines))
        per_class = done[-1].metrics.get("per_class")
        if per_class:
            lines = [(name, row["boxes"], row["ap50"], row["ap"]) for name, row in per_class.items()]
            self.stdout.write("\n" + table(("defect type", "boxes", "AP@.5", "AP"), lines))


def _check_backbone(name: str) -> None:
    """Raise CommandError unless a backbone `name` is registered; nothing has been started yet."""
    failed = backbone_choices.import_modules()
    try:
        backbone_registry.find(name)
    except backbone_registry.BadBackbone as error:
        raise CommandError(" ".join([str(error), *failed.values()])) from error
