"""Measurement error from scores on single items, where the same items were given to all models.

A model's mean over items has an error because other items of the same kind could have been asked. What an item adds
for all models alike (it is easy, or hard) moves no model against another, so it is no error of a comparison; what is
left of a cell after model and item is. With every model answering every item, one less the mean of these error
variances over the variance of the means *is* Cronbach's alpha (1951), which for items worth 0 or 1 is formula 20 of
Kuder & Richardson (1937).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError

__all__ = ["are_crossed", "crossed_error_variance"]

FloatArray = NDArray[np.float64]

FEWEST_ITEMS = 2
FEWEST_MODELS = 2


def are_crossed(cells: ArrayLike) -> bool:
    """Return whether the effect of every item can be told: each was answered by two models or more.

    Parameters
    ----------
    cells : array_like of shape (M, N)
        Scores of M models on N items; NaN where a model did not answer.
    """
    known = ~np.isnan(np.asarray(cells, dtype=np.float64))
    return bool(known.shape[1] >= FEWEST_ITEMS and (known.sum(axis=0) >= FEWEST_MODELS).all())


def crossed_error_variance(cells: ArrayLike) -> FloatArray:
    """Return the error variance of each model's mean over its items, what the items add for all models left out.

    Parameters
    ----------
    cells : array_like of shape (M, N)
        Scores of M models on N items; NaN where a model did not answer. With missing cells, a model is compared with
        the means of the items that it answered.

    Returns
    -------
    ndarray of shape (M,)
        NaN for a model with fewer than two items.

    Raises
    ------
    StatisticsError
        If an item was answered by fewer than two models (`are_crossed`).
    """
    X = np.asarray(cells, dtype=np.float64)
    if X.ndim != 2 or not are_crossed(X):
        raise StatisticsError(
            "items that two models or more answered each", found=f"shape {X.shape}, or others"
        )
    known = ~np.isnan(X)
    n_items = known.sum(axis=1)
    of_item = np.nanmean(X, axis=0)
    left = np.where(known, X - of_item, 0.0)
    own = left.sum(axis=1) / np.where(n_items > 0, n_items, 1)
    residual = np.where(known, left - own[:, None], 0.0)
    enough = n_items >= FEWEST_ITEMS
    divisor = np.where(enough, (n_items - 1.0) * n_items, np.nan)
    return np.asarray((residual**2).sum(axis=1) / divisor, dtype=np.float64)
