"""Static files with a hash in their names, JavaScript modules included."""

import importlib.util
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


class ModuleAwareStorage(CompressedManifestStaticFilesStorage):
    """Hash static files and the imports inside ES modules, so that a changed module is never stale."""

    support_js_module_import_aggregation = True
    # One pass updates the hashes of one level of imports; the passes end when nothing changes.
    max_post_process_passes = 40

    def url_converter(self, name: str, hashed_files: dict, template: str | None = None) -> Callable:
        """Return the converter of addresses in the file `name`; it leaves imports that load no file.

        Types in comments, `{import("../htmx").Api}`, look like imports; they name files of no use to a
        browser, some of which are not there, and they go round in circles. The word export in a comment lets
        two of Django's patterns find the import below it; the second one finds an address with its hash.
        """
        convert = super().url_converter(name, hashed_files, template)

        def converter(match: re.Match) -> str:
            is_type = match["matched"].lower().startswith("import(")
            names_no_file = name.endswith(".js") and not match["url"].endswith((".js", ".map"))
            is_done = HASHED.search(match["url"])
            return match["matched"] if is_type or names_no_file or is_done else convert(match)

        return converter


class PrefixedStorage(FileSystemStorage):
    """A folder whose files are found under `prefix`, as Django's collectstatic asks its storages."""

    prefix = "plotly"


class PlotlyFinder(BaseFinder):
    """Find plotly/plotly.min.js in plotly's wheel: charts need no network, and plotly is never imported."""

    def __init__(self, *args, **kwargs) -> None:
        package = importlib.util.find_spec("plotly")
        assert package is not None and package.submodule_search_locations  # noqa: PT018 (one sentence)
        self.storage = PrefixedStorage(Path(package.submodule_search_locations[0]) / "package_data")
        self.file = "plotly.min.js"

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the file of `path`, an empty list when it is not this one."""
        if path != f"plotly/{self.file}":
            return []
        found = self.storage.path(self.file)
        return [found] if find_all else found

    def list(self, ignore_patterns: object) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield the one file for collectstatic."""
        yield self.file, self.storage
