"""The grader's small parts: ordinal loss, probabilities, metrics and augmentation, by exact values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.severity import likely_grade
from inference.graders import likely_grades
from training.graders import augmentation, metrics
from training.graders.config import GraderConfig


def test_cumulative_logits_become_probabilities_of_grades():
    import tensorflow as tf

    from training.graders import network

    result = network.probabilities(tf.constant([[0.0, 0.0], [50.0, -50.0]])).numpy()
    assert result.tolist() == [[0.5, 0.0, 0.5], [pytest.approx(0), pytest.approx(1), pytest.approx(0)]]


def test_the_ordinal_loss_is_the_sum_of_the_thresholds_cross_entropies():
    import tensorflow as tf

    from training.graders import network

    loss = network.ordinal_loss(tf.zeros((2, 3)), tf.constant([1, 4]), tf.ones(2))
    assert float(loss) == pytest.approx(3 * np.log(2))
    sure = network.ordinal_loss(tf.constant([[9.0, 9.0, -9.0]]), tf.constant([3]), tf.ones(1))
    wrong = network.ordinal_loss(tf.constant([[9.0, -9.0, -9.0]]), tf.constant([3]), tf.ones(1))
    worse = network.ordinal_loss(tf.constant([[-9.0, -9.0, -9.0]]), tf.constant([3]), tf.ones(1))
    assert float(sure) < 0.01 < float(wrong) < float(worse)


def test_thresholds_are_ordered_and_two_grades_have_one():
    import tensorflow as tf

    from training.graders import network

    config = GraderConfig(size=16, widths=(4,))
    logits = network.build(config, levels=5)(tf.zeros((2, 16, 16, 1))).numpy()
    assert logits.shape == (2, 4)
    assert (np.diff(logits, axis=1) < 0).all()
    assert network.build(config, levels=2)(tf.zeros((1, 16, 16, 1))).shape == (1, 1)


def test_kappa_of_known_tables():
    assert metrics.quadratic_kappa(np.diag([3, 4, 5])) == 1.0
    assert metrics.quadratic_kappa(np.array([[25, 25], [25, 25]])) == pytest.approx(0.0)
    assert metrics.quadratic_kappa(np.array([[20, 5], [10, 15]])) == pytest.approx(0.4)
    assert metrics.quadratic_kappa(np.array([[0, 0], [0, 7]])) == 1.0


def test_metrics_of_two_crops():
    result = metrics.measure(np.array([1, 3]), np.array([[0.9, 0.1, 0.0], [0.1, 0.6, 0.3]]))
    assert result["crops"] == 2
    assert result["accuracy"] == 0.5
    assert result["mean_grade_error"] == 0.5
    assert result["confusion"] == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_metrics_without_crops_are_none():
    result = metrics.measure(np.zeros(0, int), np.zeros((0, 3)))
    assert (result["crops"], result["accuracy"], result["kappa"]) == (0, None, None)


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=9))
def test_the_likely_grade_is_the_same_for_one_and_for_many(shares):
    probabilities = [share / sum(shares) for share in shares]
    assert likely_grades(np.array([probabilities])).tolist() == [likely_grade(probabilities)]


def test_shaking_keeps_shape_kind_and_gray_levels():
    rng = np.random.default_rng(0)
    crops = np.full((5, 16, 16), 77, np.uint8)
    shaken = augmentation.shake(crops, GraderConfig(size=16), rng)
    assert shaken.dtype == np.uint8
    assert np.array_equal(shaken, crops)


def test_without_moves_a_crop_is_only_flipped():
    config = GraderConfig(shift=0, zoom=0, flip_vertical=False)
    crop = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    seen = {augmentation.shake(crop, config, np.random.default_rng(seed)).tobytes() for seed in range(20)}
    assert seen == {crop.tobytes(), crop[:, :, ::-1].tobytes()}


def test_a_config_survives_json_and_refuses_unknown_settings():
    config = GraderConfig(widths=(8, 12), steps=7)
    assert GraderConfig.from_json(config.to_json()) == config
    with pytest.raises(ValueError, match="no setting 'depth'"):
        GraderConfig.from_json({"depth": 3})


def test_the_learning_rate_rises_and_falls_to_zero():
    from training.graders.learner import learning_rate

    config = GraderConfig(steps=110, warmup_steps=10, learning_rate=1.0)
    assert learning_rate(5, config) == 0.5
    assert learning_rate(10, config) == 1.0
    assert learning_rate(60, config) == pytest.approx(0.5)
    assert learning_rate(110, config) == pytest.approx(0.0)


def test_a_step_is_that_of_keras_adamw():
    import keras
    import tensorflow as tf

    from training.graders import learner, network

    config = GraderConfig(size=16, widths=(4,), warmup_steps=0, steps=4, average=0.0)
    ours = learner.Learner(config, levels=3, grade_weights=np.ones(3, np.float32))
    theirs = network.build(config, levels=3)
    theirs.set_weights(ours.model.get_weights())
    optimizer = keras.optimizers.AdamW(weight_decay=config.weight_decay, global_clipnorm=learner.CLIP_NORM)
    optimizer.exclude_from_weight_decay(var_names=["beta", "gamma", "bias", "first", "gaps"])
    rng = np.random.default_rng(0)
    crops, grades = rng.integers(0, 256, (6, 16, 16)).astype(np.uint8), np.array([1, 2, 3] * 2, np.int32)
    for step in range(1, 4):
        ours.learn(crops, grades, step=step)
        optimizer.learning_rate = learner.learning_rate(step, config)
        with tf.GradientTape() as tape:
            logits = theirs(crops[..., None].astype(np.float32), training=True)
            loss = network.ordinal_loss(logits, grades, tf.ones(6))
        variables = theirs.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
    for mine, other in zip(ours.model.trainable_variables, theirs.trainable_variables, strict=True):
        assert np.allclose(mine.numpy(), other.numpy(), atol=2e-3), mine.name
