"""The form that starts a round."""

from django import forms

from training.config import BadRoundConfig, RoundConfig
from training.models import RoundMode


class RoundForm(forms.Form):
    """The settings of a round: the simple ones first, the rest folded; defaults are RoundConfig's."""

    OWN = "own"
    ADVANCED = (
        "backbone",
        "input_size",
        "seed",
        "train_graders",
        "use_auto_labels",
        "min_evidence",
        "confidence",
        "propose_score",
        "grade_doubt",
    )

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
    backbone = forms.CharField(
        label="Network",
        max_length=60,
        widget=forms.TextInput(attrs={"list": "backbones", "autocomplete": "off"}),
        help_text="shallow is ours; a network of your own has the name that it was registered with.",
    )
    input_size = forms.IntegerField(
        label="Input size",
        widget=forms.NumberInput(attrs={"min": 32, "max": 1024, "step": 32}),
        help_text="Pixels a side, a multiple of 32. Larger sees smaller defects and takes longer.",
    )
    seed = forms.IntegerField(
        label="Seed", help_text="The same seed, labels and settings give the same model on one machine."
    )
    train_graders = forms.BooleanField(
        label="Train the graders too",
        required=False,
        help_text="One for each graded type with enough grades.",
    )
    use_auto_labels = forms.BooleanField(
        label="Learn from auto-labeled images",
        required=False,
        help_text="They never measure: calibration and test take people's labels alone.",
    )
    min_evidence = forms.IntegerField(
        label="Least evidence",
        widget=forms.NumberInput(attrs={"min": 5}),
        help_text="Boxes found right on the calibration split before a type may be accepted by itself.",
    )
    confidence = forms.FloatField(
        label="Confidence",
        widget=forms.NumberInput(attrs={"min": 0.5, "max": 0.999, "step": "any"}),
        help_text="How sure the proof of a type’s precision must be. Higher accepts less.",
    )
    propose_score = forms.FloatField(
        label="Propose from score",
        widget=forms.NumberInput(attrs={"min": 0.01, "max": 0.99, "step": "any"}),
        help_text="Boxes below this score are not even shown to a reviewer.",
    )
    grade_doubt = forms.FloatField(
        label="Grade doubt",
        widget=forms.NumberInput(attrs={"min": 0, "max": 1, "step": "any"}),
        help_text="A grade whose best probability is below this goes to a person.",
    )

    def __init__(self, *args, suggested: float, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        defaults = RoundConfig()
        for name in self.ADVANCED:
            self.fields[name].initial = getattr(defaults, name)
        self.fields["time"].choices = [
            ("", f"Suggested: {suggested:g} minutes"),
            ("5", "Fast: 5 minutes"),
            ("20", "Balanced: 20 minutes"),
            ("60", "Thorough: 60 minutes"),
            (self.OWN, "Own number of minutes"),
        ]
        self.fields["time"].required = False

    def simple(self) -> list[forms.BoundField]:
        """Return the fields that stand open."""
        return [self["mode"], self["time"], self["minutes"]]

    def advanced(self) -> list[forms.BoundField]:
        """Return the fields that are folded."""
        return [self[name] for name in self.ADVANCED]

    def clean(self) -> dict:
        """Build the config, whose own checks speak at their fields."""
        said = super().clean()
        time = said.get("time")
        own = said.get("minutes") if time == self.OWN else None
        if time == self.OWN and own is None and "minutes" not in self.errors:
            self.add_error("minutes", "Write the number of minutes.")
        minutes = own if time == self.OWN else float(time) if time else None
        chosen = {name: said[name] for name in self.ADVANCED if said.get(name) is not None}
        for name, value in {"minutes": minutes, **chosen}.items():
            try:
                RoundConfig.from_dict({name: value})
            except BadRoundConfig as error:
                self.add_error(name, str(error).replace(name, str(self.fields[name].label)))
        if not self.errors:
            self.config = RoundConfig.from_dict({"minutes": minutes, **chosen})
        return said
