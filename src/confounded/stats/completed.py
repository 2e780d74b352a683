"""The published recipe on every completed table, and what its imputations say together.

Words: M imputations give M completed suites; on each the first component is fitted and correlated as if nothing had
been missing (Ren et al. 2024, section 3). Their Fisher z are combined by Rubin's rules (Rubin 1987, chapter 3): the
estimate is the mean. How sure it is stands in `imputation_variance`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from confounded.errors import StatisticsError

__all__ = [
    "Completed",
    "combined",
    "completed_correlations",
    "completed_scores",
]

FloatArray = NDArray[np.float64]

CONGRUENCE: Final = 0.9
"""As of the compiled kernel (`stats.kernel`): below it the component has turned into another."""


@dataclass(frozen=True, slots=True)
class Completed:
    """The recipe on M completed suites of C columns over N rows.

    Parameters
    ----------
    scores : ndarray of shape (M, N)
    eigenvectors : ndarray of shape (M, C)
    """

    scores: FloatArray = field(repr=False)
    eigenvectors: FloatArray = field(repr=False)


def completed_scores(completed: ArrayLike, reference: ArrayLike) -> Completed:
    """Fit the first component of every completed suite, many at once.

    Parameters
    ----------
    completed : array_like of shape (M, N, C)
    reference : array_like of shape (C,)
        Each eigenvector is turned so that its inner product with it is positive.

    Returns
    -------
    Completed
        What `component.first_component` finds, suite by suite.

    Raises
    ------
    StatisticsError
        If a value is missing, or a column is constant.
    """
    X = np.asarray(completed, dtype=np.float64)
    if X.ndim != 3 or not np.isfinite(X).all():
        raise StatisticsError("completed suites of shape (M, N, C)", found=f"shape {X.shape}, or holes")
    if X.shape[1] < 2 or (np.ptp(X, axis=1) == 0).any():
        raise StatisticsError("columns that vary", found="one of a single value")
    D = rankdata(X, axis=1) - (X.shape[1] + 1) / 2.0
    products = D.transpose(0, 2, 1) @ D
    spread = np.sqrt(np.diagonal(products, axis1=1, axis2=2))
    _, vectors = np.linalg.eigh(products / (spread[:, :, None] * spread[:, None, :]))
    first = vectors[:, :, -1]
    first = first * np.where(first @ np.asarray(reference, dtype=np.float64) < 0, -1.0, 1.0)[:, None]
    Z = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    # Summed row by row, as in `first_component`, so that models with the same scores tie exactly.
    return Completed((Z * first[:, None, :]).sum(axis=2), first)


def completed_correlations(scores: ArrayLike, column: ArrayLike) -> FloatArray:
    """Return the Spearman correlation of a column with each of M sets of scores.

    Parameters
    ----------
    scores : array_like of shape (M, N)
    column : array_like of shape (N,)
        NaN for models without a score on it: they are not in the correlation.

    Returns
    -------
    ndarray of shape (M,)
        NaN where a side is constant.
    """
    values = np.asarray(column, dtype=np.float64)
    there = ~np.isnan(values)
    half = (there.sum() + 1) / 2.0
    y = rankdata(values[there]) - half
    x = rankdata(np.asarray(scores, dtype=np.float64)[:, there], axis=1) - half
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(x @ y / np.sqrt((x * x).sum(axis=1) * (y @ y)), dtype=np.float64)


def combined(rho: ArrayLike) -> FloatArray:
    """Combine the correlations of M completed tables: tanh of the mean of their z; NaN where one is undefined.

    Where all are one and the same, it is returned to the last bit: nothing that matters was missing.

    Parameters
    ----------
    rho : array_like of shape (..., M)

    Returns
    -------
    ndarray of shape (...)
    """
    # Side by side in memory, so that a mean is summed in one order whatever stands beside it.
    values = np.ascontiguousarray(rho, dtype=np.float64)
    mean = np.tanh(np.arctanh(np.clip(values, -NEARLY, NEARLY)).mean(axis=-1))
    return np.where((values == values[..., :1]).all(axis=-1), values[..., 0], mean)


NEARLY: Final = 1.0 - 1e-12
"""A correlation of exactly ±1 has no Fisher z; a point among many is taken to be this near."""
