"""A fitted curve of a benchmark on capability, for the eye: it shows a shape, and no figure rests on it.

The curve is a restricted cubic spline (Durrleman & Simon 1989; Harrell 2015, section 2.4.5): cubic between three knots,
straight beyond the outer two, so that it has one parameter more than a line and cannot run away at the ends. The knots
are the quantiles that Harrell advises for three. The band is pointwise and takes families, not models, to be
independent: each family is left out once (the knots stay), and the standard error of the curve at a place is taken with
Student's t of F - 1 degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only

__all__ = ["Curve", "fitted_curve", "spline_basis"]

FloatArray = NDArray[np.float64]

KNOTS: Final = (0.1, 0.5, 0.9)
"""Quantiles of capability at which the knots lie (Harrell 2015, table 2.3)."""

FEWEST_FOR_SPLINE: Final = 10
"""Models below which a straight line is fitted instead: a parameter wants some five models or more."""

FEWEST_MODELS: Final = 4
FEWEST_FAMILIES: Final = 4
"""As for every other interval of the family jackknife (`stats.intervals`)."""

POINTS: Final = 13
"""Places at which a curve is given: between them one drawn smoothly cannot be told from it by eye."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve at P places.

    Parameters
    ----------
    x, y : ndarray of shape (P,)
    low, high : ndarray of shape (P,)
        The band; NaN where it is undefined.
    is_straight : bool
        Whether it is a line, because there are few models or capability takes few values.
    """

    x: FloatArray = field(repr=False)
    y: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    is_straight: bool


def spline_basis(x: ArrayLike, knots: ArrayLike | None) -> FloatArray:
    """Return the columns 1, x and, with three knots, the one that bends.

    Parameters
    ----------
    x : array_like of shape (N,)
    knots : array_like of shape (3,) or None

    Returns
    -------
    ndarray of shape (N, 2) or (N, 3)
    """
    values = np.asarray(x, dtype=np.float64)
    columns = [np.ones_like(values), values]
    if knots is not None:
        first, middle, last = np.asarray(knots, dtype=np.float64)
        above = [np.maximum(values - knot, 0.0) ** 3 for knot in (first, middle, last)]
        bend = (
            above[0]
            - above[1] * (last - first) / (last - middle)
            + above[2] * (middle - first) / (last - middle)
        )
        columns.append(bend / (last - first) ** 2)
    return np.column_stack(columns)


def fitted_curve(x: ArrayLike, y: ArrayLike, families: ArrayLike, level: float = 0.95) -> Curve | None:
    """Fit a curve of y on x, with a band that leaves out each family once.

    Parameters
    ----------
    x, y : array_like of shape (M,)
        NaN where a value is missing; such models are left out.
    families : array_like of int of shape (M,)
        The family of each model, from 0 up.
    level : float
        Nominal coverage of the band at each place, between 0 and 1.

    Returns
    -------
    Curve or None
        None where fewer than four models have both, or x does not vary.

    Raises
    ------
    StatisticsError
        If lengths differ or the level is not between 0 and 1.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    group = np.asarray(families)
    if a.ndim != 1 or not a.shape == b.shape == group.shape:
        raise StatisticsError(
            "two vectors and families of one length", found=f"{a.shape}, {b.shape} and {group.shape}"
        )
    if not 0.0 < level < 1.0:
        raise StatisticsError("a level between 0 and 1", found=str(level))
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    if a.size < FEWEST_MODELS or np.ptp(a) == 0:
        return None
    centre, scale = a.mean(), a.std()
    knots = _knots((a - centre) / scale)
    X = spline_basis((a - centre) / scale, knots)
    places = np.linspace(a.min(), a.max(), POINTS)
    basis = spline_basis((places - centre) / scale, knots)
    _, own = np.unique(group[both], return_inverse=True)
    whole, without = _fits(X, b, own)
    middle = basis @ whole
    half = _half_width(without @ basis.T, level)
    return Curve(
        read_only(places),
        read_only(middle),
        read_only(middle - half),
        read_only(middle + half),
        knots is None,
    )


def _knots(x: FloatArray) -> FloatArray | None:
    """Return three knots, None where a line is to be fitted."""
    knots = np.quantile(x, KNOTS)
    enough = x.size >= FEWEST_FOR_SPLINE and np.unique(x).size > len(KNOTS)
    return knots if enough and (np.diff(knots) > 0).all() else None


def _fits(X: FloatArray, y: FloatArray, own: NDArray[np.intp]) -> tuple[FloatArray, FloatArray]:
    """Return the coefficients (K,) of all models, and (F, K) those without each family: NaN where undetermined."""
    n_families, width = int(own.max()) + 1, X.shape[1]
    products, moments = np.zeros((n_families, width, width)), np.zeros((n_families, width))
    np.add.at(products, own, X[:, :, None] * X[:, None, :])
    np.add.at(moments, own, X * y[:, None])
    whole = np.linalg.lstsq(X, y, rcond=None)[0]
    left, right = products.sum(axis=0) - products, moments.sum(axis=0) - moments
    without = np.full((n_families, width), np.nan)
    # Standardised x keeps these matrices well scaled, so that a poor condition is a lack of data.
    solvable = np.linalg.cond(left) < 1.0 / np.finfo(np.float64).eps ** 0.5
    without[solvable] = np.linalg.solve(left[solvable], right[solvable][:, :, None])[:, :, 0]
    return np.asarray(whole, dtype=np.float64), without


def _half_width(replicates: FloatArray, level: float) -> FloatArray:
    """Return t times the jackknife's standard error of (F, P) replicates at each of P places."""
    n = len(replicates)
    if n < FEWEST_FAMILIES or np.isnan(replicates).any():
        return np.full(replicates.shape[1], np.nan)
    error = np.sqrt((n - 1) / n * ((replicates - replicates.mean(axis=0)) ** 2).sum(axis=0))
    return np.asarray(stdtrit(n - 1.0, (1.0 + level) / 2.0) * error, dtype=np.float64)
