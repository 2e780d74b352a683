"""How much of the spread between models is not measurement error, and what a correlation is without that error.

Words: the *reliability* of a benchmark is the share of the variance between models that is not error variance; the
*disattenuated* correlation is rho / √reliability (Spearman 1904).

Reliability is 1 - mean(error variance) / variance, both over the models, the variance with ddof = 0: a function of
the distribution of models alone, as the jackknife takes it to be. With the error variance p(1 - p) / (k - 1) of a
mean of k single 0/1 items this *is* formula 21 of Kuder & Richardson (1937). It takes the items to be equally hard
or, which is the same, drawn anew for each model; they are neither, so it is a lower bound of their formula 20.

What is corrected is the benchmark's error only, where the score is fitted: the estimand is then the correlation with
the score *as estimated by this suite*, so the suite's own unreliability stays in. Of a score held fixed whose errors
are known the study hands over the product of both reliabilities, and both errors are corrected. Spearman's correction
is exact for Pearson's correlation and approximate for the rank correlation it is applied to here; it also takes the
errors of benchmark and score to be independent, which they are not where the two share items. A corrected value may
lie beyond ±1; it is not clipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.intervals import Intervals, Jackknife, family_jackknife, jackknife_intervals

__all__ = [
    "Disattenuated",
    "Reliability",
    "binomial_error_variance",
    "disattenuated_intervals",
    "disattenuated_jackknife",
    "reliability",
    "reliability_left_out",
    "replicated_reliability",
]

FloatArray = NDArray[np.float64]

ROUNDING: Final = 1e-12
"""A resample whose variance is below this share of the full sample's holds one score only, and rounding errors."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """The reliabilities of B benchmarks.

    Parameters
    ----------
    value : ndarray of shape (B,)
        NaN where it is not known. At or below 0 where the models spread no more than their errors do: then it is
        shown, and nothing may be divided by its root.
    reasons : tuple of B (str or None)
        Why it is not known, or may not be used.
    """

    value: FloatArray = field(repr=False)
    reasons: tuple[str | None, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Disattenuated:
    """B correlations corrected for the measurement error of the benchmark.

    Parameters
    ----------
    rho : ndarray of shape (B,)
        rho / √reliability, not clipped; NaN where the reliability is not known or not above 0.
    scale : ndarray of shape (B,)
        1 / √reliability of the full sample.
    jackknife : Jackknife
        Of atanh(rho / scale), with the reliability recomputed in every replicate (see `disattenuated_jackknife`).
    """

    rho: FloatArray = field(repr=False)
    scale: FloatArray = field(repr=False)
    jackknife: Jackknife = field(repr=False)


def binomial_error_variance(shares: ArrayLike, n_items: ArrayLike) -> FloatArray:
    """Return the error variance p(1 - p) / (k - 1) of means of k single items worth 0 or 1, without bias.

    Parameters
    ----------
    shares : array_like of shape (M, B)
        Means between 0 and 1; NaN where a model has none.
    n_items : array_like of shape (B,)
        Items behind each mean; NaN where that is not known or where the benchmark is no such mean (calibration
        errors, ratings, composites).

    Returns
    -------
    ndarray of shape (M, B)
        NaN where the mean is missing, or the items are not known or fewer than two.

    Raises
    ------
    StatisticsError
        If the shapes do not agree, or a mean with known items lies outside 0 to 1.
    """
    p, k = np.asarray(shares, dtype=np.float64), np.asarray(n_items, dtype=np.float64)
    if p.ndim != 2 or k.shape != p.shape[1:]:
        raise StatisticsError(
            "means of shape (M, B) and items of shape (B,)", found=f"{p.shape} and {k.shape}"
        )
    outside = ((p < 0.0) | (p > 1.0)) & ~np.isnan(k)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise StatisticsError(
            "means between 0 and 1", found=f"{p[row, column]} in row {row}, column {column}"
        )
    return np.asarray(p * (1.0 - p) / np.where(k >= 2, k - 1.0, np.nan), dtype=np.float64)


def reliability(scores: ArrayLike, error_variance: ArrayLike) -> Reliability:
    """Return the share of the variance between models that is not error variance.

    Parameters
    ----------
    scores : array_like of shape (M, B)
        NaN where a model has none.
    error_variance : array_like of shape (M, B)
        Squared standard errors, given or from `binomial_error_variance`; NaN where not known.

    Returns
    -------
    Reliability
        Not known unless every model with a score has its error variance.

    Raises
    ------
    StatisticsError
        If the shapes differ or a variance is negative.
    """
    Y, E = _checked(scores, error_variance)
    value = replicated_reliability(Y, E, np.ones((1, Y.shape[0])))[0]
    lacking = (~np.isnan(Y) & np.isnan(E)).sum(axis=0)
    present = (~np.isnan(Y)).sum(axis=0)
    reasons = tuple(_reason(float(value[b]), int(present[b]), int(lacking[b])) for b in range(value.size))
    return Reliability(read_only(value), reasons)


def replicated_reliability(scores: ArrayLike, error_variance: ArrayLike, counts: ArrayLike) -> FloatArray:
    """Return the reliability in every resample.

    Parameters
    ----------
    scores, error_variance : array_like of shape (M, B)
        As for `reliability`.
    counts : array_like of shape (R, M)
        How often each model stands in each resample.

    Returns
    -------
    ndarray of shape (R, B)
        NaN where it is not known, or the resample has no variance.

    Raises
    ------
    StatisticsError
        If the shapes do not agree or a variance is negative.
    """
    Y, E = _checked(scores, error_variance)
    W = np.asarray(counts, dtype=np.float64)
    if W.ndim != 2 or W.shape[1] != Y.shape[0]:
        raise StatisticsError(f"counts of shape (R, {Y.shape[0]})", found=str(W.shape))
    return _from_sums(Y, E, lambda values: W @ values)


def reliability_left_out(
    scores: ArrayLike, error_variance: ArrayLike, units: ArrayLike, left_out: ArrayLike
) -> FloatArray:
    """Return the reliability without whole units: what all models sum to, less what these do.

    Parameters
    ----------
    scores, error_variance : array_like of shape (M, B)
        As for `reliability`.
    units : array_like of int of shape (M,)
        The unit of each model, from 0 upwards.
    left_out : array_like of int of shape (R, K)
        The units that each resample leaves out, all different.

    Returns
    -------
    ndarray of shape (R, B)
        As of `replicated_reliability`, up to rounding.

    Raises
    ------
    StatisticsError
        If the shapes do not agree or a variance is negative.
    """
    Y, E = _checked(scores, error_variance)
    unit, chosen = np.asarray(units, dtype=np.int64), np.asarray(left_out, dtype=np.int64)
    if unit.shape != Y.shape[:1] or chosen.ndim != 2:
        raise StatisticsError(
            f"units of shape ({Y.shape[0]},) and those left out (R, K)", found=f"{unit.shape}, {chosen.shape}"
        )

    def rest(values: FloatArray) -> FloatArray:
        sums = np.zeros((int(max(unit.max(initial=-1), chosen.max(initial=-1))) + 1, values.shape[1]))
        np.add.at(sums, unit, values)
        return np.asarray(sums.sum(axis=0) - sums[chosen].sum(axis=1), dtype=np.float64)

    return _from_sums(Y, E, rest)


def _from_sums(Y: FloatArray, E: FloatArray, sums: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Return the (R, B) reliabilities from the sums that a function takes of values (M, B) in every resample."""
    present = ~np.isnan(Y)
    unknown = (present & np.isnan(E)).any(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.where(present, Y, 0.0).sum(axis=0) / present.sum(axis=0)
        # Centred first: the squares of scores in the hundreds would swallow a small variance.
        D = np.where(present, Y - centre, 0.0)
        total = sums(present.astype(np.float64))
        mean = sums(D) / total
        variance = sums(D**2) / total - mean**2
        error = sums(np.where(present, E, 0.0)) / total
        value = 1.0 - error / variance
        varied = variance > ROUNDING * (D**2).sum(axis=0) / present.sum(axis=0)
    # Of a column without missing values nanmax and nanmin would do; of an empty one they would warn.
    low, high = np.where(present, Y, np.inf).min(axis=0), np.where(present, Y, -np.inf).max(axis=0)
    return np.asarray(np.where(varied & (high > low) & ~unknown, value, np.nan), dtype=np.float64)


def disattenuated_jackknife(
    rho: ArrayLike,
    left_out: ArrayLike,
    degenerate: ArrayLike,
    value: ArrayLike,
    value_left_out: ArrayLike,
    present: ArrayLike | None = None,
) -> Disattenuated:
    """Correct correlations for measurement error, the correction recomputed without each family.

    A corrected correlation may lie beyond ±1, where Fisher's z ends. So the jackknife runs on
    w = atanh(rho / √reliability / scale) with the scale 1 / √reliability of the full sample held fixed: the full
    sample's w is atanh(rho), replicates differ in both rho and reliability, and the interval is scale · tanh(w ± t ·
    standard error). Where the reliability is the same without each family, that is the raw interval times the scale.

    Parameters
    ----------
    rho : array_like of shape (B,)
        The correlations of the full sample.
    left_out : array_like of shape (F, B)
        The correlations without each family.
    degenerate : array_like of shape (F, B)
        True where such a replicate is degenerate.
    value : array_like of shape (B,)
        The reliabilities of the full sample.
    value_left_out : array_like of shape (F, B)
        The reliabilities without each family.
    present : array_like of shape (F, B), optional
        False where a family has no model with scores on the benchmark.

    Returns
    -------
    Disattenuated
        Undefined, with a reason, where the raw jackknife is, or where a reliability is not known or not above 0, in
        the full sample or in a replicate.

    Raises
    ------
    StatisticsError
        If the shapes do not agree.
    """
    raw, replicates = np.asarray(rho, dtype=np.float64), np.asarray(left_out, dtype=np.float64)
    r, each = np.asarray(value, dtype=np.float64), np.asarray(value_left_out, dtype=np.float64)
    if r.shape != raw.shape or each.shape != replicates.shape:
        raise StatisticsError(
            f"reliabilities of shapes {raw.shape} and {replicates.shape}", found=f"{r.shape} and {each.shape}"
        )
    there = np.ones(each.shape, np.bool_) if present is None else np.asarray(present, dtype=np.bool_)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(r > 0.0, 1.0 / np.sqrt(r), np.nan)
        shift = np.where(each > 0.0, np.sqrt(r / each), np.nan)
    refused = ~(r > 0.0)
    bad = np.asarray(degenerate, dtype=np.bool_)
    lost = there & ~bad & np.isnan(shift)
    usable = np.where(refused, np.nan, raw)
    jackknife = family_jackknife(usable, np.where(lost, np.nan, replicates * shift), bad | lost, there)
    reasons = tuple(
        _refusal(float(r[b])) if refused[b] else _lost(jackknife.reasons[b], int(lost[:, b].sum()))
        for b in range(raw.size)
    )
    named = Jackknife(jackknife.z, jackknife.standard_error, jackknife.n_families, reasons)
    return Disattenuated(read_only(raw * scale), read_only(scale), named)


def disattenuated_intervals(
    corrected: Disattenuated, level: float, degrees_of_freedom: ArrayLike | None = None
) -> Intervals:
    """Return the intervals of corrected correlations, never clipped.

    Parameters
    ----------
    corrected : Disattenuated
    level : float
        Nominal coverage, between 0 and 1.
    degrees_of_freedom : array_like of shape (B,), optional
        Of Student's t; F - 1 by default.

    Returns
    -------
    Intervals
    """
    within = jackknife_intervals(corrected.jackknife, level, degrees_of_freedom)
    return Intervals(
        read_only(within.low * corrected.scale),
        read_only(within.high * corrected.scale),
        level,
        within.reasons,
    )


def _checked(scores: ArrayLike, error_variance: ArrayLike) -> tuple[FloatArray, FloatArray]:
    Y, E = np.asarray(scores, dtype=np.float64), np.asarray(error_variance, dtype=np.float64)
    if Y.ndim != 2 or Y.shape != E.shape:
        raise StatisticsError(
            "scores and error variances of one shape (M, B)", found=f"{Y.shape} and {E.shape}"
        )
    if (E < 0.0).any():
        raise StatisticsError("error variances of at least 0", found=str(np.nanmin(E)))
    return Y, E


def _reason(value: float, n_present: int, n_lacking: int) -> str | None:
    if n_present == 0:
        return "no scores"
    if n_lacking:
        return f"no standard error for {n_lacking} of {n_present} models"
    if np.isnan(value):
        return "the scores do not vary"
    return None if value > 0.0 else _refusal(value)


def _refusal(value: float) -> str:
    if np.isnan(value):
        return "the reliability is not known"
    return f"the reliability is {value:.2f}: models spread no more than their measurement errors"


def _lost(reason: str | None, n_lost: int) -> str | None:
    """Name the reliability as the cause where it alone made replicates unusable."""
    if reason is None or n_lost == 0 or "degenerate" not in reason:
        return reason
    return f"leaving out {n_lost} of the families leaves a reliability of 0 or below"
