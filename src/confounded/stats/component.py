"""The first component of a suite: one number for each model that says the most about its scores.

The method is that of Ren et al. 2024 (arXiv 2407.21792), section 3: the eigenvector comes from the *Spearman*
correlation matrix, the projection uses the *standardised scores* and not their ranks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.ranks import spearman_matrix

__all__ = ["FirstComponent", "ScoreErrors", "first_component", "score_errors", "standardise"]

FloatArray = NDArray[np.float64]

SAME_MAGNITUDE: Final = 1e-9
"""Entries of an eigenvector this close in magnitude count as equal when its sign is set, so that rounding cannot
choose between them; among equals their sum decides, and where that is 0 the sum of all."""


FEWEST_FOR_ERRORS: Final = 4
"""Capability benchmarks below which leaving one out leaves no component to speak of."""


@dataclass(frozen=True, slots=True)
class FirstComponent:
    """The first component of a suite of C columns over N rows.

    Parameters
    ----------
    eigenvector : ndarray of shape (C,)
        The first eigenvector of the Spearman matrix, of unit length.
    eigenvalues : ndarray of shape (C,)
        All eigenvalues, the largest first.
    explained_share : float
        The first eigenvalue over the sum of all.
    correlation : ndarray of shape (C, C)
        The Spearman matrix.
    scores : ndarray of shape (N,)
        The standardised columns projected on the eigenvector.
    """

    eigenvector: FloatArray = field(repr=False)
    eigenvalues: FloatArray = field(repr=False)
    explained_share: float
    correlation: FloatArray = field(repr=False)
    scores: FloatArray = field(repr=False)


def standardise(columns: ArrayLike) -> FloatArray:
    """Bring columns to mean 0 and variance 1 (population, ddof = 0), missing values skipped.

    Parameters
    ----------
    columns : array_like of shape (N, C)
        NaN where a value is missing.

    Returns
    -------
    ndarray of shape (N, C)
        NaN where a value was missing.

    Raises
    ------
    StatisticsError
        If a column is empty or constant, or a value is infinite.
    """
    X = np.asarray(columns, dtype=np.float64)
    if X.ndim != 2:
        raise StatisticsError("columns of shape (N, C)", found=str(X.shape))
    if np.isinf(X).any():
        raise StatisticsError("finite values", found=f"{np.isinf(X).sum()} infinite")
    for position, column in enumerate(X.T):
        present = column[~np.isnan(column)]
        if present.size == 0 or np.ptp(present) == 0:
            raise StatisticsError("columns that vary", found=f"column {position} constant or empty")
    return np.asarray((X - np.nanmean(X, axis=0)) / np.nanstd(X, axis=0), dtype=np.float64)


def first_component(columns: ArrayLike, reference: ArrayLike | None = None) -> FirstComponent:
    """Fit the first component of a suite.

    Parameters
    ----------
    columns : array_like of shape (N, C)
        Complete scores.
    reference : array_like of shape (C,), optional
        The sign is set so that the inner product with it is positive. Without it, so that the entry of largest
        magnitude is positive.

    Returns
    -------
    FirstComponent

    Raises
    ------
    StatisticsError
        If a value is missing or infinite, or a column is constant.
    """
    X = np.asarray(columns, dtype=np.float64)
    R = spearman_matrix(X)
    eigenvalues, vectors = np.linalg.eigh(R)
    vector = vectors[:, -1]
    sign = _own_sign(vector) if reference is None else np.sign(vector @ np.asarray(reference))
    vector = vector * (sign or 1.0)
    # Summed row by row, so that models with the same scores tie exactly, which a matrix product does not promise.
    scores = (standardise(X) * vector).sum(axis=1)
    fit = FirstComponent(
        eigenvector=vector,
        eigenvalues=eigenvalues[::-1].copy(),
        explained_share=float(eigenvalues[-1] / eigenvalues.sum()),
        correlation=R,
        scores=scores,
    )
    for array in (fit.eigenvector, fit.eigenvalues, fit.correlation, fit.scores):
        array.flags.writeable = False
    return fit


@dataclass(frozen=True, slots=True)
class ScoreErrors:
    """How far the scores of N models would move with another suite of the same kind.

    Parameters
    ----------
    standard_error : ndarray of shape (N,)
        Of the jackknife over capability benchmarks; NaN where it is undefined.
    degrees_of_freedom : float
        Capability benchmarks less one.
    """

    standard_error: FloatArray = field(repr=False)
    degrees_of_freedom: float


def score_errors(columns: ArrayLike, fit: FirstComponent) -> ScoreErrors:
    """Estimate the errors of the scores by leaving out each capability benchmark once.

    The component is refitted without the benchmark, and its scores are brought to the mean and variance of the full
    suite's, because a sum of fewer columns spreads less. The models are taken as they are.

    Parameters
    ----------
    columns : array_like of shape (N, C)
        Those of the fit.
    fit : FirstComponent

    Returns
    -------
    ScoreErrors
        Undefined with fewer than four capability benchmarks: of two left, a component weighs both alike.
    """
    X = np.asarray(columns, dtype=np.float64)
    n = X.shape[1]
    if n < FEWEST_FOR_ERRORS:
        return ScoreErrors(np.full(X.shape[0], np.nan), n - 1.0)
    left = np.empty((n, X.shape[0]))
    for place in range(n):
        kept = np.arange(n) != place
        scores = first_component(X[:, kept], reference=fit.eigenvector[kept]).scores
        left[place] = (scores - scores.mean()) / scores.std() * fit.scores.std() + fit.scores.mean()
    variance = (n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0)
    return ScoreErrors(np.sqrt(variance), n - 1.0)


def _own_sign(vector: FloatArray) -> float:
    """Return the sign of the entry of largest magnitude; of several as large, of their sum, or of all."""
    magnitude = np.abs(vector)
    largest = vector[magnitude >= magnitude.max() - SAME_MAGNITUDE]
    sums = (one.sum() for one in (largest, vector, largest[:1]))
    return float(next((np.sign(total) for total in sums if abs(total) > SAME_MAGNITUDE), 1.0))
