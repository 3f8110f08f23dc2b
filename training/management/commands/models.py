"""`models PROJECT`: list, promote, export and import the project's models."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from annotations.errors import BlemishError
from annotations.management.console import find_project, table
from inference import model_transfer, registry
from inference.formats import label_maps
from inference.models import ModelVersion


class Command(BaseCommand):
    """Manage the model registry."""

    help = "List, promote, export and import models."

    def add_arguments(self, parser) -> None:
        """Declare the arguments."""
        parser.add_argument("project", help="slug of the project")
        actions = parser.add_subparsers(dest="action", title="actions")
        actions.add_parser("list", help="list the models (the default)")
        promote = actions.add_parser("promote", help="use a model for inspections and rounds")
        promote.add_argument("name")
        export = actions.add_parser("export", help="copy a model to a new folder, label map included")
        export.add_argument("name")
        export.add_argument("out", type=Path)
        load = actions.add_parser(
            "import", help="take over a SavedModel with the Object Detection API's signature"
        )
        load.add_argument("dir", type=Path)
        load.add_argument("--labels", type=Path, required=True, metavar="FILE.pbtxt")
        load.add_argument("--name", default="", help="name in this project (default: imported-<folder>)")

    def handle(self, *args, **options) -> None:
        """Do the action; exit with 0 only when it was done."""
        project = find_project(options["project"])
        action = getattr(self, f"_{options['action'] or 'list'}")
        try:
            action(project, options)
        except BlemishError as error:
            raise CommandError(str(error)) from error

    def _list(self, project, options) -> None:
        models = project.model_versions.select_related("defect_type")
        if not models:
            self.stdout.write(f"{project.name} has no model yet: start a round.")
            return
        rows = [
            (
                model.name,
                model.kind,
                "promoted" if model.promoted else "",
                model.source,
                model.metrics.get("test", {}).get("map50"),
                model.metrics.get("test", {}).get("map"),
                model.metrics.get("test", {}).get("kappa"),
                model.created_at.strftime("%Y-%m-%d %H:%M"),
            )
            for model in models
        ]
        header = ("name", "kind", "", "source", "mAP@.5", "mAP", "kappa", "made (UTC)")
        self.stdout.write(table(header, rows))

    def _find(self, project, name: str) -> ModelVersion:
        model = project.model_versions.filter(name=name).first()
        if model is None:
            known = ", ".join(project.model_versions.values_list("name", flat=True)[:10]) or "none yet"
            raise CommandError(f"{project.name} has no model {name!r}; it has: {known}.")
        return model

    def _promote(self, project, options) -> None:
        model = registry.promote(self._find(project, options["name"]))
        self.stdout.write(f"{model.name} is promoted.")

    def _export(self, project, options) -> None:
        out = model_transfer.export_model(self._find(project, options["name"]), options["out"])
        self.stdout.write(f"Wrote {out}.")

    def _import(self, project, options) -> None:
        labels = label_maps.read(options["labels"])
        model = model_transfer.import_model(project, options["dir"], labels=labels, name=options["name"])
        self.stdout.write(f"Imported {model.name} with {len(labels)} classes. Promote it to use it.")
