"""Does a score change over time among models of equal capability?

Each benchmark is brought to mean 0 and variance 1 over the models that have a score, a capabilities score and a date.
Its *trend* is what it changes a year beyond what the change in capability predicts: d_y - b d_g, where d_y and d_g are
the slopes of the benchmark and of capability over the date and b is the slope of the one on the other among models of
the same date. Without error in the capabilities score that is the coefficient of the date in a regression on both.

With error it is not: b is too small, and where newer models are more capable the date stands in for what the score
misses. So b is *corrected* (errors in variables; Fuller 1987, *Measurement Error Models*), in one of two ways:

- Of a score that is a sum of parts, each part is foretold by the others, whose errors are not its own (instruments,
  section 1.4). With c_j the parts, s_j the sum of the others and all covariances those given the date, b d_g is
  sum_j cov(s_j, y) d_j / sum_j cov(s_j, c_j). It asks that parts share nothing beside capability and the date. Neither
  have they to hold capability equally well, nor to keep their level over time.
- Where the error variance of each score is known, it is taken off the variance of the score (section 2.2).

Intervals take families, not models, to be independent: each family is left out once, all covariances with it (the
scale and what a part weighs stay), and the standard error is taken with Student's t of F - 1 degrees of freedom. The
mean trend of several benchmarks goes through the same jackknife as one figure, so that what they share is counted.

What one part holds alone counts as error, also where it is capability of a kind. What parts share beside capability
counts as capability. The benchmark is taken to share its errors with none of them. The relation with capability is
taken to be straight and the same at all times; a trend is one of the models that were measured, and says nothing of
why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only

__all__ = ["RELIABILITY_FLOOR", "AdjustedTrends", "Trends", "adjusted_trends"]

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]

FEWEST_MODELS: Final = 8
"""Three parameters are fitted; below eight models there are too few left to say how well."""

FEWEST_FAMILIES: Final = 4
"""As for every other interval of the family jackknife (`stats.intervals`)."""

APART: Final = 1e-8
"""Share of the variance of capability, or of the date, that must be left for the two to be told apart."""

RELIABILITY_FLOOR: Final = 0.6
"""Reliability of the score at a given date below which nothing is corrected: a first component finds something in
common in parts that have nothing, and of few models as much as .5 (`validation/trends/README.md`)."""

TOGETHER: Final = "capability and date cannot be told apart"


@dataclass(frozen=True, slots=True)
class Trends:
    """Trends of G figures: benchmarks, or means of some.

    Parameters
    ----------
    per_year : ndarray of shape (G,)
        Standard deviations a year at fixed capability; NaN where undefined.
    low, high : ndarray of shape (G,)
        NaN where an interval is undefined.
    n_models, n_families : ndarray of int of shape (G,)
        Behind each; of a mean, the most of its benchmarks and the families behind any.
    reasons : tuple of G (str or None)
        Why one is undefined.
    """

    per_year: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    n_models: NDArray[np.int64] = field(repr=False)
    n_families: NDArray[np.int64] = field(repr=False)
    reasons: tuple[str | None, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AdjustedTrends:
    """Trends with and without correction for the error of the capabilities score.

    Parameters
    ----------
    corrected : Trends
        Undefined where the error is not known, or the reliability is below the floor.
    uncorrected : Trends
        The capabilities score taken as known. The mean of a group is of the benchmarks in its corrected mean, if any.
    reliability : ndarray of shape (G,)
        Of the capabilities score at a given date: the share of its variance that is not error, of parts Cronbach's
        alpha (1951), a lower bound of it. Of a group, the mean. NaN where not known.
    """

    corrected: Trends
    uncorrected: Trends
    reliability: FloatArray = field(repr=False)


def adjusted_trends(
    score: ArrayLike,
    years: ArrayLike,
    columns: ArrayLike,
    families: ArrayLike,
    groups: ArrayLike,
    level: float = 0.95,
    *,
    parts: ArrayLike | None = None,
    error_variance: ArrayLike | None = None,
) -> AdjustedTrends:
    """Estimate trends over time at fixed capability.

    Parameters
    ----------
    score, years : array_like of shape (M,)
        Capability and date; NaN where one is not known.
    columns : array_like of shape (M, B)
        Benchmarks, higher being safer; NaN where a model has no score.
    families : array_like of int of shape (M,)
        The family of each model, from 0 up.
    groups : array_like of bool of shape (G, B)
        Which benchmarks are taken together in each figure; a row with one benchmark is that benchmark alone.
    level : float
        Nominal coverage, between 0 and 1.
    parts : array_like of shape (M, C), optional
        At least two summands of the score. A model with NaN in one is in no corrected trend.
    error_variance : array_like of shape (M,), optional
        Of each score, in place of parts. A model with NaN is in no corrected trend.

    Returns
    -------
    AdjustedTrends
        One trend of either kind for each group.

    Raises
    ------
    StatisticsError
        If the shapes do not agree, the level is not between 0 and 1, both parts and error variances are given, or a
        variance is negative.
    """
    x, t = np.asarray(score, dtype=np.float64), np.asarray(years, dtype=np.float64)
    Y, own = np.asarray(columns, dtype=np.float64), np.asarray(families)
    member = np.asarray(groups, dtype=np.bool_)
    if Y.ndim != 2 or not x.shape == t.shape == own.shape == Y.shape[:1] or member.shape[1:] != Y.shape[1:]:
        raise StatisticsError(
            "scores, dates and families (M,), columns (M, B) and groups (G, B)",
            found=f"{x.shape}, {t.shape}, {own.shape}, {Y.shape} and {member.shape}",
        )
    if not 0.0 < level < 1.0:
        raise StatisticsError("a level between 0 and 1", found=str(level))
    _, own = np.unique(own, return_inverse=True)
    known = _Known(x, t, own, np.zeros(x.size))
    better = _with_errors(known, parts, error_variance)
    benchmarks = range(Y.shape[1])
    plain = [_trend(known, Y[:, b], _as_known) for b in benchmarks]
    corrected = [_corrected(better, Y[:, b], plain[b]) for b in benchmarks]
    chosen = [np.flatnonzero(row).tolist() for row in member]
    return AdjustedTrends(
        corrected=_trends([_together([corrected[b] for b in row], level) for row in chosen]),
        uncorrected=_trends([_together([plain[b] for b in _same(row, corrected)], level) for row in chosen]),
        reliability=read_only([_mean([corrected[b].reliability for b in row]) for row in chosen]),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """Capability, by its parts (M, C) or as one (M,), with dates, families and error variances (M,)."""

    capability: FloatArray
    years: FloatArray
    own: NDArray[np.intp]
    errors: FloatArray


@dataclass(frozen=True, slots=True)
class _One:
    """The trend of one benchmark, and those without each family (NaN where undetermined)."""

    per_year: float
    without: FloatArray
    present: Mask
    n_models: int
    reason: str | None
    reliability: float = float("nan")


@dataclass(frozen=True, slots=True)
class _Figure:
    per_year: float
    low: float
    high: float
    n_models: int
    n_families: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class _GivenDate:
    """Slopes over the date (K, 1 + C) and covariances at a given date (K, 1 + C, 1 + C), of K sets of models.

    First the benchmark, then the parts of capability. `errors` (K,) is how much of the variance of their sum is error,
    where that is known beforehand.
    """

    slopes: FloatArray
    covariance: FloatArray
    errors: FloatArray


Foretold = Callable[[_GivenDate], tuple[FloatArray, FloatArray]]
"""From moments, the change a year that capability foretells of the benchmark (K,), and the reliability of the score."""


def _with_errors(known: _Known, parts: ArrayLike | None, error_variance: ArrayLike | None) -> _Known | None:
    """Return what is known with its errors: by parts, or with variances; None where nothing is."""
    if parts is not None and error_variance is not None:
        raise StatisticsError("parts of the score or its error variances", found="both")
    models = known.years.shape
    if parts is not None:
        P = np.asarray(parts, dtype=np.float64)
        if P.ndim != 2 or P.shape[:1] != models or P.shape[1] < 2:
            raise StatisticsError(f"at least two parts, of shape ({models[0]}, C)", found=str(P.shape))
        return _Known(P, known.years, known.own, known.errors)
    if error_variance is None:
        return None
    E = np.asarray(error_variance, dtype=np.float64)
    if E.shape != models or (E < 0).any():
        raise StatisticsError(f"error variances of at least 0, of shape {models}", found=str(E.shape))
    return _Known(known.capability, known.years, known.own, E)


def _corrected(known: _Known | None, y: FloatArray, plain: _One) -> _One:
    """Return the trend corrected for the error of the score, with the reason where it cannot be."""
    if plain.reason is not None:
        return plain
    if known is None:
        return _undefined(plain.present, plain.n_models, "the error of the capabilities score is not known")
    foretold = _by_other_parts if known.capability.ndim == 2 else _without_error
    found = _trend(known, y, foretold, " with all that its error follows from")
    if found.reason is None and found.reliability < RELIABILITY_FLOOR:
        reason = (
            f"the reliability of the capabilities score at a given date is {found.reliability:.2f}; a trend needs "
            f"{RELIABILITY_FLOOR:.1f}"
        )
        return _undefined(found.present, found.n_models, reason, found.reliability)
    return found


def _undefined(present: Mask, n_models: int, reason: str, reliability: float = float("nan")) -> _One:
    return _One(float("nan"), np.full(present.size, np.nan), present, n_models, reason, reliability)


def _trend(known: _Known, y: FloatArray, foretold: Foretold, which: str = "") -> _One:
    capability = known.capability.reshape(y.size, -1)
    here = np.isfinite(np.column_stack([capability, known.years, y, known.errors])).all(axis=1)
    n_families = int(known.own.max(initial=-1)) + 1
    present = np.bincount(known.own[here], minlength=n_families) > 0
    n = int(here.sum())
    if n < FEWEST_MODELS:
        return _undefined(present, n, f"{n} models{which}; a trend needs at least {FEWEST_MODELS}")
    capability, t, y, own = capability[here], known.years[here], y[here], known.own[here]
    if min(np.ptp(capability, axis=0).max(), np.ptp(t), np.ptp(y)) == 0:
        return _undefined(present, n, "scores, capability or dates do not vary")
    values = np.column_stack([t, y / y.std(), capability])
    values -= values.mean(axis=0)
    sums = _products(np.column_stack([np.ones(n), values]), own, n_families)
    total = sums.sum(axis=0)
    errors = np.bincount(own, known.errors[here], minlength=n_families)
    # The first is of all models, each other of those without one family.
    per_year, reliability = _from_sums(
        np.concatenate([total[None], total - sums]), np.append(errors.sum(), errors.sum() - errors), foretold
    )
    reason = TOGETHER if np.isnan(per_year[0]) and np.isnan(reliability[0]) else None
    return _One(float(per_year[0]), per_year[1:], present, n, reason, float(reliability[0]))


def _products(values: FloatArray, own: NDArray[np.intp], n_families: int) -> FloatArray:
    """Return the (F, P, P) sums of products of (n, P) values in each family."""
    sums = np.empty((n_families, values.shape[1], values.shape[1]))
    # Pair by pair: all products of all models at once would be hundreds of megabytes.
    for a, b in combinations_with_replacement(range(values.shape[1]), 2):
        sums[:, a, b] = sums[:, b, a] = np.bincount(own, values[:, a] * values[:, b], minlength=n_families)
    return sums


def _from_sums(sums: FloatArray, errors: FloatArray, foretold: Foretold) -> tuple[FloatArray, FloatArray]:
    """Return trends and reliabilities from (K, 3 + C, 3 + C) sums of products of 1, date, benchmark and parts.

    NaN where capability and date cannot be told apart.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        n = sums[:, 0, 0]
        mean = sums[:, 0, 1:] / n[:, None]
        moments = sums[:, 1:, 1:] / n[:, None, None] - mean[:, :, None] * mean[:, None, :]
        of_date = moments[:, 0, 0]
        slopes = moments[:, 0, 1:] / of_date[:, None]
        covariance = moments[:, 1:, 1:] - slopes[:, :, None] * slopes[:, None, :] * of_date[:, None, None]
        # Two degrees of freedom of the errors go with the mean and the slope over the date.
        given = _GivenDate(slopes, covariance, errors / n * (1.0 - 2.0 / n))
        change, reliability = foretold(given)
        before, after = moments[:, 2:, 2:].sum(axis=(1, 2)), covariance[:, 1:, 1:].sum(axis=(1, 2))
        apart = (n > 2) & (of_date > APART * of_date[0]) & (after > APART * before)
        return np.where(apart, slopes[:, 0] - change, np.nan), np.where(apart, reliability, np.nan)


def _as_known(given: _GivenDate) -> tuple[FloatArray, FloatArray]:
    """Take the score as it is."""
    change = given.covariance[:, 0, 1] / given.covariance[:, 1, 1] * given.slopes[:, 1]
    return change, np.ones(change.size)


def _without_error(given: _GivenDate) -> tuple[FloatArray, FloatArray]:
    """Take the error variance off the variance of the score."""
    variance = given.covariance[:, 1, 1]
    left = variance - given.errors
    change = given.covariance[:, 0, 1] / np.where(left > 0, left, np.nan) * given.slopes[:, 1]
    return change, left / variance


def _by_other_parts(given: _GivenDate) -> tuple[FloatArray, FloatArray]:
    """Let each part be foretold by the sum of the others."""
    among, with_benchmark = given.covariance[:, 1:, 1:], given.covariance[:, 1:, 0]
    variance = among.sum(axis=(1, 2))
    shared = variance - np.trace(among, axis1=1, axis2=2)
    others = with_benchmark.sum(axis=1)[:, None] - with_benchmark
    change = (others * given.slopes[:, 1:]).sum(axis=1) / np.where(shared > 0, shared, np.nan)
    n = among.shape[1]
    return change, n / (n - 1) * shared / variance


def _same(row: Sequence[int], corrected: Sequence[_One]) -> list[int]:
    """Return the benchmarks of a group whose trend could be corrected, all where none could."""
    could = [b for b in row if corrected[b].reason is None]
    return could or list(row)


def _together(ones: Sequence[_One], level: float) -> _Figure:
    """Take the mean of some trends, those that are defined, and leave out each family through it."""
    defined = [one for one in ones if one.reason is None]
    if not defined:
        reason = ones[0].reason if ones else "no benchmarks"
        return _Figure(float("nan"), float("nan"), float("nan"), 0, 0, reason)
    present = np.any([one.present for one in defined], axis=0)
    # A family that is not behind a benchmark cannot be left out of it: its trend stays as it is.
    without = np.mean([np.where(one.present, one.without, one.per_year) for one in defined], axis=0)[present]
    n = int(present.sum())
    mean = float(np.mean([one.per_year for one in defined]))
    n_models = max(one.n_models for one in defined)
    reason = None
    if n < FEWEST_FAMILIES:
        reason = f"{n} families; an interval needs at least {FEWEST_FAMILIES}"
    elif np.isnan(without).any():
        reason = f"without one family {TOGETHER}, or the capabilities score is all error"
    if reason is not None:
        return _Figure(mean, float("nan"), float("nan"), n_models, n, reason)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    half = float(stdtrit(n - 1.0, (1.0 + level) / 2.0) * error)
    return _Figure(mean, mean - half, mean + half, n_models, n, None)


def _trends(found: Sequence[_Figure]) -> Trends:
    return Trends(
        per_year=read_only([one.per_year for one in found]),
        low=read_only([one.low for one in found]),
        high=read_only([one.high for one in found]),
        n_models=np.array([one.n_models for one in found], dtype=np.int64),
        n_families=np.array([one.n_families for one in found], dtype=np.int64),
        reasons=tuple(one.reason for one in found),
    )


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
