"""Ranks and rank correlations, tied values sharing the mean of their ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from confounded.errors import StatisticsError

__all__ = ["midranks", "spearman", "spearman_matrix"]

FloatArray = NDArray[np.float64]


def midranks(values: ArrayLike) -> FloatArray:
    """Rank values from 1, ties sharing the mean of their ranks."""
    return np.asarray(rankdata(np.asarray(values, dtype=np.float64), axis=0), dtype=np.float64)


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Return the Spearman correlation over the pairs in which neither is missing."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    both = ~(np.isnan(a) | np.isnan(b))
    a, b = a[both], b[both]
    if a.size < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(midranks(a), midranks(b))[0, 1])


def spearman_matrix(columns: ArrayLike) -> FloatArray:
    """Return the (C, C) Spearman correlations of complete columns."""
    X = np.asarray(columns, dtype=np.float64)
    if np.isnan(X).any():
        raise StatisticsError("columns without missing cells", found="some")
    return np.asarray(np.corrcoef(midranks(X), rowvar=False), dtype=np.float64)
