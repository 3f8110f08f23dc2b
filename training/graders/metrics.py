"""How well grades are told: accuracy, mean absolute error, quadratic weighted kappa and confusion matrix."""

import numpy as np

from inference.graders import likely_grades


def measure(grades: np.ndarray, probabilities: np.ndarray) -> dict:
    """Compare true GRADES 1..K `[N]` with PROBABILITIES `[N, K]`; plain numbers, ready for JSON.

    `confusion[i][j]` counts the crops of grade i+1 that were graded j+1. Without crops the rates are None.
    """
    levels = probabilities.shape[1]
    confusion = np.zeros((levels, levels), int)
    np.add.at(confusion, (np.asarray(grades, int) - 1, likely_grades(probabilities) - 1), 1)
    count = int(confusion.sum())
    off = np.abs(np.subtract.outer(np.arange(levels), np.arange(levels)))
    return {
        "crops": count,
        "accuracy": float(np.trace(confusion) / count) if count else None,
        "mean_grade_error": float((confusion * off).sum() / count) if count else None,
        "kappa": quadratic_kappa(confusion) if count else None,
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
