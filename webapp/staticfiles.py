"""Static files with a hash in their names, JavaScript modules included."""

import re
from collections.abc import Callable

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleAwareStorage(CompressedManifestStaticFilesStorage):
    """Hash static files and the imports inside ES modules, so that a changed module is never stale."""

    support_js_module_import_aggregation = True

    def url_converter(self, name: str, hashed_files: dict, template: str | None = None) -> Callable:
        """Return the converter of addresses in the file NAME; it leaves imports that name no file.

        Packages write types such as `{import("../htmx").Api}` into their comments.
        """
        convert = super().url_converter(name, hashed_files, template)

        def converter(match: re.Match) -> str:
            names_no_file = name.endswith(".js") and not match["url"].endswith((".js", ".map"))
            return match["matched"] if names_no_file else convert(match)

        return converter
