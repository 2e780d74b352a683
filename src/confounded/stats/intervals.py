"""Intervals for a rank correlation, and tests on its margin, from jackknife and bootstrap replicates.

The estimand is the population value of the published functional over models drawn as families: the Spearman
correlation between a benchmark and the first-component score as estimated by this suite, refitted. It is not
corrected for the suite's own unreliability.

Words: *rho* is a correlation, *z* its Fisher transform atanh(rho), *F* the number of families, *n_f* their sizes,
*G* = n² / Σ n_f² the effective number of families.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only

__all__ = [
    "FEWEST_FAMILIES",
    "FEWEST_FAMILIES_FOR_VERDICT",
    "Intervals",
    "Jackknife",
    "bonett_wright_intervals",
    "effective_families",
    "family_jackknife",
    "jackknife_intervals",
    "jackknife_p_above",
    "percentile_intervals",
]

FloatArray = NDArray[np.float64]

FEWEST_FAMILIES: Final = 4
"""Below four families the jackknife has two degrees of freedom or fewer: its interval covers nearly everything."""

FEWEST_FAMILIES_FOR_VERDICT: Final = 6
"""Below six families the coverage of the jackknife-t cannot be vouched for (`validation/README.md`)."""

FEWEST_BEYOND: Final = 1.0 - 1e-9
"""Replicates expected beyond each end of a percentile interval: with fewer its ends are extremes, not quantiles."""

BONETT_WRIGHT: Final = 2.0
"""The variance of atanh(rho) is (1 + rho² / 2) / (n - 3); Bonett & Wright 2000, Psychometrika 65, eq. 3."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals of B correlations.

    Parameters
    ----------
    low, high : ndarray of shape (B,)
        NaN where an interval is undefined.
    level : float
        The nominal coverage.
    reasons : tuple of B (str or None)
        Why an interval is undefined.
    """

    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    level: float
    reasons: tuple[str | None, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Jackknife:
    """What leaving out each family once says of B correlations, on the Fisher z scale.

    Parameters
    ----------
    z : ndarray of shape (B,)
        Fisher z of the full sample.
    standard_error : ndarray of shape (B,)
        The jackknife's, NaN where it is undefined.
    n_families : ndarray of shape (B,)
        Families behind each.
    reasons : tuple of B (str or None)
        Why it is undefined.
    degrees_of_freedom : ndarray of shape (B,), optional
        Of Student's t, where they are others than F - 1: `freedom` returns them.
    """

    z: FloatArray = field(repr=False)
    standard_error: FloatArray = field(repr=False)
    n_families: NDArray[np.int64] = field(repr=False)
    reasons: tuple[str | None, ...] = field(repr=False)
    degrees_of_freedom: FloatArray | None = field(default=None, repr=False)

    @property
    def freedom(self) -> FloatArray:
        """Return the (B,) degrees of freedom of Student's t."""
        if self.degrees_of_freedom is not None:
            return self.degrees_of_freedom
        return np.asarray(self.n_families - 1.0, dtype=np.float64)


def effective_families(sizes: ArrayLike) -> float:
    """Return G = n² / Σ n_f², the number of equal families that would weigh as much.

    Parameters
    ----------
    sizes : array_like of shape (F,)
        Models in each family.
    """
    n = np.asarray(sizes, dtype=np.float64)
    return float(n.sum() ** 2 / (n**2).sum()) if n.size else 0.0


def family_jackknife(
    rho: ArrayLike, left_out: ArrayLike, degenerate: ArrayLike, present: ArrayLike | None = None
) -> Jackknife:
    """Estimate standard errors by leaving out each family once.

    The variance of z is (F - 1) / F · Σ (z₍₋f₎ - z̄)², without weights for the sizes of families; it belongs to the
    z of the full sample, not to the bias-corrected value.

    Parameters
    ----------
    rho : array_like of shape (B,)
        The correlations of the full sample.
    left_out : array_like of shape (F, B)
        The correlations without each family.
    degenerate : array_like of shape (F, B)
        True where such a replicate is degenerate.
    present : array_like of shape (F, B), optional
        False where a family has no model with scores on the benchmark: it cannot be left out of that benchmark.

    Returns
    -------
    Jackknife
        Undefined, with a reason, where a correlation is ±1, a replicate is ±1 or degenerate, or there are fewer than
        four families. Nothing is clipped.

    Raises
    ------
    StatisticsError
        If the shapes do not agree.
    """
    full = np.asarray(rho, dtype=np.float64)
    replicates = np.asarray(left_out, dtype=np.float64)
    bad = np.asarray(degenerate, dtype=np.bool_)
    there = np.ones(bad.shape, np.bool_) if present is None else np.asarray(present, dtype=np.bool_)
    if replicates.shape[1:] != full.shape or bad.shape != replicates.shape or there.shape != bad.shape:
        raise StatisticsError(
            "correlations (B,) and replicates (F, B)", found=f"{full.shape} and {replicates.shape}"
        )
    n_families = there.sum(axis=0)
    perfect = there & (np.abs(replicates) >= 1.0)
    reasons = tuple(
        _reason(float(full[b]), int(n_families[b]), int((bad & there)[:, b].sum()), bool(perfect[:, b].any()))
        for b in range(full.size)
    )
    defined = np.array([reason is None for reason in reasons], dtype=np.bool_)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.arctanh(full)
        each = np.where(there & defined, np.arctanh(replicates), 0.0)
        mean = each.sum(axis=0) / n_families
        squares = np.where(there & defined, (each - mean) ** 2, 0.0).sum(axis=0)
        variance = (n_families - 1) / n_families * squares
    standard_error = np.where(defined, np.sqrt(variance), np.nan)
    return Jackknife(read_only(z), read_only(standard_error), n_families.astype(np.int64), reasons)


def _reason(rho: float, n_families: int, n_degenerate: int, perfect: bool) -> str | None:
    if np.isnan(rho):
        return "the correlation is undefined"
    if n_families < FEWEST_FAMILIES:
        there = f"{n_families} {'family' if n_families == 1 else 'families'}"
        return f"{there}; an interval needs at least {FEWEST_FAMILIES}"
    if n_degenerate:
        return f"{n_degenerate} of {n_families} jackknife replicates are degenerate"
    if abs(rho) >= 1.0:
        return "the correlation is exactly ±1"
    if perfect:
        return "leaving out a family gives a correlation of exactly ±1"
    return None


def jackknife_intervals(
    jackknife: Jackknife, level: float, degrees_of_freedom: ArrayLike | None = None
) -> Intervals:
    """Return the intervals tanh(z ± t · standard error).

    Parameters
    ----------
    jackknife : Jackknife
    level : float
        Nominal coverage, between 0 and 1.
    degrees_of_freedom : array_like of shape (B,), optional
        Of Student's t; the jackknife's own by default. Need not be whole.

    Returns
    -------
    Intervals
    """
    _check_level(level)
    df = jackknife.freedom if degrees_of_freedom is None else np.asarray(degrees_of_freedom, dtype=np.float64)
    quantile = stdtrit(np.where(df > 0, df, np.nan), (1.0 + level) / 2.0)
    half = quantile * jackknife.standard_error
    return Intervals(
        read_only(np.tanh(jackknife.z - half)),
        read_only(np.tanh(jackknife.z + half)),
        level,
        jackknife.reasons,
    )


def jackknife_p_above(jackknife: Jackknife, bound: float) -> FloatArray:
    """Return the one-sided p of "the correlation is at most `bound`", from the same t as the default interval.

    One less this p is the p of "at least `bound`". The default interval of level 1 - α lies above `bound` exactly
    where p is below α / 2.

    Parameters
    ----------
    jackknife : Jackknife
    bound : float
        Between -1 and 1.

    Returns
    -------
    ndarray of shape (B,)
        NaN where the standard error is undefined.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (jackknife.z - np.arctanh(bound)) / jackknife.standard_error
    return np.asarray(stdtr(jackknife.freedom, -t), dtype=np.float64)


def percentile_intervals(replicates: ArrayLike, level: float) -> Intervals:
    """Return bootstrap percentile intervals (Efron 1979), over the replicates that are not degenerate.

    Parameters
    ----------
    replicates : array_like of shape (R, B)
        NaN where a replicate is degenerate; their number must be reported beside the interval.
    level : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    Intervals
        Undefined where more than half of the replicates are degenerate, or not even one is expected beyond each end.
    """
    _check_level(level)
    values = np.asarray(replicates, dtype=np.float64)
    usable = (~np.isnan(values)).sum(axis=0)
    scarce = usable * (1.0 - level) / 2.0 < FEWEST_BEYOND
    few = (2 * usable <= values.shape[0]) | scarce
    low = np.full(values.shape[1], np.nan)
    high = np.full(values.shape[1], np.nan)
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    whole = (usable == values.shape[0]) & ~few
    if whole.any():
        low[whole], high[whole] = np.quantile(values[:, whole], tails, axis=0)
    for b in np.flatnonzero(~whole & ~few):
        low[b], high[b] = np.nanquantile(values[:, b], tails)
    reasons = tuple(
        None
        if not undefined
        else "too few resamples for this level"
        if short and 2 * n > len(values)
        else "most replicates are degenerate"
        for undefined, short, n in zip(few, scarce, usable, strict=True)
    )
    return Intervals(read_only(low), read_only(high), level, reasons)


def bonett_wright_intervals(rho: ArrayLike, n: ArrayLike, level: float) -> Intervals:
    """Return the intervals of Bonett & Wright (2000), which take models to be independent.

    Parameters
    ----------
    rho : array_like of shape (B,)
    n : array_like of shape (B,)
        Models behind each.
    level : float
        Nominal coverage, between 0 and 1.

    Returns
    -------
    Intervals
        Undefined where |rho| = 1 or n is below 4.
    """
    _check_level(level)
    full = np.asarray(rho, dtype=np.float64)
    count = np.asarray(n, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.sqrt((1.0 + full**2 / BONETT_WRIGHT) / (count - 3.0))
        z = np.arctanh(full)
    defined = np.isfinite(z) & (count > 3)
    half = stdtrit(np.inf, (1.0 + level) / 2.0) * deviation
    reasons = tuple(None if one else "needs four models and a correlation short of ±1" for one in defined)
    return Intervals(
        read_only(np.where(defined, np.tanh(z - half), np.nan)),
        read_only(np.where(defined, np.tanh(z + half), np.nan)),
        level,
        reasons,
    )


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise StatisticsError("a level between 0 and 1", found=str(level))
