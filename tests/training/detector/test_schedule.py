import itertools
import math

import pytest

from training.detector.config import DetectorConfig
from training.detector.fitting.schedule import Schedule, plan

CONFIG = DetectorConfig(epochs=4, warmup_steps=10, learning_rate=1.0)


def run(schedule):
    rates = []
    while not schedule.done:
        rates.append(schedule.learning_rate(CONFIG))
        schedule = schedule.advance()
    return rates, schedule


def test_without_a_budget_the_configured_epochs_count():
    rates, schedule = run(plan(25, config=CONFIG, budget_minutes=None))
    assert len(rates) == 100
    assert schedule.epochs == 4
    assert schedule.progress == pytest.approx(1.0)


def test_the_rate_warms_up_and_then_falls_as_a_cosine():
    rates, _ = run(plan(25, config=CONFIG, budget_minutes=None))
    assert rates[0] < rates[5] < rates[10]
    assert all(a > b for a, b in itertools.pairwise(rates[10:]))
    assert rates[50] == pytest.approx(0.01 + 0.99 * (1 + math.cos(math.pi * 0.5)) / 2, rel=1e-6)
    assert rates[-1] < 0.02


def test_a_budget_becomes_the_steps_that_fit_into_it():
    schedule = Schedule(None, 25, step=24).fit_budget(10.0, 0.1, config=CONFIG)
    assert schedule.steps == 124
    assert not schedule.done


def test_few_images_do_not_train_for_thousands_of_epochs():
    schedule = Schedule(None, 2, step=24).fit_budget(3600.0, 0.01, config=CONFIG)
    assert schedule.steps == CONFIG.max_steps_of_few


def test_a_spent_budget_ends_after_one_more_step():
    schedule = Schedule(None, 25, step=24).fit_budget(-5.0, 0.1, config=CONFIG)
    assert schedule.advance().done


def test_a_slower_machine_shortens_the_rest_without_a_jump_of_the_rate():
    schedule = Schedule(1000, 25)
    for _ in range(500):
        schedule = schedule.advance()
    assert not schedule.drifted(500.0, 1.0)
    assert schedule.drifted(500.0, 2.0)
    before = schedule.learning_rate(CONFIG)
    shorter = schedule.fit_budget(500.0, 2.0, config=CONFIG)
    assert shorter.steps == 750
    assert shorter.learning_rate(CONFIG) == pytest.approx(before)
    rates, _ = run(shorter)
    assert rates[-1] < 0.02
