"""The grader's small parts: ordinal loss, probabilities, metrics and augmentation, by exact values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.severity.from_grades import likely_grade
from inference.graders.saved_graders import likely_grades
from training.graders import augmentation, metrics
from training.graders.config import GraderConfig


def test_cumulative_logits_become_probabilities_of_grades():
    import tensorflow as tf

    from training.graders import losses

    result = losses.probabilities(tf.constant([[0.0, 0.0], [50.0, -50.0]]), "ordinal").numpy()
    assert result.tolist() == [[0.5, 0.0, 0.5], [pytest.approx(0), pytest.approx(1), pytest.approx(0)]]


def test_the_ordinal_loss_is_the_sum_of_the_thresholds_cross_entropies():
    import tensorflow as tf

    from training.graders import losses

    loss = losses.loss_of("ordinal", tf.zeros((2, 3)), tf.constant([1, 4]), tf.ones(2))
    assert float(loss) == pytest.approx(3 * np.log(2))
    sure = losses.loss_of("ordinal", tf.constant([[9.0, 9.0, -9.0]]), tf.constant([3]), tf.ones(1))
    wrong = losses.loss_of("ordinal", tf.constant([[9.0, -9.0, -9.0]]), tf.constant([3]), tf.ones(1))
    worse = losses.loss_of("ordinal", tf.constant([[-9.0, -9.0, -9.0]]), tf.constant([3]), tf.ones(1))
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
    assert result["nll"] == pytest.approx(-(np.log(0.9) + np.log(0.3)) / 2)
    # The first is right at 0.9, the second wrong at 0.6, each in a bin of its own.
    assert result["ece"] == pytest.approx((0.1 + 0.6) / 2)
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
    shaken = augmentation.jitter(crops, GraderConfig(size=16), rng)
    assert shaken.dtype == np.uint8
    assert np.array_equal(shaken, crops)


def test_without_moves_a_crop_is_only_flipped():
    config = GraderConfig(shift=0, zoom=0, flip_vertical=False)
    crop = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    seen = {augmentation.jitter(crop, config, np.random.default_rng(seed)).tobytes() for seed in range(20)}
    assert seen == {crop.tobytes(), crop[:, :, ::-1].tobytes()}


def test_a_config_survives_json_and_refuses_unknown_settings():
    config = GraderConfig(widths=(8, 12), steps=7)
    assert GraderConfig.from_json(config.to_json()) == config
    with pytest.raises(ValueError, match="no setting 'depth'"):
        GraderConfig.from_json({"depth": 3})


def test_the_learning_rate_rises_and_falls_to_zero():
    from training.graders.learner import Schedule

    schedule = Schedule(GraderConfig(steps=110, warmup_steps=10, learning_rate=1.0))
    assert schedule.rate(5) == 0.5
    assert schedule.rate(10) == 1.0
    assert schedule.rate(60) == pytest.approx(0.5)
    assert schedule.rate(110) == pytest.approx(0.0)


def test_on_a_plateau_the_learning_rate_falls():
    from training.graders.learner import Schedule

    config = GraderConfig(
        schedule="plateau", learning_rate=1.0, warmup_steps=0, plateau_factor=0.5, plateau_patience=2
    )
    schedule, rates = Schedule(config), []
    for better in (True, False, False, True, False, False):
        schedule.count_evaluation(better=better)
        rates.append(schedule.rate(7))
    assert rates == [1.0, 1.0, 0.5, 0.5, 0.5, 0.25]


@pytest.mark.parametrize("name", ["adamw", "adam", "nadam", "sgd", "nesterov"])
def test_a_step_is_that_of_keras_own_optimizer(name):
    import keras
    import tensorflow as tf

    from training.graders import learner, losses, network

    config = GraderConfig(size=16, widths=(4,), ema_decay=0.0, optimizer=name, learning_rate=1e-3)
    ours = learner.Learner(config, levels=3, grade_weights=np.ones(3, np.float32))
    theirs = network.build(config, levels=3)
    theirs.set_weights(ours.model.get_weights())
    optimizer = {
        "adamw": keras.optimizers.AdamW(1e-3, weight_decay=config.weight_decay),
        "adam": keras.optimizers.Adam(1e-3),
        "nadam": keras.optimizers.Nadam(1e-3),
        "sgd": keras.optimizers.SGD(1e-3, momentum=0.9),
        "nesterov": keras.optimizers.SGD(1e-3, momentum=0.9, nesterov=True),
    }[name]
    optimizer.global_clipnorm = learner.CLIP_NORM
    if name == "adamw":
        optimizer.exclude_from_weight_decay(var_names=["beta", "gamma", "bias", "first", "gaps"])
    rng = np.random.default_rng(0)
    crops, grades = rng.integers(0, 256, (6, 16, 16)).astype(np.uint8), np.array([1, 2, 3] * 2, np.int32)
    for step in range(1, 4):
        ours.learn(crops, grades, step=step, rate=1e-3)
        with tf.GradientTape() as tape:
            logits = theirs(crops[..., None].astype(np.float32), training=True)
            loss = losses.loss_of("ordinal", logits, grades, tf.ones(6))
        variables = theirs.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
    for mine, other in zip(ours.model.trainable_variables, theirs.trainable_variables, strict=True):
        assert np.allclose(mine.numpy(), other.numpy(), atol=2e-4), mine.name


def test_classes_are_told_by_a_softmax_and_focal_turns_to_the_hard_ones():
    import tensorflow as tf

    from training.graders import losses

    logits, ones = tf.constant([[0.0, 0.0, 0.0]]), tf.ones(1)
    assert losses.probabilities(logits, "categorical").numpy() == pytest.approx(np.full((1, 3), 1 / 3))
    plain = float(losses.loss_of("categorical", logits, tf.constant([2]), ones))
    assert plain == pytest.approx(np.log(3))
    focal = float(losses.loss_of("focal", logits, tf.constant([2]), ones, power=2.0))
    assert focal == pytest.approx((2 / 3) ** 2 * np.log(3))


@pytest.mark.parametrize("loss", ["ordinal", "categorical"])
def test_a_higher_temperature_takes_confidence_back(loss):
    import tensorflow as tf

    from training.graders import losses

    logits = tf.constant([[6.0, 2.0, -3.0]])
    cold, warm = (losses.probabilities(logits, loss, temperature=t).numpy() for t in (1.0, 3.0))
    assert warm.max() < cold.max()
    assert warm.sum() == pytest.approx(1.0)


def test_the_temperature_is_the_one_that_made_the_grades():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4000, 3))
    true = np.exp(logits / 2.5)
    true /= true.sum(axis=1, keepdims=True)
    grades = 1 + (rng.random((4000, 1)) > np.cumsum(true, axis=1)).sum(axis=1)

    def at(temperature):
        raised = np.exp(logits / temperature)
        return raised / raised.sum(axis=1, keepdims=True)

    found = metrics.choose_temperature(grades, at)
    assert found == pytest.approx(2.5, rel=0.1)
    assert metrics.calibration_error(grades, at(found)) < metrics.calibration_error(grades, at(1.0))


def test_few_crops_that_are_all_right_make_the_next_one_surer_but_not_certain():
    logits = np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 2.0]])

    def chosen(crops):
        def at(temperature):
            raised = np.exp(np.tile(logits, (crops // 3, 1)) / temperature)
            return raised / raised.sum(axis=1, keepdims=True)

        return metrics.choose_temperature(np.tile([1, 2, 3], crops // 3), at)

    few, more, many = chosen(3), chosen(18), chosen(3000)
    assert 1.0 > few > more > many
    assert few > 0.5
    assert more > 0.3
    assert metrics.choose_temperature(np.array([2, 2]), None) == 1.0  # one grade alone tells nothing
    assert metrics.choose_temperature(np.array([], int), None) == 1.0


def test_strips_get_long_kernels_and_a_shape_of_their_own():
    from training.graders import network

    config = GraderConfig(strip_length=64, strip_width=16, widths=(4, 4))
    assert (config.network_for("row"), config.network_for("box")) == ("strip", "shallow")
    assert config.shape_for("column") == (64, 16)
    model = network.build(config, levels=3, policy="column")
    assert model.input_shape == (None, 64, 16, 1)
    kernels = {layer.kernel_size for layer in model.layers if hasattr(layer, "kernel_size")}
    assert kernels == {(9, 3), (9, 1)}


def test_a_network_of_keras_applications_gets_crops_that_it_can_take():
    from training.graders import network

    config = GraderConfig(network="mobilenet_v2", size=16)
    assert config.shape_for("square") == (32, 32)
    assert GraderConfig(network="xception").shape_for("column") == (192, 71)
    model = network.build(config, levels=4)
    assert model.output_shape == (None, 3)
    assert model.count_params() > 2_000_000


def test_a_turn_moves_pixels_and_strips_never_turn():
    config = GraderConfig(shift=0, zoom=0, rotation=45, flip_horizontal=False, flip_vertical=False)
    crop = np.zeros((1, 21, 21), np.uint8)
    crop[:, :, 9:12] = 200
    turned = augmentation.jitter(crop, config, np.random.default_rng(1))
    assert turned.shape == crop.shape
    assert not np.array_equal(turned, crop)
    assert np.array_equal(augmentation.jitter(crop, config, np.random.default_rng(1), rotate=False), crop)
