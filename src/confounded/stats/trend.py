"""Does a score change over time among models of equal capability?

Each benchmark is brought to mean 0 and variance 1 over the models that have a score, a capabilities score and a date,
and regressed by least squares on capability and on the date. The coefficient of the date is the trend: standard
deviations a year, at fixed capability. Its interval takes families, not models, to be independent: each family is left
out once (the scale stays), and the standard error is taken with Student's t of F - 1 degrees of freedom. The mean trend
of several benchmarks goes through the same jackknife as one figure, so that what they share is counted.

The relation with capability is taken to be straight and the same at all times; a trend is one of the models that were
measured, and says nothing of why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only

__all__ = ["Trends", "adjusted_trends"]

FloatArray = NDArray[np.float64]

FEWEST_MODELS: Final = 8
"""Three parameters are fitted; below eight models there are too few left to say how well."""

FEWEST_FAMILIES: Final = 4
"""As for every other interval of the family jackknife (`stats.intervals`)."""

WELL_POSED: Final = 1e8
"""Condition of the normal equations, capability and date standardised, above which the two cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Trends:
    """Trends of B figures: benchmarks, or means of some.

    Parameters
    ----------
    per_year : ndarray of shape (B,)
        Standard deviations a year at fixed capability; NaN where undefined.
    low, high : ndarray of shape (B,)
        NaN where an interval is undefined.
    n_models, n_families : ndarray of int of shape (B,)
        Behind each; of a mean, the most of its benchmarks and the families behind any.
    reasons : tuple of B (str or None)
        Why one is undefined.
    """

    per_year: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    n_models: NDArray[np.int64] = field(repr=False)
    n_families: NDArray[np.int64] = field(repr=False)
    reasons: tuple[str | None, ...] = field(repr=False)


def adjusted_trends(
    score: ArrayLike,
    years: ArrayLike,
    columns: ArrayLike,
    families: ArrayLike,
    groups: ArrayLike,
    level: float = 0.95,
) -> Trends:
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

    Returns
    -------
    Trends
        One for each group.

    Raises
    ------
    StatisticsError
        If the shapes do not agree or the level is not between 0 and 1.
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
    each = [_trend(x, t, Y[:, b], own) for b in range(Y.shape[1])]
    found = [_together([each[b] for b in np.flatnonzero(row)], level) for row in member]
    return Trends(
        per_year=read_only([one.per_year for one in found]),
        low=read_only([one.low for one in found]),
        high=read_only([one.high for one in found]),
        n_models=np.array([one.n_models for one in found], dtype=np.int64),
        n_families=np.array([one.n_families for one in found], dtype=np.int64),
        reasons=tuple(one.reason for one in found),
    )


@dataclass(frozen=True, slots=True)
class _One:
    """The trend of one benchmark, and those without each family (NaN where undetermined)."""

    per_year: float
    without: FloatArray
    present: NDArray[np.bool_]
    n_models: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Figure:
    per_year: float
    low: float
    high: float
    n_models: int
    n_families: int
    reason: str | None


def _trend(x: FloatArray, t: FloatArray, y: FloatArray, own: NDArray[np.intp]) -> _One:
    known = ~(np.isnan(x) | np.isnan(t) | np.isnan(y))
    n_families = int(own.max(initial=-1)) + 1
    present = np.bincount(own[known], minlength=n_families) > 0
    nothing = np.full(n_families, np.nan)
    n = int(known.sum())
    if n < FEWEST_MODELS:
        return _One(float("nan"), nothing, present, n, f"{n} models; a trend needs at least {FEWEST_MODELS}")
    x, t, y, own = x[known], t[known], y[known], own[known]
    if min(np.ptp(x), np.ptp(t), np.ptp(y)) == 0:
        return _One(float("nan"), nothing, present, n, "scores, capability or dates do not vary")
    years = t.std()
    X = np.column_stack([np.ones(n), (x - x.mean()) / x.std(), (t - t.mean()) / years])
    z = (y - y.mean()) / y.std()
    products, moments = np.zeros((n_families, 3, 3)), np.zeros((n_families, 3))
    np.add.at(products, own, X[:, :, None] * X[:, None, :])
    np.add.at(moments, own, X * z[:, None])
    whole = _solved(products.sum(axis=0)[None], moments.sum(axis=0)[None])[0] / years
    without = _solved(products.sum(axis=0) - products, moments.sum(axis=0) - moments) / years
    reason = "capability and date cannot be told apart" if np.isnan(whole) else None
    return _One(float(whole), without, present, n, reason)


def _solved(products: FloatArray, moments: FloatArray) -> FloatArray:
    """Return the coefficient of the date of (K, 3, 3) normal equations, NaN where they are ill-posed."""
    found = np.full(len(products), np.nan)
    good = np.linalg.cond(products) < WELL_POSED
    found[good] = np.linalg.solve(products[good], moments[good][:, :, None])[:, 2, 0]
    return found


def _together(ones: list[_One], level: float) -> _Figure:
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
        reason = "without one family capability and date cannot be told apart"
    if reason is not None:
        return _Figure(mean, float("nan"), float("nan"), n_models, n, reason)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    half = float(stdtrit(n - 1.0, (1.0 + level) / 2.0) * error)
    return _Figure(mean, mean - half, mean + half, n_models, n, None)
