"""REST: start a round, watch it, cancel it."""

from django.contrib.auth.models import User
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import access
from annotations.api.scope import ErrorSerializer, NoInput, ProjectScope, VisibleScope
from annotations.models import JobState, Project, Role
from inference.models import ModelVersion
from training import options, rounds
from training.config import OWN_OF_GRADERS, OWN_OF_ROUND, BadRoundConfig, RoundConfig
from training.detector.config import DetectorConfig
from training.graders.config import GraderConfig
from training.models import Evaluation, Phase, Round, RoundEvent, RoundMode, Snapshot

EVENTS = 1000
FIELDS = {
    bool: serializers.BooleanField,
    int: serializers.IntegerField,
    float: serializers.FloatField,
    str: serializers.CharField,
}


def setting_field(option: options.Option) -> serializers.Field:
    """Return the schema of one setting."""
    if option.many:
        return serializers.ListField(child=FIELDS[option.value_type](), default=list(option.default))
    about = {"default": option.default, "allow_null": option.optional, "help_text": option.sentence}
    return FIELDS[option.value_type](**about)


def network_settings(name: str, config: type, own: tuple[str, ...]) -> serializers.Serializer:
    """Return the schema of one network's settings, without those that the round gives."""
    settings = [option for option in options.options_of(config) if option.name not in own]
    return inline_serializer(
        name, {option.name: setting_field(option) for option in settings}, required=False
    )


CONFIG = inline_serializer(
    "RoundConfig",
    {option.name: setting_field(option) for option in options.options_of(RoundConfig)}
    | {
        "detector": network_settings("DetectorSettings", DetectorConfig, OWN_OF_ROUND),
        "grader": network_settings("GraderSettings", GraderConfig, OWN_OF_GRADERS),
    },
)


def read_config(values: dict) -> RoundConfig:
    """Return the settings in `values`; raises BadRoundConfig with a sentence for each wrong field."""
    wrong = {}
    for name, value in values.items():
        try:
            RoundConfig.from_dict({name: value})
        except BadRoundConfig as error:
            wrong[name] = [str(error)]
    if wrong:
        raise BadRoundConfig(" ".join(sentence for (sentence,) in wrong.values()), config=wrong)
    return RoundConfig.from_dict(values)


class RoundStartSerializer(serializers.Serializer):
    """What a round does and with which settings; those left out take their defaults."""

    mode = serializers.ChoiceField(RoundMode.choices, default=RoundMode.SELF_TRAIN)
    config = serializers.DictField(default=dict)


START = inline_serializer(
    "RoundStart", {"mode": serializers.ChoiceField(RoundMode.choices), "config": CONFIG}, required=False
)


class RoundSerializer(serializers.ModelSerializer):
    """A round: how far it is and what came out."""

    state = serializers.ChoiceField(JobState.choices, read_only=True)
    phase = serializers.ChoiceField(Phase.choices, read_only=True, allow_blank=True)
    phase_text = serializers.CharField(source="get_phase_display", read_only=True)
    project = serializers.SlugRelatedField[Project]("slug", read_only=True)
    detector = serializers.SlugRelatedField[ModelVersion]("name", read_only=True, allow_null=True)
    snapshot = serializers.SlugRelatedField[Snapshot]("digest", read_only=True, allow_null=True)
    started_by = serializers.SlugRelatedField[User]("username", read_only=True, allow_null=True)
    progress = serializers.SerializerMethodField(help_text="Share of the phase's steps, 0 to 1.")
    seconds = serializers.SerializerMethodField(help_text="How long it has run.")

    class Meta:
        model = Round
        fields = [
            "id",
            "project",
            "number",
            "mode",
            "state",
            "phase",
            "phase_text",
            "config",
            "snapshot",
            "detector",
            "started_by",
            "created_at",
            "started_at",
            "finished_at",
            "seconds",
            "cancel_requested",
            "step",
            "steps",
            "progress",
            "images_per_second",
            "seconds_left",
            "message",
            "error",
            "metrics",
            "routing",
        ]
        read_only_fields = fields

    def get_progress(self, round_: Round) -> float:
        """Return the share of the steps that are done."""
        return round_.step / round_.steps if round_.steps else 0.0

    def get_seconds(self, round_: Round) -> float | None:
        """Return the time between the start and the end, or now."""
        if round_.started_at is None:
            return None
        return ((round_.finished_at or timezone.now()) - round_.started_at).total_seconds()


class EventSerializer(serializers.ModelSerializer):
    """A row of a round's history."""

    class Meta:
        model = RoundEvent
        fields = ["id", "kind", "data", "created_at"]
        read_only_fields = fields


# Counts of an evaluation by their present names, and how scripts of earlier releases read them.
FORMER_COUNTS = {"misclassified": "mixed_up", "false_positives": "nothing_there"}


def with_former_counts(counts: dict) -> dict:
    """Return `counts` with the former names beside the present ones, for scripts that read those."""
    former = {old: counts[new] for new, old in FORMER_COUNTS.items() if new in counts}
    return {**counts, **former}


class EvaluationSerializer(serializers.ModelSerializer):
    """What was measured, in a few numbers; the evaluation's own address has the reasons."""

    metrics = serializers.SerializerMethodField()
    round = serializers.IntegerField(source="round_id", read_only=True)
    model = serializers.SlugRelatedField[ModelVersion]("name", read_only=True, allow_null=True)

    class Meta:
        model = Evaluation
        fields = [
            "id",
            "round",
            "name",
            "model",
            "checkpoint_round",
            "step",
            "split",
            "score",
            "metrics",
            "created_at",
        ]
        read_only_fields = fields

    def get_metrics(self, row: Evaluation) -> dict:
        """Return the numbers of the comparison table."""
        return with_former_counts(row.metrics)


class WatchedRoundSerializer(RoundSerializer):
    """A round with the events that its curves are drawn of, and what was measured in it."""

    events = EventSerializer(many=True, read_only=True)
    evaluations = EvaluationSerializer(many=True, read_only=True)

    class Meta(RoundSerializer.Meta):
        fields = [*RoundSerializer.Meta.fields, "evaluations", "events"]
        read_only_fields = fields


ROUNDS = Round.objects.select_related("project", "detector", "snapshot", "started_by")


class RoundList(ProjectScope, generics.ListAPIView):
    """The rounds of a project, newest first."""

    serializer_class = RoundSerializer
    queryset = ROUNDS
    filter_backends: list = []
    roles = {"POST": Role.ENGINEER}

    def get_queryset(self):
        """Return the rounds of the project."""
        return super().get_queryset().filter(project=self.project)

    @extend_schema(
        request=START,
        responses={
            201: RoundSerializer,
            400: OpenApiResponse(ErrorSerializer, "`config` holds a sentence for each wrong setting."),
            409: OpenApiResponse(ErrorSerializer, "A round waits or runs already."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Start a round; an engineer's."""
        serializer = RoundStartSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        round_ = rounds.start(
            self.project,
            user=request.user,
            mode=serializer.validated_data["mode"],
            config=read_config(serializer.validated_data["config"]),
        )
        return Response(self.get_serializer(round_).data, status=status.HTTP_201_CREATED)


class RoundView(VisibleScope, generics.GenericAPIView):
    """Base of the views of one round."""

    queryset = ROUNDS
    role = Role.INSPECTOR

    def get_object(self) -> Round:
        """Return the round for a member whose role suffices."""
        round_ = super().get_object()
        access.require(round_.project, self.request.user, self.role)
        return round_


class SinceSerializer(serializers.Serializer):
    """Which events the caller has already."""

    since = serializers.IntegerField(min_value=0, max_value=2**62, default=0)


class RoundDetail(RoundView):
    """One round, to be watched."""

    serializer_class = WatchedRoundSerializer

    @extend_schema(
        parameters=[
            OpenApiParameter("since", int, description=f"Id of the last event at hand; {EVENTS} follow.")
        ]
    )
    def get(self, request: Request, pk: int) -> Response:
        """Answer the state, and the events after `since`."""
        since = SinceSerializer(data=request.query_params.dict())
        since.is_valid(raise_exception=True)
        round_ = self.get_object()
        events = round_.events.filter(pk__gt=since.validated_data["since"])[:EVENTS]
        data = RoundSerializer(round_, context=self.get_serializer_context()).data
        measured = round_.evaluations.defer("report").select_related("model")
        data["evaluations"] = EvaluationSerializer(measured, many=True).data
        return Response({**data, "events": EventSerializer(events, many=True).data})


class RoundCancel(RoundView):
    """Stop a round."""

    serializer_class = NoInput
    role = Role.ENGINEER

    @extend_schema(request=None, responses={200: RoundSerializer, 409: ErrorSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Ask the round to stop; its worker does within seconds. An engineer's."""
        round_ = self.get_object()
        rounds.cancel(round_)
        round_.refresh_from_db()
        return Response(RoundSerializer(round_, context=self.get_serializer_context()).data)
