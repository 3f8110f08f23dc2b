"""How well grades are told, and how far their probabilities can be believed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.optimize

from inference.graders.saved_graders import likely_grades

BINS = 10
# Of the logarithm of a temperature: most networks need one between 1/2 and 2.
USUAL_SPREAD: float = np.log(2.0)
TINY = 1e-12


def measure(grades: np.ndarray, probabilities: np.ndarray) -> dict[str, Any]:
    """Compare true `grades` 1..K `[N]` with `probabilities` `[N, K]`; plain numbers, ready for JSON.

    `confusion[i][j]` counts the crops of grade i+1 that were graded j+1; `nll` is the mean negative logarithm
    of the true grade's probability. Without crops the rates are None.
    """
    levels = probabilities.shape[1]
    grades = np.asarray(grades, int)
    confusion = np.zeros((levels, levels), int)
    np.add.at(confusion, (grades - 1, likely_grades(probabilities) - 1), 1)
    count = int(confusion.sum())
    off = np.abs(np.subtract.outer(np.arange(levels), np.arange(levels)))
    return {
        "crops": count,
        "accuracy": float(np.trace(confusion) / count) if count else None,
        "mean_grade_error": float((confusion * off).sum() / count) if count else None,
        "kappa": quadratic_kappa(confusion) if count else None,
        "nll": negative_log_likelihood(grades, probabilities) if count else None,
        "ece": calibration_error(grades, probabilities) if count else None,
        "confusion": confusion.tolist(),
    }


def quadratic_kappa(confusion: np.ndarray) -> float:
    """Return the quadratic weighted kappa of a `[K, K]` table of counts (Cohen 1968), at most 1.

    When both sides name one and the same grade only, agreement is complete and 1 is returned.
    """
    confusion = np.asarray(confusion, float)
    places = np.arange(len(confusion))
    penalty = np.subtract.outer(places, places) ** 2
    expected = np.outer(confusion.sum(axis=1), confusion.sum(axis=0)) / confusion.sum()
    by_chance = (penalty * expected).sum()
    return float(1.0 - (penalty * confusion).sum() / by_chance) if by_chance else 1.0


def negative_log_likelihood(grades: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the mean of -ln p(true grade)."""
    right = probabilities[np.arange(len(grades)), np.asarray(grades, int) - 1]
    return float(-np.log(np.maximum(right, TINY)).mean())


def calibration_error(grades: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the expected calibration error, 0 to 1: the mean gap of confidence and accuracy in ten bins.

    Confidence is the highest probability, right is whether it stands at the true grade (Naeini et al. 2015).
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) + 1 == np.asarray(grades, int)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(confidence[bins == place].mean() - right[bins == place].mean()) * (bins == place).mean()
        for place in np.unique(bins)
    ]
    return float(sum(gaps))


def choose_temperature(grades: np.ndarray, probabilities_at: Callable[[float], np.ndarray]) -> float:
    """Return the temperature, 0.1 to 10, at which the true `grades` are likeliest (Guo et al. 2017).

    `probabilities_at(temperature)` gives `[N, K]`. A log-normal prior around 1 holds it back as long as the
    crops are few: a dozen that are all graded right must not make the next one certain. With one grade alone,
    or no crop, it is 1.
    """
    if len(set(np.asarray(grades).tolist())) < 2:
        return 1.0

    def unlikeliness(power: float) -> float:
        surprise = len(grades) * negative_log_likelihood(grades, probabilities_at(float(np.exp(power))))
        return surprise + 0.5 * (power / USUAL_SPREAD) ** 2

    found = scipy.optimize.minimize_scalar(
        unlikeliness, bounds=(np.log(0.1), np.log(10.0)), method="bounded", options={"xatol": 1e-3}
    )
    return float(np.exp(found.x))
