"""Make the demo project."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from annotations.errors import BlemishError
from webapp.demo import project as demo


class Command(BaseCommand):
    help = (
        "Make the demo project: synthetic defects with known grades, part of them labeled, and demo logins."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--images", type=int, default=280, help="how many surfaces (default 280)")

    def handle(self, *args, images: int, **options) -> None:
        if images < 1:
            raise CommandError("--images must be at least 1.")
        try:
            logins = demo.make_people()
            project = demo.make_project()
            before = project.images.count()
            self._add(project, images, quiet=options["verbosity"] == 0)
        except BlemishError as error:
            raise CommandError(str(error)) from error
        added = project.images.count() - before
        if added:
            self.stdout.write(f"{project.name}: {added} images added, {before + added} in all.")
        else:
            self.stdout.write(f"{project.name} is complete with {before} images; nothing was added.")
        for name, password in logins.items():
            self.stdout.write(f"  {name:<10} password: {password}")

    def _add(self, project, images: int, *, quiet: bool) -> None:
        with tqdm(total=images, desc="Drawing surfaces", unit="image", disable=quiet) as bar:
            for done in demo.add_images(project, images):
                bar.update(done - bar.n)
