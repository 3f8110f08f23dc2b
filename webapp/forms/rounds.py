"""The form that starts a round, made of the settings that the dataclasses describe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from training import options
from training.config import OWN_OF_GRADERS, OWN_OF_ROUND, BadRoundConfig, RoundConfig
from training.detector import backbone_choices
from training.detector.config import DetectorConfig
from training.detector.presets import PRESETS
from training.graders.config import GraderConfig
from training.models import RoundMode

SEPARATOR = "__"
# The parts of a round that have settings of their own, and which of these the round gives.
NETWORKS = {
    "detector": (DetectorConfig, OWN_OF_ROUND, "The detector"),
    "grader": (GraderConfig, OWN_OF_GRADERS, "The graders"),
}
# Settings with a control of their own at the top.
AT_THE_TOP = ("minutes", "preset", "epochs")
STEPS = {"input_size": 32}


@dataclass(frozen=True)
class Group:
    """Settings that are folded together, `more` of them once again; open where one of them is wrong."""

    title: str
    fields: list[forms.BoundField]
    more: list[forms.BoundField]
    open: bool
    open_more: bool


def field_for(option: options.Option, *, required: bool) -> forms.Field:
    """Return the form field of `option`; without `required`, an empty field means the default."""
    about: dict[str, Any] = {"label": option.label, "help_text": option.sentence, "required": required}
    if option.value_type is bool and required:
        return forms.BooleanField(**about | {"required": False}, initial=option.default)
    if option.value_type is bool:
        choices = [("true", "Yes"), ("false", "No")]
        return forms.ChoiceField(choices=choices, initial=str(option.default).lower(), **about)
    if option.many:
        text = ", ".join(f"{part:g}" for part in option.default)
        return forms.CharField(initial=text, max_length=200, **about)
    if option.choices:
        chosen = [(choice, choice) for choice in option.choices]
        return forms.ChoiceField(choices=chosen, initial=option.default, **about)
    if option.value_type is str:
        return forms.CharField(initial=option.default, max_length=60, **about)
    whole = option.value_type is int
    step = STEPS.get(option.name, 1) if whole else "any"
    limits = {"min": option.least, "max": option.most, "step": step}
    widget = forms.NumberInput(attrs={name: value for name, value in limits.items() if value is not None})
    return (forms.IntegerField if whole else forms.FloatField)(initial=option.default, widget=widget, **about)


class RoundForm(forms.Form):
    """The settings of a round: the simple ones first, the rest folded; defaults are the dataclasses'."""

    OWN = "own"

    mode = forms.ChoiceField(
        label="What it does",
        choices=RoundMode.choices,
        initial=RoundMode.SELF_TRAIN,
        help_text="The whole loop labels what is sure and asks about the rest; the others do a part of it.",
    )
    time = forms.ChoiceField(label="Training time", initial="")
    minutes = forms.FloatField(
        label="Minutes", required=False, widget=forms.NumberInput(attrs={"min": "0.1", "step": "any"})
    )

    def __init__(self, *args, suggested: float, models: Sequence[str] = (), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        time = self.fields["time"]
        assert isinstance(time, forms.ChoiceField)
        time.choices = [
            ("", f"Suggested: {suggested:g} minutes"),
            *((preset.name, f"{preset.label}: {preset.minutes:g} minutes") for preset in PRESETS.values()),
            (self.OWN, "Own number of minutes"),
        ]
        time.required = False
        self.own = [option for option in options.options_of(RoundConfig) if option.name not in AT_THE_TOP]
        for option in self.own:
            self.fields[option.name] = field_for(option, required=True)
        lines = [(name, f"{name}: {text}" if text else name) for name, text in backbone_choices.choices()]
        self._offer("backbone", lines)
        self._offer("model", [("", "None: train one"), *((name, name) for name in models)])
        self.of_networks: dict[str, dict[str, options.Option]] = {}
        for part, (config, given, _) in NETWORKS.items():
            known = [option for option in options.options_of(config) if option.name not in given]
            self.of_networks[part] = {part + SEPARATOR + option.name: option for option in known}
            for name, option in self.of_networks[part].items():
                self.fields[name] = field_for(option, required=False)

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Let the setting `name` be one of `choices`, which are only known now."""
        option = next(option for option in self.own if option.name == name)
        self.fields[name] = forms.ChoiceField(
            label=option.label,
            choices=choices,
            initial=option.default,
            help_text=option.sentence,
            required=bool(option.default),
        )

    def simple(self) -> list[forms.BoundField]:
        """Return the fields that stand open."""
        marked = [option.name for option in self.own if option.simple]
        return [self[name] for name in ("mode", "time", "minutes", *marked)]

    def advanced(self) -> list[Group]:
        """Return the folded groups: the round's own settings, then each network's, simple ones first."""
        groups = [self._group("More settings", [option.name for option in self.own if not option.simple], [])]
        for part, (_, _, title) in NETWORKS.items():
            known = self.of_networks[part].items()
            simple = [name for name, option in known if option.simple]
            groups.append(self._group(title, simple, [name for name, _ in known if name not in simple]))
        return groups

    def _group(self, title: str, names: list[str], more: list[str]) -> Group:
        def wrong(fields: list[str]) -> bool:
            return self.is_bound and any(name in self.errors for name in fields)

        return Group(
            title=title,
            fields=[self[name] for name in names],
            more=[self[name] for name in more],
            open=wrong([*names, *more]),
            open_more=wrong(more),
        )

    def clean(self) -> dict:
        """Build the config; an error of its checks goes to the field that it names."""
        cleaned = super().clean() or {}
        time = cleaned.get("time")
        own = cleaned.get("minutes") if time == self.OWN else None
        if time == self.OWN and own is None and "minutes" not in self.errors:
            self.add_error("minutes", "Write the number of minutes.")
        minutes, preset = own, time if time in PRESETS else ""
        chosen = {
            option.name: cleaned[option.name] for option in self.own if cleaned.get(option.name) is not None
        }
        for name, value in {"minutes": minutes, **chosen}.items():
            try:
                RoundConfig.from_dict({name: value})
            except BadRoundConfig as error:
                self.add_error(name, str(error).replace(name, str(self.fields[name].label)))
        changed = {part: self._changed(part, cleaned) for part in NETWORKS}
        if not self.errors:
            self._build({"minutes": minutes, "preset": preset, **chosen, **changed})
        return cleaned

    def _changed(self, part: str, cleaned: dict) -> dict:
        """Return the settings of `part` that differ from their defaults; an invalid one adds an error."""
        changed = {}
        for name, option in self.of_networks[part].items():
            text = cleaned.get(name)
            if text in (None, "") or name in self.errors:
                continue
            try:
                value = option.check(_read(text, option))
            except ValueError as error:
                self.add_error(name, str(error).replace(option.name, option.label))
                continue
            if value != option.default:
                changed[option.name] = list(value) if option.many else value
        return changed

    def _build(self, values: dict) -> None:
        try:
            self.config = RoundConfig.from_dict(values)
        except BadRoundConfig as error:
            # A complaint about several settings together, as of the smallest zoom above the largest.
            name = str(error.extra.get("field", "")).replace(".", SEPARATOR)
            self.add_error(name if name in self.fields else None, str(error))


def _read(text: object, option: options.Option) -> object:
    """Return what was written for `option` as a value of its type; raises ValueError with a sentence."""
    if option.many:
        try:
            return [
                option.value_type(part) for part in str(text).replace(";", ",").split(",") if part.strip()
            ]
        except ValueError as error:
            raise ValueError(f"{option.name} must be numbers with commas between them.") from error
    return text == "true" if option.value_type is bool else text
