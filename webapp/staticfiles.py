"""Static files with a hash in their names, JavaScript modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleAwareStorage(CompressedManifestStaticFilesStorage):
    """Hash static files and the imports inside ES modules, so that a changed module is never stale."""

    support_js_module_import_aggregation = True
