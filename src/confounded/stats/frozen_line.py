"""The line of safety on the capabilities score in a reference population, frozen to hold changes against.

Beside the slope b stands what is not known of it: the line refitted without each family, loadings, standardisation and
all; and what a model's safety scatters about the line, within families and over all.

Words: *g* is the gradient b · w / σ of what the line predicts with respect to the suite's raw scores (w the loadings,
σ their standard deviations in the reference). A change Δs of raw scores is predicted to change safety by g · Δs, which
does not depend on the scale of the score, so that replicates can be compared without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.component import FirstComponent, first_component
from confounded.stats.intervals import FEWEST_FAMILIES

__all__ = [
    "FrozenLine",
    "Refits",
    "Scatter",
    "Slope",
    "family_refits",
    "frozen_line",
    "jackknife_variance",
]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

Slope = Literal["pooled", "within"]

FEWEST_MODELS: Final = 4
"""Models of the reference that a line is fitted to at least."""

FEWEST_SIBLING_FAMILIES: Final = 3
"""Families with two models or more that the scatter between siblings is taken from at least."""

SAME_COMPONENT: Final = 0.9
"""A replicate whose loadings have a smaller congruence with the full sample's has another first component."""

ROUNDING: Final = 1e-12
"""A sum of squares below this share of the values' own is none."""


@dataclass(frozen=True, slots=True)
class Refits:
    """The first component of a reference population of N models in F families, and that without each family.

    Parameters
    ----------
    suite : ndarray of shape (N, C)
    family : ndarray of int of shape (N,)
        From 0 to F - 1.
    full : FirstComponent
    loadings, centre, scale : ndarray of shape (F, C)
        Without each family; NaN where that is degenerate.
    """

    suite: FloatArray = field(repr=False)
    family: IntArray = field(repr=False)
    full: FirstComponent = field(repr=False)
    loadings: FloatArray = field(repr=False)
    centre: FloatArray = field(repr=False)
    scale: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scatter:
    """The variance of one model's safety about the line.

    Parameters
    ----------
    variance : float
        NaN where it cannot be had.
    df : float
        Degrees of freedom of its estimate: the families that tell of it, less one. Families differ in how much their
        models scatter, so that many models of few families tell little (`validation/compare/README.md`).
    weights : ndarray of shape (N,)
        How much the variance of each model counts in it: where errors of known variance v are part of the scores,
        weights · v of the variance is theirs.
    """

    variance: float
    df: float
    weights: FloatArray = field(repr=False)


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """The line of safety on the capabilities score in a reference population of N models.

    Parameters
    ----------
    loadings, centre, scale : ndarray of shape (C,)
        First eigenvector, means and standard deviations of the suite.
    scores : ndarray of shape (N,)
        Capabilities scores of the reference.
    explained_share : float
        Of the first component.
    slope, slope_error : float
        b, safety for each unit of the score, and its jackknife error, of the kind that was asked for.
    slope_df : float
        Families that tell of the slope, less one.
    slope_pooled, slope_within : float
        Both kinds; NaN where capability does not vary, or not within families.
    gradient : ndarray of shape (C,)
        b · loadings / scale.
    replicates : ndarray of shape (F, C)
        The gradient without each family that has safety scores; NaN where that is degenerate.
    siblings : Scatter
        Within families: Σ (r - r̄_f)² / (N - F), r the residuals.
    unrelated : Scatter
        Over all models: Σ r² / (N - 2).
    n_models, n_families, n_sibling_families : int
        Models with safety scores, their families, and those of these with two models or more.
    largest_sibling_change : float
        The largest difference in score between two models of one family.
    reason : str or None
        Why nothing can be held against it.
    """

    loadings: FloatArray = field(repr=False)
    centre: FloatArray = field(repr=False)
    scale: FloatArray = field(repr=False)
    scores: FloatArray = field(repr=False)
    explained_share: float
    slope: float
    slope_error: float
    slope_df: float
    slope_pooled: float
    slope_within: float
    gradient: FloatArray = field(repr=False)
    replicates: FloatArray = field(repr=False)
    siblings: Scatter = field(repr=False)
    unrelated: Scatter = field(repr=False)
    n_models: int
    n_families: int
    n_sibling_families: int
    largest_sibling_change: float
    reason: str | None

    def score(self, suite: ArrayLike) -> FloatArray:
        """Return the (P,) capabilities scores of raw scores (P, C) on the suite, NaN where one is missing."""
        rows = np.asarray(suite, dtype=np.float64)
        return np.asarray(((rows - self.centre) / self.scale * self.loadings).sum(axis=1))


def family_refits(
    suite: ArrayLike, families: ArrayLike, progress: Callable[[int, int], None] | None = None
) -> Refits:
    """Fit the first component to a reference population, and again without each family.

    Parameters
    ----------
    suite : array_like of shape (N, C)
        Complete scores.
    families : array_like of int of shape (N,)
    progress : callable, optional
        Told how many families were left out, and how many there are.

    Returns
    -------
    Refits
        For all lines on the same suite: it takes nearly all of their time.

    Raises
    ------
    StatisticsError
        If the shapes do not agree, or a capability benchmark is incomplete or constant.
    """
    X = np.asarray(suite, dtype=np.float64)
    if X.ndim != 2 or np.shape(families) != X.shape[:1]:
        raise StatisticsError("a suite (N, C) and families (N,)", found=f"{X.shape} and {np.shape(families)}")
    present, family = np.unique(np.asarray(families), return_inverse=True)
    full = first_component(X)
    loadings, centre, scale = (np.full((present.size, X.shape[1]), np.nan) for _ in range(3))
    for one in range(present.size):
        if progress:
            progress(one, present.size)
        rows = X[family != one]
        if len(rows) < FEWEST_MODELS or (np.ptp(rows, axis=0) == 0).any():
            continue
        fit = first_component(rows, reference=full.eigenvector)
        if fit.eigenvector @ full.eigenvector < SAME_COMPONENT:
            continue
        loadings[one], centre[one], scale[one] = fit.eigenvector, rows.mean(axis=0), rows.std(axis=0)
    return Refits(X, family, full, read_only(loadings), read_only(centre), read_only(scale))


def frozen_line(refits: Refits, safety: ArrayLike, slope: Slope) -> FrozenLine:
    """Fit the line of safety on the capabilities score to a reference population.

    Parameters
    ----------
    refits : Refits
    safety : array_like of shape (N,)
        Higher is safer; NaN where a model has no score. Such a model tells of the loadings alone.
    slope : {'pooled', 'within'}
        Least squares over all models, or over the deviations from the means of families.

    Returns
    -------
    FrozenLine

    Raises
    ------
    StatisticsError
        If the shapes do not agree.
    """
    X, family, fit = refits.suite, refits.family, refits.full
    y = np.asarray(safety, dtype=np.float64)
    if y.shape != family.shape:
        raise StatisticsError("safety of every model of the suite", found=f"{y.shape} and {X.shape}")
    known = ~np.isnan(y)
    x, own, scale = fit.scores[known], family[known], X.std(axis=0)
    slopes = {"pooled": _pooled(x, y[known]), "within": _within(x, y[known], own)}
    present, sizes = np.unique(own, return_counts=True)
    replicates = np.full((present.size, X.shape[1]), np.nan)
    for place, one in enumerate(present):
        replicates[place] = _gradient(refits, y, one, slope)
    n_sibling = int((sizes > 1).sum())
    b = slopes[slope]
    return FrozenLine(
        loadings=read_only(fit.eigenvector),
        centre=read_only(X.mean(axis=0)),
        scale=read_only(scale),
        scores=fit.scores,
        explained_share=fit.explained_share,
        slope=b,
        # A score that rises by one, each benchmark by its loading in standard deviations, raises safety by b.
        slope_error=float(np.sqrt(jackknife_variance(replicates @ (scale * fit.eigenvector)))),
        slope_df=float((present.size if slope == "pooled" else n_sibling) - 1),
        slope_pooled=slopes["pooled"],
        slope_within=slopes["within"],
        gradient=read_only(b * fit.eigenvector / scale),
        replicates=read_only(replicates),
        siblings=_between_siblings(fit.scores, y, known, family, b, slope),
        unrelated=_over_all(fit.scores, y, known, family, b),
        n_models=int(known.sum()),
        n_families=present.size,
        n_sibling_families=n_sibling,
        largest_sibling_change=max((float(np.ptp(x[own == one])) for one in present), default=float("nan")),
        reason=_reason(x.size, b, present.size, n_sibling, replicates),
    )


def jackknife_variance(replicates: ArrayLike) -> FloatArray:
    """Return (F - 1) / F · Σ (replicate - mean)² over the first axis, NaN where there is no replicate.

    Parameters
    ----------
    replicates : array_like of shape (F, ...)
    """
    values = np.asarray(replicates, dtype=np.float64)
    if not len(values):
        return np.full(values.shape[1:], np.nan)
    return np.asarray((len(values) - 1) / len(values) * ((values - values.mean(axis=0)) ** 2).sum(axis=0))


def _gradient(refits: Refits, y: FloatArray, without: int, slope: Slope) -> FloatArray | float:
    """Return the gradient without a family, NaN where the fit is degenerate."""
    kept = (refits.family != without) & ~np.isnan(y)
    if kept.sum() < FEWEST_MODELS or np.isnan(refits.loadings[without]).any():
        return float("nan")
    loadings, scale = refits.loadings[without], refits.scale[without]
    x = ((refits.suite[kept] - refits.centre[without]) / scale * loadings).sum(axis=1)
    b = _pooled(x, y[kept]) if slope == "pooled" else _within(x, y[kept], refits.family[kept])
    return np.asarray(b * loadings / scale)


def _pooled(x: FloatArray, y: FloatArray) -> float:
    """Return the slope of y on x by least squares."""
    return _ratio(x - x.mean(), y - y.mean(), x) if x.size else float("nan")


def _within(x: FloatArray, y: FloatArray, family: IntArray) -> float:
    """Return the slope of the deviations from the means of families."""
    return _ratio(_from_means(x, family), _from_means(y, family), x)


def _ratio(dx: FloatArray, dy: FloatArray, x: FloatArray) -> float:
    spread = float(dx @ dx)
    return float(dx @ dy) / spread if spread > ROUNDING * float(x @ x) else float("nan")


def _from_means(values: FloatArray, family: IntArray) -> FloatArray:
    """Return values less the mean of their family."""
    if not values.size:
        return values
    sizes = np.maximum(np.bincount(family), 1)
    return np.asarray(values - (np.bincount(family, values) / sizes)[family])


def _between_siblings(
    x: FloatArray, y: FloatArray, known: NDArray[np.bool_], family: IntArray, slope: float, kind: Slope
) -> Scatter:
    """Return the scatter within families. A slope fitted within them costs a degree of freedom there."""
    own = family[known]
    sizes = np.bincount(own, minlength=int(family.max(initial=0)) + 1)
    divisor = float(own.size - (sizes > 0).sum() - (kind == "within"))
    inside = _from_means(y[known] - slope * x[known], own)
    weights = np.where(known, 1.0 - 1.0 / np.maximum(sizes[family], 1), 0.0)
    return _scatter(inside, y[known], divisor, float((sizes > 1).sum() - 1), weights)


def _over_all(
    x: FloatArray, y: FloatArray, known: NDArray[np.bool_], family: IntArray, slope: float
) -> Scatter:
    """Return the scatter of all models."""
    residuals = y[known] - slope * x[known]
    from_line = residuals - residuals.mean() if residuals.size else residuals
    n_families = np.unique(family[known]).size
    return _scatter(from_line, y[known], residuals.size - 2.0, n_families - 1.0, known.astype(np.float64))


def _scatter(residuals: FloatArray, y: FloatArray, divisor: float, df: float, weights: FloatArray) -> Scatter:
    """Return the mean square of residuals; what is only rounding is nothing."""
    if divisor <= 0 or np.isnan(residuals).any():
        return Scatter(float("nan"), float("nan"), read_only(np.full(weights.shape, np.nan)))
    squares = float(residuals @ residuals)
    if squares <= ROUNDING * float(y @ y):
        squares = 0.0
    return Scatter(squares / divisor, df, read_only(weights / divisor))


def _reason(
    n_models: int, slope: float, n_families: int, n_sibling: int, replicates: FloatArray
) -> str | None:
    """Return why nothing can be held against a line, None where something can."""
    if n_models < FEWEST_MODELS:
        return f"{n_models} models of the reference have safety scores; a line needs at least {FEWEST_MODELS}"
    if n_families < FEWEST_FAMILIES:
        return f"{n_families} families in the reference; an interval needs at least {FEWEST_FAMILIES}"
    if n_sibling < FEWEST_SIBLING_FAMILIES:
        return (
            f"{n_sibling} families of the reference have two models or more; the scatter between siblings needs at "
            f"least {FEWEST_SIBLING_FAMILIES}"
        )
    if np.isnan(slope):
        return "capability does not vary in the reference"
    degenerate = int(np.isnan(replicates).any(axis=1).sum())
    if degenerate:
        return f"{degenerate} of {n_families} jackknife replicates of the reference are degenerate"
    return None
