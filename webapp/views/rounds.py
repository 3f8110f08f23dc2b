"""Rounds: start one, watch it, read what came out, and choose the models that are used."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

import training.rounds
from annotations.access import get_project
from annotations.errors import BlemishError
from annotations.models import Image, ImageState, JobState, Project, Role, Split
from annotations.models.projects import CropPolicy
from inference import registry
from inference.models import ModelSource, ModelVersion
from training import options
from training.config import RoundConfig, suggest_minutes
from training.detector import backbone_choices
from training.detector.config import DetectorConfig
from training.models import Phase, Round, RoundMode
from webapp.charts.evaluation import evaluation_charts, evaluations_of, shown_evaluation
from webapp.forms.rounds import RoundForm
from webapp.views.page import page, render_project

LISTED = 50


@require_http_methods(["GET", "POST"])
@page
def rounds(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the newest round, the form for another, all rounds and the models; POST starts a round."""
    if request.method == "POST":
        return _start(request, get_project(request.user, slug, role=Role.ENGINEER))
    project = get_project(request.user, slug)
    return _show(request, project, project.rounds.first(), _form(project))


@require_GET
@page
def one_round(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one round of the past, or the one that runs."""
    project = get_project(request.user, slug)
    return _show(request, project, get_object_or_404(project.rounds, number=number), _form(project))


@require_GET
@page
def live(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Answer how a running round stands, for htmx; when it has ended, the page loads anew."""
    project = get_project(request.user, slug)
    round_ = get_object_or_404(project.rounds.select_related("started_by"), number=number)
    if round_.state not in (JobState.QUEUED, JobState.RUNNING):
        return HttpResponseClientRefresh()
    context: dict[str, Any] = {"project": project, "round": round_, "phases": _phases(round_)}
    context["can_engineer"] = project.role_of(request.user) == Role.ENGINEER
    return render(request, "webapp/rounds/_live.html", context)


@require_POST
@page
def cancel(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask a round to stop."""
    project = get_project(request.user, slug, role=Role.ENGINEER)
    round_ = get_object_or_404(project.rounds, number=number)
    try:
        round_ = training.rounds.cancel(round_)
    except BlemishError as error:
        messages.error(request, str(error))
    else:
        stopping = round_.state == JobState.RUNNING
        how = "stops within seconds; its checkpoint is kept" if stopping else "is cancelled"
        messages.success(request, f"Round {round_.number} {how}.")
    return redirect("rounds", project.slug)


@require_POST
@page
def promote(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Make a model the one that rounds and inspections use."""
    project = get_project(request.user, slug, role=Role.ENGINEER)
    model = get_object_or_404(project.model_versions, pk=pk)
    try:
        registry.promote(model, request.user)
    except BlemishError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{model.name} is used from now on.")
    return redirect(f"{reverse('rounds', args=[project.slug])}#models")


def _start(request: HttpRequest, project: Project) -> HttpResponse:
    form = _form(project, request.POST)
    if form.is_valid():
        try:
            round_ = training.rounds.start(
                project, user=request.user, mode=form.cleaned_data["mode"], config=form.config
            )
        except BlemishError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"Round {round_.number} is queued.")
            # Without a fragment of its own the address would keep the form's, and scroll past the round.
            return redirect(f"{reverse('rounds', args=[project.slug])}#main")
    return _show(request, project, project.rounds.first(), form, status=422)


def _form(project: Project, data=None) -> RoundForm:
    train = Image.objects.present().filter(project=project, state=ImageState.LABELED, split=Split.TRAIN)
    models = list(project.model_versions.detectors().values_list("name", flat=True)[:LISTED])
    return RoundForm(data, suggested=suggest_minutes(train.count()), models=models)


def _show(
    request: HttpRequest, project: Project, round_: Round | None, form: RoundForm, *, status: int = 200
) -> HttpResponse:
    models = list(
        project.model_versions.select_related("defect_type", "promoted_by").order_by("-pk")[:LISTED]
    )
    compared = evaluations_of(round_) if round_ else []
    shown = shown_evaluation(round_, compared) if round_ else None
    context = {
        "round": round_,
        "compared": compared,
        "evaluation": shown,
        "explained": evaluation_charts(project, shown) if shown else None,
        "phases": _phases(round_) if round_ else [],
        "running": round_ is not None and round_.state in (JobState.QUEUED, JobState.RUNNING),
        "warnings": round_.events.filter(kind__in=["warning", "resumed"]) if round_ else [],
        "results": _results(round_) if round_ else None,
        "form": form,
        "why_not": training.rounds.why_not(project),
        "network_problems": backbone_choices.problems(),
        "has_types": project.defect_types.filter(archived=False).exists(),
        "rounds": project.rounds.select_related("detector", "started_by")[:LISTED],
        "models": models,
    }
    return render_project(
        request, "webapp/rounds/rounds.html", project, tab="rounds", status=status, **context
    )


def _phases(round_: Round) -> list[dict]:
    """Return the phases of the round's mode with "done", "now" or "ahead"."""
    phases = training.rounds.PHASES[RoundMode(round_.mode)]
    at = phases.index(round_.phase) if round_.phase in phases else -1
    over = round_.state == JobState.DONE
    return [
        {
            "label": Phase(phase).label,
            "state": "done" if over or index < at else "now" if index == at else "ahead",
        }
        for index, phase in enumerate(phases)
    ]


def _results(round_: Round) -> dict:
    """Return the rows of the tables: accuracy and threshold per type, and the graders."""
    model: ModelVersion | None = round_.detector
    metrics = round_.metrics or {}
    thresholds = (model.calibration or {}).get("types", {}) if model else {}
    measured = metrics.get("per_class", {})
    names = model.class_names if model else list(measured)
    colors = dict(round_.project.defect_types.values_list("name", "color"))
    types = [
        {
            "name": name,
            "color": colors.get(name, ""),
            "measured": measured.get(name, {}),
            "threshold": thresholds.get(name),
        }
        for name in names
    ]
    return {
        "metrics": metrics if "map50" in metrics else None,
        "previous": metrics.get("previous"),
        "checkpoints": metrics.get("checkpoints"),
        "kept": sorted(metrics.get("models", {}).items()),
        "types": types,
        "nothing_found": (model.calibration or {}).get("nothing_found") if model else None,
        "graders": _graders(metrics.get("graders", {})),
        "routing": round_.routing,
        "counts": round_.snapshot.counts if round_.snapshot else None,
        "settings": _settings(round_),
    }


def _graders(measured: dict[str, dict]) -> list[tuple[str, dict]]:
    """Return each grader's measurement by its type's name, with the rows of its confusion matrix."""
    policies = dict(CropPolicy.choices)
    graders = []
    for name, row in sorted(measured.items()):
        rows = [
            {"level": level, "counts": counts}
            for level, counts in enumerate(row.get("confusion", []), start=1)
        ]
        levels = [entry["level"] for entry in rows]
        graders.append(
            (name, {**row, "rows": rows, "levels": levels, "seen": policies.get(row.get("policy", ""), "")})
        )
    return graders


def _settings(round_: Round) -> list[dict]:
    """Return the settings of the round and of its detector with a sentence each, the simple ones first."""
    model = round_.detector
    saved: list[tuple[str, type, dict]] = [("The round", RoundConfig, round_.config)]
    if model and model.source == ModelSource.TRAINED:
        saved.append(("The detector", DetectorConfig, model.config))
    groups = []
    for title, config, values in saved:
        known = sorted(options.options_of(config), key=lambda option: not option.simple)
        rows = [
            {"label": option.label, "sentence": option.sentence, "value": _written(values[option.name])}
            for option in known
            if option.name in values
        ]
        groups.append({"title": title, "rows": rows})
    return groups


def _written(value: object) -> str:
    """Return a setting as people write it."""
    if value is None:
        return "chosen by itself"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
