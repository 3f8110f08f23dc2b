"""A backbone of one's own: named in a setting, offered by the page, trained; its faults in words."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from annotations.models import JobState, Role
from tests.factories import make_image, make_project, make_revision, wire_box
from tests.support.waiting import wait_until
from tests.webapp.views.pages import sign_in, text_of
from training import rounds
from training.config import RoundConfig
from training.detector import backbone_choices, backbone_registry
from training.models import Network, RoundMode

pytestmark = pytest.mark.django_db(transaction=True)
MODULE = "tests.training.detector.own_backbones"


@pytest.fixture
def project(settings):
    """Give a project that can train, with the module of own networks in the setting."""
    settings.BLEMISH_BACKBONES = [MODULE]
    project = make_project(types=("scratches",), window_low=0, window_high=255)
    make_revision(make_image(project, state="labeled", box_count=1), [wire_box("scratches")])
    return project


def run(project, backbone: str):
    config = RoundConfig(epochs=1, input_size=32, backbone=backbone, train_graders=False)
    return rounds.run(rounds.create(project, mode=RoundMode.TRAIN, config=config).pk)


@pytest.mark.slow
def test_a_network_of_ones_own_trains_and_its_model_says_which_it_is(project):
    round_ = run(project, "twenty-lines")
    assert (round_.state, round_.error) == (JobState.DONE, "")
    assert round_.detector.config["backbone"] == "twenty-lines"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backbone", "sentence"),
    [
        ("raises", "The backbone 'raises' failed: KeyError: 'no such layer'"),
        ("flat-strides", r"returned features of [(4, 4), (4, 4), (4, 4)]; at input 32 they must be"),
        ("no-tensors", "returned int, int, int; three Keras tensors are needed"),
        ("nowhere", "No backbone is called 'nowhere'; known are "),
    ],
)
def test_a_network_that_does_not_fit_gets_one_sentence_on_the_round(project, backbone, sentence):
    round_ = run(project, backbone)
    assert round_.state == JobState.FAILED
    assert sentence in round_.error
    assert "Unexpected" not in round_.error


def test_a_published_network_is_a_choice_of_the_page_with_its_first_line(project, client):
    assert backbone_choices.publish() == {}
    sign_in(client, project, Role.ENGINEER)
    text = text_of(client.get(reverse("rounds", args=[project.slug])))
    assert "twenty-lines: Three strided convolutions and nothing else." in text
    assert "shallow: Few plain" in text


def test_a_module_that_cannot_be_imported_is_told_on_the_page_and_on_the_round(project, client, settings):
    settings.BLEMISH_BACKBONES = ["tests.training.no_such_module"]
    assert (
        "cannot be imported: ModuleNotFoundError"
        in backbone_choices.publish()["tests.training.no_such_module"]
    )
    sign_in(client, project, Role.ENGINEER)
    text = text_of(client.get(reverse("rounds", args=[project.slug])))
    assert "tests.training.no_such_module, named in BLEMISH_BACKBONES, cannot be imported" in text
    assert "(tests.training" not in str(backbone_choices.choices())


@pytest.mark.slow
def test_the_ml_worker_tells_at_its_start_which_networks_there_are(celery_worker, monkeypatch):
    monkeypatch.setenv("BLEMISH_BACKBONES", MODULE)
    Network.objects.all().delete()
    celery_worker("ml")
    wait_until(
        lambda: Network.objects.filter(name="twenty-lines").exists(), seconds=120, what="the networks' rows"
    )


def test_what_is_no_longer_registered_is_no_longer_offered(project):
    Network.objects.create(name="gone", module="gone.module")
    backbone_choices.publish()
    assert "gone" not in dict(backbone_choices.choices())


def test_the_command_refuses_an_unknown_network_before_it_starts_a_round(project):
    with pytest.raises(CommandError, match="No backbone is called 'nowhere'; known are"):
        call_command("selftrain", project.slug, "--backbone", "nowhere")
    assert not project.rounds.exists()


def test_the_built_in_networks_are_all_offered_without_a_worker():
    from training.detector import backbones

    own = {
        name
        for name in backbone_registry.backbone_names()
        if backbone_registry.find(name).__module__ == backbones.__name__
    }
    assert own == set(backbone_registry.BUILT_IN)


def test_registering_does_not_load_keras():
    code = (
        "import sys, training.detector.backbone_registry;"
        "sys.exit(bool({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
