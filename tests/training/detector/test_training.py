from dataclasses import replace

import numpy as np
import pytest

from tests.training.squares import TINY, be_silent, draw_squares
from training.detector.backbones import BadBackbone, convolve, register_backbone
from training.detector.data.batches import MissingImage, PictureCache
from training.detector.data.samples import BadSample, Sample
from training.detector.data.tile_sampling import lay_out
from training.detector.fitting import step_statistics, trainer
from training.detector.fitting.checkpoint import BrokenCheckpoint, restore
from training.detector.fitting.early_stopping import HeldOutEvaluator
from training.detector.fitting.learner import Learner
from training.detector.fitting.trainer import Cancelled, LossNotFinite, NothingToLearn, find_shortfalls, train

NAMES = ["bright", "ring"]
SHORT = replace(TINY, epochs=8)


def run(folder, *, samples=None, config=SHORT, report=be_silent, **more):
    samples = draw_squares(16) if samples is None else samples
    return train(samples, class_names=NAMES, config=config, folder=folder, report=report, load=None, **more)


def weights_of(trained):
    return np.concatenate([np.ravel(value) for value in trained.model.get_weights()])


@pytest.fixture
def report_every_step(monkeypatch):
    monkeypatch.setattr(step_statistics, "REPORT_SECONDS", 0.0)


def stop_at(step):
    def report(progress):
        if progress.step == step:
            raise Cancelled

    return report


@pytest.mark.slow
def test_it_learns_to_find_squares(square_training):
    folder, _, trained = square_training
    assert trained.steps == 180
    assert trained.losses["total"] < 3.0
    assert (folder / "checkpoint" / "state.npz").exists()


@pytest.mark.slow
def test_a_cancelled_training_goes_on_where_it_stopped_and_ends_like_an_uninterrupted_one(
    tmp_path, report_every_step
):
    whole = run(tmp_path / "whole")
    with pytest.raises(Cancelled):
        run(tmp_path / "cut", report=stop_at(7))
    state = restore(tmp_path / "cut" / "checkpoint")
    assert state.facts["schedule"]["step"] == 7
    seen = []
    resumed = run(tmp_path / "cut", report=lambda progress: seen.append(progress.step))
    assert seen[0] == 8
    assert resumed.steps == whole.steps == 16
    # Seed and step decide what is seen, so that the end is the same to the last bit.
    np.testing.assert_array_equal(weights_of(whole), weights_of(resumed))
    assert resumed.losses == whole.losses


@pytest.mark.slow
def test_a_finished_training_is_not_trained_twice(square_training):
    folder, samples, trained = square_training
    seen = []
    again = train(samples, class_names=NAMES, config=TINY, folder=folder, report=seen.append, load=None)
    assert seen == []
    assert again.steps == trained.steps
    np.testing.assert_array_equal(weights_of(again), weights_of(trained))


class FakeLearner:
    """A learner whose steps take a tenth of a second on a clock of its own."""

    now, slowness, loss = 0.0, 1.0, 1.0

    def __init__(self, config, *, classes):
        type(self).now = 0.0

    def step(self, batch, learning_rate):
        type(self).now += 0.1 * self.slowness
        return {"total": self.loss, "class": 0.5, "box": 0.5}

    def dump(self):
        return {"average": []}

    def averaged_model(self):
        return None


@pytest.fixture
def fake_learner(monkeypatch):
    learner = type("Fresh", (FakeLearner,), {})
    monkeypatch.setattr(trainer, "Learner", learner)
    monkeypatch.setattr(trainer, "clock", lambda: learner.now)
    monkeypatch.setattr(step_statistics, "clock", lambda: learner.now)
    return learner


def test_a_budget_of_minutes_ends_the_schedule_in_time(tmp_path, fake_learner):
    reports = []
    config = replace(TINY, max_epochs=100000)
    trained = run(tmp_path, config=config, report=reports.append, budget_minutes=2)
    assert 110 < trained.seconds <= 120
    assert reports[0].steps == 0
    assert reports[-1].step == reports[-1].steps == trained.steps
    assert reports[-1].learning_rate < 0.02 * TINY.learning_rate
    assert reports[-5].seconds_left == pytest.approx(
        reports[-1].seconds_spent - reports[-5].seconds_spent, abs=1
    )


def test_a_machine_that_becomes_slower_still_keeps_the_budget(tmp_path, fake_learner):
    def report(progress):
        if progress.seconds_spent > 40:
            fake_learner.slowness = 3.0

    config = replace(TINY, max_epochs=100000)
    trained = run(tmp_path, config=config, report=report, budget_minutes=2)
    assert 105 < trained.seconds < 125


@pytest.mark.slow
def test_color_images_train(tmp_path):
    config = replace(SHORT, channels=3, epochs=1)
    trained = run(tmp_path, samples=draw_squares(8, channels=3), config=config)
    assert trained.model.input_shape == (None, 64, 64, 3)


@pytest.mark.slow
def test_one_image_with_a_thousand_boxes_and_one_with_none_train(tmp_path):
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 56, (1000, 2))
    crowded = Sample(
        "crowded",
        np.concatenate([corners, corners + 6], axis=1),
        np.zeros(1000),
        pixels=np.zeros((64, 64), np.uint8),
    )
    empty = Sample("empty", [], [], pixels=np.zeros((64, 64), np.uint8))
    trained = run(tmp_path, samples=[crowded, empty], config=replace(SHORT, epochs=1))
    assert np.isfinite(trained.losses["total"])


@pytest.mark.slow
def test_one_image_of_one_type_with_columns_four_pixels_wide_trains(tmp_path):
    pixels = np.full((64, 64), 90, np.uint8)
    pixels[:, 10:14] = pixels[:, 40:44] = 220
    columns = Sample("columns", [[10, 0, 14, 64], [40, 0, 44, 64]], [0, 0], pixels=pixels)
    config = replace(SHORT, epochs=4)
    trained = train([columns], class_names=["column"], config=config, folder=tmp_path, report=be_silent)
    assert np.isfinite(trained.losses["total"])
    assert trained.losses["box"] > 0


class FakeEvaluator:
    """An evaluator whose second evaluation is the best."""

    values = (0.3, 0.5, *[0.4] * 50)

    def __init__(self):
        self.evaluations = 0

    def measure(self, learner):
        self.evaluations += 1
        return self.values[self.evaluations - 1]


def test_a_training_that_no_longer_improves_ends_with_its_best_weights(tmp_path, fake_learner, monkeypatch):
    evaluator, taken = FakeEvaluator(), []
    fake_learner.dump = lambda self: {"average": [np.array(evaluator.evaluations)]}
    fake_learner.set_average = lambda self, arrays: taken.append(int(arrays[0]))
    fake_learner.load = lambda self, arrays: None
    monkeypatch.setattr(trainer, "_build_evaluator", lambda *args: evaluator)
    config = replace(TINY, epochs=100, patience=0.3)
    seen = []
    trained = run(tmp_path, config=config, report=seen.append, held_out=draw_squares(2))
    # Evaluations at 3/12, 4/12 (the best), ...; at 8/12 nothing was better for more than 0.3.
    assert trained.stopped_early
    assert evaluator.evaluations == 6
    assert taken == [2]
    assert trained.steps == pytest.approx(200 * 8 / 12, abs=1)
    assert run(tmp_path, config=config, held_out=draw_squares(2)).stopped_early


def test_without_patience_or_enough_held_out_boxes_the_whole_schedule_runs(tmp_path, fake_learner):
    whole = run(tmp_path / "a", held_out=draw_squares(30), config=replace(SHORT, patience=0.0))
    few = run(tmp_path / "b", held_out=draw_squares(2))
    assert whole.steps == few.steps == 16
    assert not whole.stopped_early


@pytest.mark.slow
def test_the_held_out_map_is_that_of_the_averaged_weights(square_training):
    _, samples, trained = square_training
    learner = Learner(TINY, classes=2)
    evaluator = HeldOutEvaluator(
        PictureCache(samples, None, TINY), lay_out(samples, None, None, config=TINY), TINY
    )
    assert evaluator.measure(learner) < 0.1
    before = learner.model.get_weights()
    learner.set_average(trained.model.get_weights())
    assert evaluator.measure(learner) > 0.4
    for a, b in zip(before, learner.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_type_with_few_boxes_says_how_many_are_needed():
    (sentence,) = find_shortfalls(draw_squares(41), [*NAMES, "pit"])
    assert sentence == (
        "pit has 0 of the 20 boxes in the train split that a type needs to be found well: label 20 more."
    )


def test_a_training_set_without_a_box_is_refused(tmp_path):
    empty = [Sample("empty", [], [], pixels=np.zeros((64, 64), np.uint8))]
    with pytest.raises(NothingToLearn, match="None of the 1 training images has a box"):
        run(tmp_path, samples=empty)


def test_difficult_boxes_alone_are_nothing_to_learn(tmp_path):
    only = [Sample("hard", [[0, 0, 9, 9]], [0], [True], pixels=np.zeros((64, 64), np.uint8))]
    with pytest.raises(NothingToLearn):
        run(tmp_path, samples=only)


def test_an_image_that_is_gone_is_named(tmp_path, fake_learner):
    def load(path):
        raise FileNotFoundError(2, "No such file", path)

    samples = [Sample("gone.png", [[0, 0, 9, 9]], [0])]
    with pytest.raises(MissingImage, match=r"gone\.png: the training image cannot be read"):
        train(samples, class_names=NAMES, config=SHORT, folder=tmp_path, report=be_silent, load=load)


def test_a_class_without_a_name_is_refused(tmp_path):
    with pytest.raises(BadSample, match="outside the 2 class names"):
        run(tmp_path, samples=[Sample("x", [[0, 0, 9, 9]], [2], pixels=np.zeros((64, 64), np.uint8))])


def test_a_loss_that_is_not_finite_stops_and_shows_its_parts(tmp_path, fake_learner):
    fake_learner.loss = float("nan")
    with pytest.raises(LossNotFinite, match=r"total nan, class 0\.5, box 0\.5"):
        run(tmp_path)


def test_a_checkpoint_of_other_images_is_not_continued(tmp_path, fake_learner):
    run(tmp_path)
    with pytest.raises(BrokenCheckpoint, match="other images, boxes or settings"):
        run(tmp_path, samples=draw_squares(12))


def test_a_damaged_checkpoint_says_so(tmp_path):
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "state.npz").write_bytes(b"half a file")
    with pytest.raises(BrokenCheckpoint, match=r"state\.npz: the checkpoint is damaged"):
        run(tmp_path)


def test_an_unknown_backbone_names_the_known_ones(tmp_path):
    with pytest.raises(BadBackbone, match=r"'deep'; known are .*shallow"):
        run(tmp_path, config=replace(SHORT, backbone="deep"))


def test_a_registered_backbone_is_checked_for_its_strides(tmp_path):
    @register_backbone("flat")
    def flat(images, config):
        x = convolve(images, 8, stride=2)
        return x, x, x

    with pytest.raises(BadBackbone, match="must be"):
        run(tmp_path, config=replace(SHORT, backbone="flat"))


def test_a_taken_backbone_name_is_refused():
    with pytest.raises(BadBackbone, match="already taken"):

        @register_backbone("shallow")
        def other(images, config):
            return images, images, images
