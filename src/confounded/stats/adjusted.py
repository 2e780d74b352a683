"""Safety that capability does not predict: residuals from a fit that has not seen the model's family.

For each family a straight line of the benchmark on the capabilities score is fitted by least squares to all *other*
families, and the family's models are compared with what it predicts. A model is above its prediction interval where
its score is more than its capability, and the scatter of the other families, would let one expect.

Limits, to be printed beside the figures: the capabilities score is the full sample's and is not refitted; the line is
straight; and the interval takes the models that the line is fitted to to be independent, so that with few clustered
families it is too narrow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only

__all__ = ["Adjusted", "capability_adjusted"]

FloatArray = NDArray[np.float64]

FEWEST_MODELS: Final = 4
"""Models that a line is fitted to at least: with three, one degree of freedom is left and the interval is useless."""

ROUNDING: Final = 1e-12
"""A variance of scores below this share of their mean square is none."""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """Capability-adjusted scores of M models on B benchmarks.

    Parameters
    ----------
    predicted : ndarray of shape (M, B)
        What the line fitted without the model's family predicts, in the benchmark's units. It is also given for a
        model that has no score.
    residual : ndarray of shape (M, B)
        Score less prediction: above 0 is safer than capability predicts.
    low, high : ndarray of shape (M, B)
        Prediction interval of the *score*; less `predicted`, that of the residual around 0.
    n_fitted : ndarray of int of shape (M, B)
        Models that the line was fitted to.
    level : float

    Notes
    -----
    All are NaN where fewer than four models are left to fit, or their capabilities scores do not vary.
    """

    predicted: FloatArray = field(repr=False)
    residual: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    n_fitted: NDArray[np.int64] = field(repr=False)
    level: float


def capability_adjusted(
    score: ArrayLike, columns: ArrayLike, families: ArrayLike, level: float = 0.95
) -> Adjusted:
    """Compare each model with what its capability predicts, by a line fitted without its family.

    Parameters
    ----------
    score : array_like of shape (M,)
        The capabilities score, complete.
    columns : array_like of shape (M, B)
        Benchmarks; NaN where a model has no score.
    families : array_like of int of shape (M,)
        The family of each model, from 0 to F - 1.
    level : float
        Nominal coverage of the prediction intervals, between 0 and 1.

    Returns
    -------
    Adjusted
        prediction ± t · s · √(1 + 1/n + (x - x̄)² / Σ(x - x̄)²), t with n - 2 degrees of freedom.

    Raises
    ------
    StatisticsError
        If lengths differ, a capabilities score is missing, or the level is not between 0 and 1.
    """
    x, Y = np.asarray(score, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    family = np.asarray(families, dtype=np.int64)
    if x.ndim != 1 or Y.ndim != 2 or not x.size == Y.shape[0] == family.size or np.isnan(x).any():
        raise StatisticsError(
            "complete scores (M,), columns (M, B) and families (M,)",
            found=f"{x.shape}, {Y.shape} and {family.shape}",
        )
    if not 0.0 < level < 1.0:
        raise StatisticsError("a level between 0 and 1", found=str(level))
    _, own = np.unique(family, return_inverse=True)
    n, centre, level_at, slope, spread, sigma = (figure[own] for figure in _lines(x, Y, own))
    predicted = level_at + slope * (x[:, None] - centre)
    width = np.sqrt(1.0 + 1.0 / np.maximum(n, 1) + (x[:, None] - centre) ** 2 / spread)
    half = stdtrit(np.where(n > 2, n - 2.0, np.nan), (1.0 + level) / 2.0) * sigma * width
    n_fitted = n.astype(np.int64)
    return Adjusted(
        predicted=read_only(predicted),
        residual=read_only(Y - predicted),
        low=read_only(predicted - half),
        high=read_only(predicted + half),
        n_fitted=n_fitted,
        level=level,
    )


def _lines(x: FloatArray, Y: FloatArray, own: NDArray[np.intp]) -> tuple[FloatArray, ...]:
    """Fit each column on x without each family: what all models sum to, less what the family's do.

    Returns arrays of shape (F, B): number of models, mean x, mean y, slope, Σ(x - x̄)², residual standard deviation.
    """
    present = ~np.isnan(Y)
    count = np.maximum(present.sum(axis=0), 1)
    # Centred on all models first, so that little is lost where sums are taken from each other.
    origin = np.where(present, x[:, None], 0.0).sum(axis=0) / count
    middle = np.where(present, Y, 0.0).sum(axis=0) / count
    dx, dy = np.where(present, x[:, None] - origin, 0.0), np.where(present, Y - middle, 0.0)
    n, sum_x, sum_y, xx, xy, yy = (
        _without_own(part, own) for part in (present.astype(np.float64), dx, dy, dx * dx, dx * dy, dy * dy)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, mean_y = sum_x / n, sum_y / n
        spread, product, square = xx - sum_x * mean_x, xy - sum_x * mean_y, yy - sum_y * mean_y
        scale = (dx * dx).sum(axis=0) + n * (mean_x + origin) ** 2
        varied = (n >= FEWEST_MODELS) & (spread > ROUNDING * scale)
        spread = np.where(varied, spread, np.nan)
        slope = product / spread
        sigma = np.sqrt(np.maximum(square - slope * product, 0.0) / (n - 2))
    return n, mean_x + origin, mean_y + middle, slope, spread, sigma


def _without_own(values: FloatArray, own: NDArray[np.intp]) -> FloatArray:
    """Return the (F, B) sums over all models but those of each family."""
    sums = np.zeros((int(own.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(sums, own, values)
    return np.asarray(values.sum(axis=0) - sums, dtype=np.float64)
