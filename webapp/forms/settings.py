"""Forms of a project's settings."""

from django import forms
from django.contrib.auth import get_user_model

from annotations.models import DefectType, Grade, Project, Role

MAX_GRADES = 9


class StoredByVerb(forms.ModelForm):
    """A form whose instance stays as it is stored: a verb writes it, and compares with what it was."""

    def _post_clean(self) -> None:
        """Run the checks of the model's fields, which a form leaves to the instance."""
        for name, value in list(self.cleaned_data.items()):
            try:
                self._meta.model._meta.get_field(name).run_validators(value)
            except forms.ValidationError as error:
                sentence = self.fields[name].error_messages.get(error.error_list[0].code or "")
                self.add_error(name, sentence or error)


class ProjectForm(StoredByVerb):
    """Name, splits and targets."""

    class Meta:
        model = Project
        fields = [
            "name",
            "description",
            "calibration_percent",
            "test_percent",
            "precision_target",
            "lease_seconds",
        ]
        labels = {
            "calibration_percent": "Calibration, percent",
            "test_percent": "Test, percent",
            "lease_seconds": "Lease, seconds",
        }
        help_texts = {
            "calibration_percent": "Share of parts that set the thresholds.",
            "test_percent": "Share of parts that only report; the rest trains. Holds for new images.",
            "precision_target": "What a type’s boxes must prove before they are accepted without a person.",
            "lease_seconds": "How long an image stays reserved after the page last renewed its lease.",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 2}),
            "calibration_percent": forms.NumberInput(attrs={"min": 0, "max": 100}),
            "test_percent": forms.NumberInput(attrs={"min": 0, "max": 100}),
            "precision_target": forms.NumberInput(attrs={"min": 0.5, "max": 0.999, "step": "any"}),
            "lease_seconds": forms.NumberInput(attrs={"min": 30}),
        }

    def __init__(self, *args, **kwargs) -> None:
        # The page has other forms with a field `name`, and a label finds its field by its id.
        super().__init__(*args, **{"auto_id": "project_%s", **kwargs})

    def clean_precision_target(self) -> float:
        """Refuse what no measurement can prove."""
        target = self.cleaned_data["precision_target"]
        if not 0 < target < 1:
            raise forms.ValidationError("Write a share between 0 and 1, for example 0.95.")
        return target

    def clean(self) -> dict:
        """Check that something is left to train on."""
        cleaned = super().clean() or {}
        calibration, test = cleaned.get("calibration_percent"), cleaned.get("test_percent")
        if calibration is not None and test is not None and calibration + test > 100:
            self.add_error("test_percent", f"Calibration and test are {calibration + test} percent together.")
        return cleaned


class WindowForm(forms.Form):
    """The gray levels that are shown as black and as white."""

    window_low = forms.FloatField(label="Black", widget=forms.NumberInput(attrs={"step": "any"}))
    window_high = forms.FloatField(label="White", widget=forms.NumberInput(attrs={"step": "any"}))

    def clean(self) -> dict:
        """Check that black lies below white."""
        cleaned = super().clean() or {}
        low, high = cleaned.get("window_low"), cleaned.get("window_high")
        if low is not None and high is not None and low >= high:
            self.add_error("window_high", f"White must lie above black, which is {low:g}.")
        return cleaned


class TypeForm(StoredByVerb):
    """A defect type without its grades."""

    class Meta:
        model = DefectType
        fields = ["name", "color", "hotkey", "crop_policy", "description", "graded", "archived"]
        labels = {
            "hotkey": "Key",
            "crop_policy": "What the grader sees",
            "graded": "Graded: its severity matters",
            "archived": "Archived: offered to nobody, its boxes stay",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "color": forms.TextInput(attrs={"type": "color"}),
            "hotkey": forms.TextInput(
                attrs={"maxlength": 1, "autocomplete": "off", "autocapitalize": "none"}
            ),
            "description": forms.Textarea(attrs={"rows": 2}),
        }
        error_messages = {
            "name": {"required": "Write a name, for example scratch."},
            "hotkey": {"invalid": "A key is one letter from a to z."},
            "color": {"invalid": "Write a color as #rrggbb."},
        }

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("prefix", f"type-{kwargs['instance'].pk}")
        super().__init__(*args, **kwargs)

    def clean_hotkey(self) -> str:
        """Take a capital letter for its small one."""
        return self.cleaned_data["hotkey"].lower()

    def clean_name(self) -> str:
        """Refuse a name that another type has."""
        name = self.cleaned_data["name"].strip()
        others = DefectType.objects.filter(project=self.instance.project_id).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError(f"Another type is called {name}.")
        return name


class GradeForm(forms.ModelForm):
    """One grade; a row without a name is no grade."""

    class Meta:
        model = Grade
        fields = ["name", "criteria", "weight"]
        widgets = {
            "name": forms.TextInput(attrs={"aria-label": "Name", "autocomplete": "off"}),
            "criteria": forms.TextInput(attrs={"aria-label": "Criteria"}),
            "weight": forms.NumberInput(attrs={"aria-label": "Weight", "min": 0, "max": 1, "step": "any"}),
        }
        error_messages = {
            "name": {"required": "Name the grade."},
            "weight": {
                "required": "Give it a weight from 0 to 1.",
                "invalid": "A weight is a number from 0 to 1.",
            },
        }

    def clean_weight(self) -> float:
        """Keep weights between 0 and 1."""
        weight = self.cleaned_data["weight"]
        if not 0 <= weight <= 1:
            raise forms.ValidationError("A weight lies between 0 and 1.")
        return weight


GradeRows = forms.formset_factory(GradeForm, extra=0, max_num=MAX_GRADES, validate_max=True)


def grade_rows(defect_type: DefectType, data=None) -> forms.BaseFormSet:
    """Return the grades of `defect_type` as rows of a form, lightest first."""
    rows = [
        {"name": grade.name, "criteria": grade.criteria, "weight": grade.weight}
        for grade in defect_type.grades.all()
    ]
    return GradeRows(data, initial=rows, prefix=f"grades-{defect_type.pk}")


class NewTypeForm(forms.Form):
    """A new defect type begins with its name."""

    name = forms.CharField(
        max_length=100,
        label="New defect type",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "for example scratch"}),
        error_messages={"required": "Write a name, for example scratch."},
    )


class NewMemberForm(forms.Form):
    """A person who has an account, and a role."""

    username = forms.CharField(
        max_length=150, label="User name", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.INSPECTOR)

    def clean_username(self):
        """Return the user of this name."""
        name = self.cleaned_data["username"].strip()
        user = get_user_model().objects.filter(username=name, is_active=True).first()
        if user is None:
            raise forms.ValidationError(f"Nobody here is called {name}. An administrator makes accounts.")
        return user
