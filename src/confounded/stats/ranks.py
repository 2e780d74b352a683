"""Ranks and rank correlations; tied values share the mean of their ranks (midranks)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError

__all__ = ["midranks", "rank_correlations", "spearman", "spearman_matrix"]

FloatArray = NDArray[np.float64]


def midranks(values: ArrayLike) -> FloatArray:
    """Rank values from 1 upwards, column by column.

    Parameters
    ----------
    values : array_like of shape (N,) or (N, C)
        Without missing values.

    Returns
    -------
    ndarray of the same shape
        Ranks; equal values share the mean of the ranks they take up.
    """
    given = np.asarray(values, dtype=np.float64)
    return np.apply_along_axis(_ranked, 0, given) if given.size else np.empty_like(given)


def _ranked(values: FloatArray) -> FloatArray:
    """Rank one column: as scipy.stats.rankdata does, whose checks take longer than the ranks of a hundred values."""
    order = np.argsort(values)
    ordered = values[order]
    if np.isnan(ordered[-1]):
        return np.full(values.shape, np.nan)
    ranks = np.empty(values.shape)
    begins = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    if begins.size == values.size:
        ranks[order] = np.arange(1.0, values.size + 1.0)
        return ranks
    ends = np.append(begins[1:], values.size)
    ranks[order] = np.repeat((begins + ends + 1) / 2.0, ends - begins)
    return ranks


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Return the Spearman correlation over the pairs of which neither value is missing.

    Parameters
    ----------
    x, y : array_like of shape (N,)
        NaN where a value is missing.

    Returns
    -------
    float
        NaN where fewer than two pairs are left or either side is constant.

    Raises
    ------
    StatisticsError
        If the shapes differ.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise StatisticsError("two vectors of one length", found=f"{a.shape} and {b.shape}")
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    if a.size < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    da, db = _centred_ranks(a), _centred_ranks(b)
    # Centred midranks are whole numbers and halves: the sums are exact, and a perfect correlation is exactly 1.
    return float(da @ db / np.sqrt((da @ da) * (db @ db)))


def spearman_matrix(columns: ArrayLike) -> FloatArray:
    """Return the Spearman correlations between complete columns.

    Parameters
    ----------
    columns : array_like of shape (N, C)
        Without missing values; no column constant.

    Returns
    -------
    ndarray of shape (C, C)
        Symmetric, with ones on the diagonal.

    Raises
    ------
    StatisticsError
        If a value is missing, a column is constant, or there is nothing to correlate.
    """
    X = np.asarray(columns, dtype=np.float64)
    if X.ndim != 2 or X.shape[0] < 2 or X.shape[1] < 1:
        raise StatisticsError("columns of shape (N, C) with N of 2 or more", found=str(X.shape))
    if np.isnan(X).any():
        raise StatisticsError("columns without missing values", found=f"{np.isnan(X).sum()} missing")
    constant = np.flatnonzero(np.ptp(X, axis=0) == 0)
    if constant.size:
        raise StatisticsError("columns that vary", found=f"column {constant[0]} constant")
    return rank_correlations(midranks(X))


def rank_correlations(ranks: ArrayLike) -> FloatArray:
    """Return the Spearman correlations between columns that are ranked already.

    Parameters
    ----------
    ranks : array_like of shape (N, C)
        Midranks; no column constant.

    Returns
    -------
    ndarray of shape (C, C)
    """
    R = np.asarray(ranks, dtype=np.float64)
    D = R - (len(R) + 1) / 2.0
    products = D.T @ D
    spread = np.sqrt(np.diag(products))
    rho = products / np.outer(spread, spread)
    np.fill_diagonal(rho, 1.0)
    return np.asarray((rho + rho.T) / 2.0, dtype=np.float64)


def _centred_ranks(values: FloatArray) -> FloatArray:
    return np.subtract(midranks(values), (len(values) + 1) / 2.0)
