"""Permutation p-values for one question only: is there any association at all between benchmark and score?

They say nothing about a margin, and a small one is no verdict (`PERMUTATION_LABEL`). Models are permuted as if they
were exchangeable. Models of one family resemble each other, so permuting them across families makes chance look
tamer than it is: under clustering these p-values are too small. Whole families cannot be permuted instead, since they
differ in size; the jackknife-t is what allows for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.ranks import midranks

__all__ = ["PERMUTATION_LABEL", "PermutationTests", "permutation_tests"]

FloatArray = NDArray[np.float64]

PERMUTATION_LABEL: Final = "is there any association at all (takes models to be independent)"
"""What stands beside every permutation p-value."""

PIECE: Final = 2_000_000
"""Ranks shuffled at a time: they take 16 MB, and as much again. The permutations do not depend on it."""

FEWEST_MODELS: Final = 4
"""As for every correlation: three models allow no rank correlation but ±1 and ±.5."""


@dataclass(frozen=True, slots=True)
class PermutationTests:
    """Permutation tests of B Spearman correlations against 0.

    Parameters
    ----------
    rho : ndarray of shape (B,)
        NaN where either side is constant or there are fewer than four models.
    p : ndarray of shape (B,)
        Two-sided, (b + 1) / (R + 1) with b of R permutations as far from 0 as the data (Phipson & Smyth 2010); NaN
        where rho is.
    permutations : int
        R.
    """

    rho: FloatArray = field(repr=False)
    p: FloatArray = field(repr=False)
    permutations: int


def permutation_tests(
    score: ArrayLike, columns: ArrayLike, permutations: int = 9_999, seed: int = 0
) -> PermutationTests:
    """Test each column for any monotone association with the score.

    Parameters
    ----------
    score : array_like of shape (M,)
        Complete; held fixed, it is not refitted.
    columns : array_like of shape (M, B)
        NaN where a model has no score.
    permutations : int
        At least 1. The smallest possible p is 1 / (permutations + 1).
    seed : int
        Columns with scores of as many models share their permutations, so a column's p does not depend on which
        other columns are tested with it.

    Returns
    -------
    PermutationTests

    Raises
    ------
    StatisticsError
        If lengths differ, a score is missing, or there is no permutation to make.
    """
    x, Y = np.asarray(score, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    if x.ndim != 1 or Y.ndim != 2 or x.size != Y.shape[0] or np.isnan(x).any():
        raise StatisticsError("complete scores (M,) and columns (M, B)", found=f"{x.shape} and {Y.shape}")
    if permutations < 1:
        raise StatisticsError("at least one permutation", found=str(permutations))
    rho, p = np.full(Y.shape[1], np.nan), np.full(Y.shape[1], np.nan)
    patterns: dict[bytes, list[int]] = {}
    for b in range(Y.shape[1]):
        patterns.setdefault((~np.isnan(Y[:, b])).tobytes(), []).append(b)
    for columns_alike in patterns.values():
        chosen = np.array(columns_alike)
        rows = np.flatnonzero(~np.isnan(Y[:, chosen[0]]))
        if rows.size >= FEWEST_MODELS:
            rho[chosen], p[chosen] = _test(x[rows], Y[np.ix_(rows, chosen)], permutations, seed)
    return PermutationTests(read_only(rho), read_only(p), permutations)


def _test(x: FloatArray, Y: FloatArray, permutations: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Test columns without missing values."""
    n = x.size
    # Twice the centred midranks are whole numbers: sums are exact, so a permutation ties with the data or does not.
    a, B = 2.0 * midranks(x) - (n + 1), 2.0 * midranks(Y) - (n + 1)
    observed = a @ B
    random = np.random.default_rng([seed, n])
    as_far = np.zeros(Y.shape[1], dtype=np.int64)
    piece = max(1, PIECE // n)
    for start in range(0, permutations, piece):
        size = min(piece, permutations - start)
        shuffled = random.permuted(np.tile(a, (size, 1)), axis=1)
        as_far += (np.abs(shuffled @ B) >= np.abs(observed)).sum(axis=0)
    spread = np.sqrt((a @ a) * (B * B).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = observed / spread
    p = np.where(spread > 0, (as_far + 1.0) / (permutations + 1.0), np.nan)
    return rho, p
