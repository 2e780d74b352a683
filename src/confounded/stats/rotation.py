"""Two components of a suite, turned so that each capability benchmark hangs on one of them as far as may be.

The first two eigenvectors of the Spearman matrix say how many dimensions there are, not what they are: the first is
what all benchmarks share, the second what divides them. *Varimax* (Kaiser 1958; raw, without his normalisation) turns
the plane of the two so that loadings are large or near 0. The turned components are uncorrelated where the scores are
as correlated as their ranks; what the general component took now stands on both of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.completed import CONGRUENCE
from confounded.stats.component import standardise
from confounded.stats.ranks import spearman_matrix

__all__ = ["TwoComponents", "completed_components", "two_components", "varimax_angle"]

FloatArray = NDArray[np.float64]

FEWEST_COLUMNS: Final = 3


@dataclass(frozen=True, slots=True)
class TwoComponents:
    """Two turned components of a suite of C columns over N models.

    Parameters
    ----------
    loadings : ndarray of shape (C, 2)
        Correlations, by ranks, of the columns with the components.
    scores : ndarray of shape (N, 2)
        Of the models, from standardised columns (not their ranks).
    congruence : float
        With the reference: the smaller of Tucker's congruences of the two; 1 without a reference.
    """

    loadings: FloatArray = field(repr=False)
    scores: FloatArray = field(repr=False)
    congruence: float


def varimax_angle(loadings: ArrayLike) -> float:
    """Return by how much to turn two columns of loadings so that the variance of their squares is greatest.

    Parameters
    ----------
    loadings : array_like of shape (C, 2)

    Returns
    -------
    float
        In radians, of the turn [[cos, -sin], [sin, cos]] behind the loadings (Kaiser 1958, eq. 15).
    """
    a, b = np.asarray(loadings, dtype=np.float64).T
    u, v = a**2 - b**2, 2.0 * a * b
    top = 2.0 * (u * v).sum() - 2.0 * u.sum() * v.sum() / a.size
    bottom = (u**2 - v**2).sum() - (u.sum() ** 2 - v.sum() ** 2) / a.size
    return float(np.arctan2(top, bottom) / 4.0)


def two_components(columns: ArrayLike, reference: ArrayLike | None = None) -> TwoComponents:
    """Fit two components and turn them by varimax.

    Parameters
    ----------
    columns : array_like of shape (N, C)
        Complete scores on C ≥ 3 capability benchmarks, none constant.
    reference : array_like of shape (C, 2), optional
        Loadings of the full sample: the components take the order and signs that are most like these. Without it, the
        first is the one that explains more, and the loadings of each sum to more than 0.

    Returns
    -------
    TwoComponents

    Raises
    ------
    StatisticsError
        If there are fewer than three columns, a value is missing or a column is constant.
    """
    X = np.asarray(columns, dtype=np.float64)
    if X.ndim != 2 or X.shape[1] < FEWEST_COLUMNS:
        raise StatisticsError("columns (N, C) with C of 3 or more", found=str(X.shape))
    values, vectors = np.linalg.eigh(spearman_matrix(X))
    values, vectors = np.maximum(values[:-3:-1], 0.0), vectors[:, :-3:-1]
    # The signs of eigenvectors are arbitrary; turned loadings must not depend on them beyond their own signs.
    vectors = vectors * np.where(vectors.sum(axis=0) < 0, -1.0, 1.0)
    loadings = vectors * np.sqrt(values)
    angle = varimax_angle(loadings)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = loadings @ turn
    with np.errstate(divide="ignore"):
        weights = vectors / np.sqrt(values) @ turn
    order, signs, congruence = _aligned(turned, reference)
    turned, weights = turned[:, order] * signs, weights[:, order] * signs
    Z = standardise(X)
    # Summed row by row, so that models with the same scores tie exactly.
    scores = np.column_stack([(Z * weight).sum(axis=1) for weight in weights.T])
    return TwoComponents(read_only(turned), read_only(scores), congruence)


def completed_components(completed: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the (M, N, 2) scores of two components of each of M completed suites.

    Parameters
    ----------
    completed : ndarray of shape (M, N, C)
    reference : ndarray of shape (C, 2)
        As of `two_components`.

    Returns
    -------
    ndarray of shape (M, N, 2)

    Raises
    ------
    StatisticsError
        If they are other components than those of the reference, on average.
    """
    fits = [two_components(one, reference) for one in completed]
    if np.mean([fit.congruence for fit in fits]) < CONGRUENCE:
        raise StatisticsError("the components of the whole suite", found="others")
    return np.array([fit.scores for fit in fits])


def _aligned(turned: FloatArray, reference: ArrayLike | None) -> tuple[list[int], FloatArray, float]:
    """Return the order and the signs of the components, and how like the reference they are."""
    if reference is None:
        order = [0, 1] if (turned[:, 0] ** 2).sum() >= (turned[:, 1] ** 2).sum() else [1, 0]
        return order, np.where(turned[:, order].sum(axis=0) < 0, -1.0, 1.0), 1.0
    known = np.asarray(reference, dtype=np.float64)
    lengths = np.outer(np.linalg.norm(known, axis=0), np.linalg.norm(turned, axis=0))
    alike = known.T @ turned / lengths
    straight, crossed = np.abs(alike[[0, 1], [0, 1]]), np.abs(alike[[0, 1], [1, 0]])
    order = [0, 1] if straight.min() >= crossed.min() else [1, 0]
    own = alike[[0, 1], order]
    return order, np.where(own < 0, -1.0, 1.0), float(np.abs(own).min())
