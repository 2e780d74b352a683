"""Differential progress: how much more safety changed than the change in capability predicts.

Of a model that became another, D = Δsafety - b · Δscore is what the line of a reference population does not predict
(`confounded.stats.frozen_line`). It is held against three variances:

- *the prediction*: the predicted change by the line without each family, (F - 1) / F · Σ (change₍₋f₎ - mean)².
- *the scatter*: between any two siblings safety differs by more or less than the line says, without anybody's work on
  safety: twice the variance of one model about the line within its family. Where a model became one of another family
  it is twice the variance about the line over all models.
- *measurement*: the errors of the scores before and after, taken to be independent. The scatter of the reference
  holds the errors of its own scores; where these are known they are taken out of it, so that errors count once.

The degrees of freedom are those of Satterthwaite (1946, Biometrics Bulletin 2) for the sum. An error variance counts as
known.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.frozen_line import FrozenLine, Scatter, jackknife_variance

__all__ = ["DifferentialProgress", "Pairs", "differential_progress"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """P models before and after.

    Parameters
    ----------
    suite_before, suite_after : ndarray of shape (P, C)
    safety_before, safety_after : ndarray of shape (P,)
        Higher is safer. A pair that lacks a score is not compared.
    suite_variance : ndarray of shape (P, C)
        Error variance of the change on each benchmark of the suite; NaN where not known.
    safety_variance : ndarray of shape (P,)
        Error variance of the change in safety; NaN where not known.
    siblings : ndarray of bool of shape (P,)
        Whether before and after are of one family.
    groups : ndarray of int of shape (P,)
        Pairs of the same families have the same number: their scatter is taken to be common to them.
    rows : ndarray of int of shape (P,)
        Pairs that share a row, be it before or after, have the same number: so are their errors.
    """

    suite_before: FloatArray = field(repr=False)
    suite_after: FloatArray = field(repr=False)
    safety_before: FloatArray = field(repr=False)
    safety_after: FloatArray = field(repr=False)
    suite_variance: FloatArray = field(repr=False)
    safety_variance: FloatArray = field(repr=False)
    siblings: NDArray[np.bool_] = field(repr=False)
    groups: NDArray[np.int64] = field(repr=False)
    rows: NDArray[np.int64] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DifferentialProgress:
    """What P pairs say, and as one more entry at the end the mean over them: all arrays are of shape (P + 1,).

    Parameters
    ----------
    change, score_change : ndarray
        Δsafety and Δscore.
    predicted : ndarray
        b · Δscore.
    difference : ndarray
        D = change - predicted.
    prediction_variance, scatter_variance, error_variance : ndarray
        The parts of the variance of D.
    standard_error, df : ndarray
        The root of their sum, and the degrees of freedom of Student's t.
    low, high : ndarray
        Interval of D.
    p : ndarray
        Of D = 0, two-sided.
    level : float
    """

    change: FloatArray = field(repr=False)
    score_change: FloatArray = field(repr=False)
    predicted: FloatArray = field(repr=False)
    difference: FloatArray = field(repr=False)
    prediction_variance: FloatArray = field(repr=False)
    scatter_variance: FloatArray = field(repr=False)
    error_variance: FloatArray = field(repr=False)
    standard_error: FloatArray = field(repr=False)
    df: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    p: FloatArray = field(repr=False)
    level: float


def differential_progress(
    line: FrozenLine,
    pairs: Pairs,
    *,
    suite_variance: ArrayLike | None = None,
    safety_variance: ArrayLike | None = None,
    level: float = 0.95,
) -> DifferentialProgress:
    """Hold changes in safety against what a frozen line predicts of them.

    Parameters
    ----------
    line : FrozenLine
        Of N models, none of them in the pairs.
    pairs : Pairs
    suite_variance : array_like of shape (N, C), optional
        Error variances of the reference's suite. Those of a benchmark count where they are known of all models.
    safety_variance : array_like of shape (N,), optional
        Those of its safety scores.
    level : float
        Nominal coverage of the intervals, between 0 and 1.

    Returns
    -------
    DifferentialProgress
        A pair that lacks a score is NaN and the mean is over the others. Where the line has a reason against it, and
        where nothing at all is uncertain, there are no intervals.

    Raises
    ------
    StatisticsError
        If the level is not between 0 and 1.

    Notes
    -----
    The mean weighs pairs equally. The scatter of the pairs of one group is common to them: several models of one
    family are no more evidence against it than one. Between groups it is independent. Errors are independent between
    pairs, but of pairs that share a row they count as common.
    """
    if not 0.0 < level < 1.0:
        raise StatisticsError("a level between 0 and 1", found=str(level))
    moved = pairs.suite_after - pairs.suite_before
    change = pairs.safety_after - pairs.safety_before
    usable = ~np.isnan(moved).any(axis=1) & ~np.isnan(change)
    moved, change = np.where(usable[:, None], moved, 0.0), np.where(usable, change, 0.0)
    weights = np.vstack([np.diag(usable * 1.0), usable / max(usable.sum(), 1)])
    is_there = np.asarray(weights.any(axis=1), dtype=np.bool_)
    errors, scatter, df = _own_parts(line, pairs, suite_variance, safety_variance)

    prediction_variance = jackknife_variance(line.replicates @ moved.T @ weights.T)
    scatter_variance = _common_within(weights, scatter, pairs.groups)
    error_variance = _common_within(weights, errors, pairs.rows)
    total = prediction_variance + scatter_variance + error_variance
    standard_error = np.sqrt(total)
    estimated = _common_within(weights, _raw(line, pairs), pairs.groups)
    smallest_df = np.array([df[row > 0].min(initial=np.inf) for row in weights])
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = total**2 / (prediction_variance**2 / line.slope_df + estimated**2 / smallest_df)
        difference = weights @ (change - moved @ line.gradient)
        t = difference / standard_error
    defined = np.asarray(is_there & (standard_error > 0) & (line.reason is None), dtype=np.bool_)

    def shown(values: FloatArray, where: NDArray[np.bool_] = is_there) -> FloatArray:
        return read_only(np.where(where, values, np.nan))

    half = stdtrit(np.where(defined, freedom, np.nan), (1.0 + level) / 2.0) * standard_error
    return DifferentialProgress(
        change=shown(weights @ change),
        score_change=shown(weights @ ((moved / line.scale) @ line.loadings)),
        predicted=shown(weights @ (moved @ line.gradient)),
        difference=shown(difference),
        prediction_variance=shown(prediction_variance),
        scatter_variance=shown(scatter_variance),
        error_variance=shown(error_variance),
        standard_error=shown(standard_error),
        df=shown(freedom, defined),
        low=shown(difference - half, defined),
        high=shown(difference + half, defined),
        p=shown(2.0 * stdtr(np.where(defined, freedom, np.nan), -np.abs(t)), defined),
        level=level,
    )


def _raw(line: FrozenLine, pairs: Pairs) -> FloatArray:
    """Return the (P,) variances of a change about the line, the errors of the reference's scores in it."""
    return 2.0 * np.where(pairs.siblings, line.siblings.variance, line.unrelated.variance)


def _own_parts(
    line: FrozenLine, pairs: Pairs, suite_variance: ArrayLike | None, safety_variance: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return each pair's error variance, its scatter without the reference's errors, and the scatter's df.

    Errors of the reference are taken out of the scatter only where the pair's own are put in: where these are not
    known, the scatter's share stands for them.
    """
    n, squared = line.scores.size, line.gradient**2
    own = np.column_stack([pairs.safety_variance, pairs.suite_variance * squared])
    there = np.column_stack(
        [
            np.full(n, np.nan) if safety_variance is None else np.asarray(safety_variance, dtype=np.float64),
            np.full((n, squared.size), np.nan)
            if suite_variance is None
            else np.asarray(suite_variance, dtype=np.float64) * squared,
        ]
    )
    parts = {one: _share(line.siblings if one else line.unrelated, there) for one in (True, False)}
    inside = np.where(pairs.siblings[:, None], parts[True], parts[False])
    taken_out = 2.0 * np.where(np.isnan(own) | np.isnan(inside), 0.0, inside).sum(axis=1)
    df = np.where(pairs.siblings, line.siblings.df, line.unrelated.df)
    return np.nansum(own, axis=1), np.maximum(_raw(line, pairs) - taken_out, 0.0), df


def _share(scatter: Scatter, variances: FloatArray) -> FloatArray:
    """Return the part of a scatter that errors of known variance make up, NaN where one that counts is not known."""
    counting = scatter.weights > 0
    return np.asarray(scatter.weights[counting] @ variances[counting])


def _common_within(weights: FloatArray, variances: FloatArray, groups: NDArray[np.int64]) -> FloatArray:
    """Return the variances of weighted sums whose terms are common within groups, independent between them."""
    of_group = (groups[:, None] == np.unique(groups)) * np.sqrt(variances)[:, None]
    return np.asarray(((weights @ of_group) ** 2).sum(axis=1))
