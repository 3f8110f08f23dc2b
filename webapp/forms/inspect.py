"""The form that sends images to be inspected."""

from django import forms

from annotations.models import Project
from inference.inspections import inspection_runs
from inference.models import ModelVersion


class ManyFiles(forms.ClearableFileInput):
    """A field for many files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """The files that were chosen, at least one."""

    widget = ManyFiles(attrs={"accept": "image/png,image/jpeg,image/bmp,image/tiff,.tif,.tiff,.bmp"})

    def clean(self, data, initial=None) -> list:
        """Return every file; the error of a single file is shown with its results."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            raise forms.ValidationError("Choose at least one image.")
        return list(files)


class InspectForm(forms.Form):
    """Images, the model and how sure it must be."""

    # A field of the form; Django takes it out of the class before `files` of the form itself is set.
    files = FilesField(label="Images")  # type: ignore[assignment]
    model = forms.ChoiceField(label="Model", required=False)
    threshold = forms.FloatField(
        label="Least score",
        required=False,
        min_value=0,
        max_value=1,
        widget=forms.NumberInput(
            attrs={"step": "0.05", "min": 0, "max": 1, "placeholder": "the model’s own"}
        ),
        help_text="From 0 to 1; defects below it are left out.",
        error_messages={
            "min_value": "A score lies between 0 and 1.",
            "max_value": "A score lies between 0 and 1.",
        },
    )
    max_boxes = forms.IntegerField(
        label="Most defects per image",
        initial=100,
        min_value=1,
        max_value=inspection_runs.MAX_BOXES,
        required=False,
    )

    def __init__(self, project: Project, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.detectors = list(ModelVersion.objects.detectors().filter(project=project))
        model = self.fields["model"]
        assert isinstance(model, forms.ChoiceField)
        model.choices = [
            (model.name, f"{model.name} (in use)" if model.promoted else model.name)
            for model in sorted(self.detectors, key=lambda model: not model.promoted)
        ]

    def values(self) -> dict:
        """Return the arguments of inspections.start."""
        cleaned = self.cleaned_data
        return {
            "files": cleaned["files"],
            "model_name": cleaned.get("model") or "",
            "threshold": cleaned.get("threshold"),
            "max_boxes": cleaned.get("max_boxes") or 100,
        }
