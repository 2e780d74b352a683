"""Partial rank correlation: how two columns go together among models that are alike in a third.

It is the partial Spearman correlation: the correlation of the ranks of two columns when what the ranks of the third say
of them, along a straight line, is taken from both (Kendall & Stuart 1973, 27.5, of ranks). It does not change with any
monotone scale of the third, so that "given compute" and "given log compute" are one thing.

Ranks are not normal, so that it is not exactly 0 where normal data are independent given the third column. By the
relation of Spearman's to Pearson's coefficient in normal data (Kruskal 1958) it is then at most .012, where the third
goes with both at r = .73 (`tests/stats/test_partial.py` computes that).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.ranks import spearman

__all__ = ["partial_correlation", "partial_spearman"]

FloatArray = NDArray[np.float64]

UNEXPLAINED: Final = 1e-9
"""Least share of either column that the third may leave unexplained; below it there is nothing left to correlate."""


def partial_correlation(xy: ArrayLike, xz: ArrayLike, yz: ArrayLike) -> FloatArray:
    """Return the correlation of x and y given z from the three correlations between them.

    Parameters
    ----------
    xy, xz, yz : array_like of one shape
        Correlations over the same models.

    Returns
    -------
    ndarray of that shape
        NaN where one of them is, or where z explains x or y wholly.
    """
    a, b, c = (np.asarray(one, dtype=np.float64) for one in (xy, xz, yz))
    left = (1.0 - b**2) * (1.0 - c**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (a - b * c) / np.sqrt(left)
    explained = np.minimum(1.0 - b**2, 1.0 - c**2) < UNEXPLAINED
    return np.where(explained, np.nan, np.clip(found, -1.0, 1.0))


def partial_spearman(x: ArrayLike, y: ArrayLike, given: ArrayLike) -> float:
    """Return the partial Spearman correlation of x and y given a third column.

    Parameters
    ----------
    x, y, given : array_like of shape (N,)
        NaN where a value is missing; a model that lacks one of the three is left out of all three correlations.

    Returns
    -------
    float
        NaN where one of the columns is constant, or `given` orders the models as x or y does.

    Raises
    ------
    StatisticsError
        If the shapes differ.
    """
    columns = [np.asarray(one, dtype=np.float64) for one in (x, y, given)]
    if any(one.ndim != 1 or one.shape != columns[0].shape for one in columns):
        raise StatisticsError("three vectors of one length", found=str([one.shape for one in columns]))
    present = ~np.isnan(np.column_stack(columns)).any(axis=1)
    a, b, c = (one[present] for one in columns)
    return float(partial_correlation(spearman(a, b), spearman(a, c), spearman(b, c)))
