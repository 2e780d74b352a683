"""Which ranks the data allow each model: simultaneous rank intervals from scores and standard errors.

Rank 1 is the highest score. A model's rank is at least 1 + the number of models shown to be better and at most
N - the number shown to be worse. All pairs are compared at once with the critical value of Tukey's studentised range
(Tukey 1953; Kramer 1956), so that with probability of at least the level *every* model's interval holds its true
rank: as Al Mohamad, Goeman & van Zwet (2022, Biometrics 78) show; Mogstad, Romano, Shaikh & Wilhelm (2024, Review of
Economic Studies 91) derive the same from simultaneous intervals of differences. With unequal standard errors Tukey's
value errs on the safe side (Hayter 1984), so nothing is simulated and nothing depends on a seed.

The errors are taken to be independent between models and normal. Models that answer the same items have errors of one
sign on an item that was drawn hard, and then the true error of a difference is smaller than assumed: the intervals
are wider than they need be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import studentized_range

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only

__all__ = ["RankIntervals", "binomial_standard_errors", "rank_intervals"]

FloatArray = NDArray[np.float64]

ADDED: Final = 1.0
"""Successes and failures added to the items of each model when two shares are compared (Agresti & Caffo 2000): a
model with all items right has an error too."""


CLASSES: Final = 32
PER_CLASS: Final = 32
"""Classes of models with like errors, and models a class at least: so that few pairs lie at the edge of a class."""

ROWS: Final = 2_048
"""Models of which the pairs at the edge are looked at together: it bounds the memory."""

ROUNDING: Final = 1e-12
"""By how much an edge is set wider than its computed place, as a share."""


@dataclass(frozen=True, slots=True)
class RankIntervals:
    """The ranks that the data allow each of M models.

    Parameters
    ----------
    best, worst : ndarray of shape (M,)
        Whole numbers, 1 for the highest score; NaN where the model has no score or its standard error is not known.
    critical_value : float
        Standard errors of a difference that it takes to tell two models apart; NaN where there is no pair.
    level : float
        Probability that all intervals hold at once.
    """

    best: FloatArray = field(repr=False)
    worst: FloatArray = field(repr=False)
    critical_value: float
    level: float


def binomial_standard_errors(shares: ArrayLike, n_items: ArrayLike) -> FloatArray:
    """Return the standard errors of means of k single items worth 0 or 1, for comparisons between models.

    √(p̃(1 - p̃) / (k + 2)) with p̃ = (kp + 1) / (k + 2), Agresti & Caffo 2000.

    Parameters
    ----------
    shares : array_like of shape (M,) or (M, B)
        Means between 0 and 1; NaN where a model has none.
    n_items : array_like of shape () or (B,)
        Items behind each mean; NaN where not known.

    Returns
    -------
    ndarray of the shape of `shares`
        NaN where the mean or the number of items is missing.

    Raises
    ------
    StatisticsError
        If a mean with known items lies outside 0 to 1.
    """
    p, k = np.asarray(shares, dtype=np.float64), np.asarray(n_items, dtype=np.float64)
    outside = ((p < 0.0) | (p > 1.0)) & ~np.isnan(k)
    if outside.any():
        raise StatisticsError("means between 0 and 1", found=f"{outside.sum()} others")
    with np.errstate(invalid="ignore"):
        trials = np.where(k > 0, k, np.nan) + 2.0 * ADDED
        centre = (k * p + ADDED) / trials
        return np.asarray(
            np.sqrt(np.where(outside, np.nan, centre * (1.0 - centre) / trials)), dtype=np.float64
        )


def rank_intervals(scores: ArrayLike, standard_errors: ArrayLike, level: float = 0.95) -> RankIntervals:
    """Return simultaneous intervals for the ranks of all models.

    Parameters
    ----------
    scores : array_like of shape (M,)
        Higher is better or safer; NaN where a model has none (it takes up no rank).
    standard_errors : array_like of shape (M,)
        Above 0; NaN where not known. Such a model is told apart from no other: its own interval is not known, and
        it widens the others' by a rank on either side.
    level : float
        Between 0 and 1.

    Returns
    -------
    RankIntervals

    Raises
    ------
    StatisticsError
        If lengths differ, a standard error is negative or infinite, or the level is not between 0 and 1.
    """
    x, error = np.asarray(scores, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if x.ndim != 1 or x.shape != error.shape:
        raise StatisticsError(
            "scores and standard errors of one length", found=f"{x.shape} and {error.shape}"
        )
    if (error < 0.0).any() or np.isinf(error).any():
        raise StatisticsError("finite standard errors of at least 0, or NaN", found="others")
    if not 0.0 < level < 1.0:
        raise StatisticsError("a level between 0 and 1", found=str(level))
    known = ~np.isnan(x) & ~np.isnan(error)
    n_known = int(known.sum())
    critical = _critical_value(n_known, level) if n_known > 1 else np.nan
    n_better, n_worse = np.zeros(x.size), np.zeros(x.size)
    if n_known > 1:
        n_better[known], n_worse[known] = _told_apart(x[known], error[known], critical)
    n_ranked = int((~np.isnan(x)).sum())
    best = np.where(known, 1.0 + n_better, np.nan)
    worst = np.where(known, n_ranked - n_worse, np.nan)
    return RankIntervals(read_only(best), read_only(worst), float(critical), level)


def _told_apart(x: FloatArray, error: FloatArray, critical: float) -> tuple[FloatArray, FloatArray]:
    """Return how many models are shown to be better, and worse, than each.

    The models with which one is compared are taken in classes of like errors. In each class all that are further away
    than the largest error of the class asks for are told apart, and none that are nearer than the smallest does: only
    those between are looked at one by one. Of thousands of models these are few.
    """
    n_better, n_worse = np.zeros(x.size), np.zeros(x.size)
    for one in np.array_split(np.argsort(error, kind="stable"), max(1, min(CLASSES, x.size // PER_CLASS))):
        order = one[np.argsort(x[one], kind="stable")]
        values, errors = x[order], error[order]
        surely = critical * np.hypot(error, errors.max())
        hardly = critical * np.hypot(error, errors.min())
        # A rounding error wider than needed: a pair at the edge is always looked at.
        surely, hardly = (
            surely * (1 + ROUNDING) + ROUNDING * abs(x),
            hardly * (1 - ROUNDING) - ROUNDING * abs(x),
        )
        for found, sign in ((n_better, 1.0), (n_worse, -1.0)):
            y, places = (values, x) if sign > 0 else (-values[::-1], -x)
            e = errors if sign > 0 else errors[::-1]
            first = np.searchsorted(y, places + hardly, side="left")
            stop = np.searchsorted(y, places + surely, side="right")
            found += y.size - stop
            for start in range(0, x.size, ROWS):
                rows = slice(start, start + ROWS)
                length = stop[rows] - first[rows]
                row = np.repeat(np.arange(start, start + length.size), length)
                near = np.arange(row.size) - np.repeat(np.cumsum(length) - length, length) + first[row]
                gap = y[near] - places[row]
                told = gap > critical * np.hypot(e[near], error[row])
                found += np.bincount(row[told], minlength=x.size)
    return n_better, n_worse


@cache
def _critical_value(n: int, level: float) -> float:
    """Return the quantile of the largest of all standardised differences between n models."""
    return float(studentized_range.ppf(level, n, np.inf) / np.sqrt(2.0))
