"""How many components does a suite have? Parallel analysis on its Spearman matrix.

Two questions, two answers.

- *Horn's* (1965): is the k-th eigenvalue larger than that of a suite whose columns have nothing to do with each other?
  Such suites are made by shuffling each column by itself (Buja & Eyuboglu 1992). Where one strong component takes most
  of the variance, little is left for the second, which is still held against a suite without any: so it is hardly ever
  found.
- *Given the first* (after Green et al. 2012): is the second eigenvalue larger than that of a suite with this first
  component and nothing else in common? Such suites are made by shuffling what the first component leaves of each
  column.

Models of a family are alike in all columns, so that chance correlations are larger than among independent models. A
column is therefore shuffled by families: their order is drawn, and that of the models in each, so that kin stay side by
side. With families of one size that is a whole exchange of families; with others it is an approximation. How often a
second component is found where there is none, and where there is one: `validation/components/README.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from confounded.errors import StatisticsError
from confounded.stats.arrays import read_only
from confounded.stats.ranks import midranks, rank_correlations, spearman_matrix

__all__ = ["DRAWS", "Parallel", "one_factor_loadings", "parallel_analysis", "shuffled_by_families"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

DRAWS: Final = 300
"""Shuffled suites: a p of .05 is then known to ±.013."""

MOST_ITERATIONS: Final = 200
CONVERGED: Final = 1e-6
LARGEST: Final = 0.995
"""Loading above which a column would have hardly anything of its own (a Heywood case)."""

ROUNDING: Final = 1e-12

QUANTILE: Final = 0.95
"""Of the eigenvalues of shuffled suites, in place of Horn's mean, which keeps too many (Glorfeld 1995)."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """The eigenvalues of a suite of C columns beside those of shuffled ones.

    Parameters
    ----------
    eigenvalues : ndarray of shape (C,)
        Of the Spearman matrix, the largest first.
    thresholds : ndarray of shape (C,)
        The 95 % quantiles of those of shuffled suites.
    n_horn : int
        How many eigenvalues in a row, from the first, lie above their threshold.
    second_threshold : float
        The 95 % quantile of the second eigenvalue given the first component.
    second_p : float
        The share of suites with the first component alone whose second eigenvalue is as large, with the suite itself.
    n_draws : int
    """

    eigenvalues: FloatArray = field(repr=False)
    thresholds: FloatArray = field(repr=False)
    n_horn: int
    second_threshold: float
    second_p: float
    n_draws: int


def parallel_analysis(
    columns: ArrayLike, families: ArrayLike, *, draws: int = DRAWS, seed: int = 0
) -> Parallel:
    """Hold the eigenvalues of a suite against those of shuffled ones.

    Parameters
    ----------
    columns : array_like of shape (N, C)
        Complete scores on C ≥ 3 capability benchmarks, none constant.
    families : array_like of int of shape (N,)
        The family of each model.
    draws : int
        Shuffled suites of each kind.
    seed : int

    Returns
    -------
    Parallel

    Raises
    ------
    StatisticsError
        If there are fewer than three columns, a value is missing, a column is constant, or lengths differ.
    """
    X, family = np.asarray(columns, dtype=np.float64), np.asarray(families)
    if X.ndim != 2 or X.shape[1] < 3 or family.shape != X.shape[:1] or draws < 1:
        raise StatisticsError(
            "columns (N, C) with C of 3 or more, N families and a draw or more",
            found=f"{X.shape}, {family.shape} and {draws} draws",
        )
    R = spearman_matrix(X)
    observed = _eigenvalues(R)
    random = np.random.default_rng(seed)
    # Normal scores: what a column is made of can be shuffled and added only on a scale of intervals.
    ranks = midranks(X)
    Z = ndtri((ranks - 0.5) / X.shape[0])
    Z = (Z - Z.mean(axis=0)) / Z.std(axis=0)
    score = Z @ np.linalg.eigh(R)[1][:, -1]
    score /= score.std()
    rest = Z - np.outer(score, score @ Z / score.size)
    loadings = one_factor_loadings(Z.T @ Z / score.size)
    # By its factor loading and not its component loading: a component takes a part of what is a column's own.
    own = rest / np.maximum(rest.std(axis=0), ROUNDING) * np.sqrt(1.0 - loadings**2)
    # The ranks of a shuffled column are its ranks, shuffled.
    unrelated = np.array(
        [_eigenvalues(rank_correlations(made)) for made in _shuffled(ranks, family, draws, random)]
    )
    kept = np.outer(score, loadings)
    one_only = np.array(
        [_eigenvalues(spearman_matrix(kept + made))[1] for made in _shuffled(own, family, draws, random)]
    )
    thresholds = np.quantile(unrelated, QUANTILE, axis=0)
    above = observed > thresholds
    return Parallel(
        eigenvalues=read_only(observed),
        thresholds=read_only(thresholds),
        n_horn=int(above.size if above.all() else np.argmin(above)),
        second_threshold=float(np.quantile(one_only, QUANTILE)),
        second_p=float((1 + (one_only >= observed[1]).sum()) / (draws + 1)),
        n_draws=draws,
    )


def one_factor_loadings(correlation: ArrayLike) -> FloatArray:
    """Return the loadings of columns on one common factor, by iterated principal axes.

    Parameters
    ----------
    correlation : array_like of shape (C, C)

    Returns
    -------
    ndarray of shape (C,)
        Of which the sum is not negative; none larger than .995 in magnitude.
    """
    R = np.array(correlation, dtype=np.float64)
    communality = np.ones(len(R))
    for _ in range(MOST_ITERATIONS):
        reduced = R - np.diag(1.0 - communality)
        values, vectors = np.linalg.eigh(reduced)
        loadings = np.clip(vectors[:, -1] * np.sqrt(max(values[-1], 0.0)), -LARGEST, LARGEST)
        if np.abs(loadings**2 - communality).max() < CONVERGED:
            break
        communality = loadings**2
    return np.asarray(loadings * (-1.0 if loadings.sum() < 0 else 1.0))


def shuffled_by_families(families: IntArray, random: np.random.Generator) -> IntArray:
    """Return an order of N models in which families are shuffled, and the models in each, but kin stay together.

    Parameters
    ----------
    families : ndarray of int of shape (N,)
    random : numpy.random.Generator

    Returns
    -------
    ndarray of int of shape (N,)
    """
    _, number = np.unique(families, return_inverse=True)
    return _shuffled_order(number, int(number.max(initial=-1)) + 1, random)


def _shuffled_order(number: IntArray, n_families: int, random: np.random.Generator) -> IntArray:
    """Return such an order of models whose families are numbered without a gap."""
    place_of_family = random.permutation(n_families)
    # One number says both: the family's place before the point, the model's in its family behind it.
    return np.argsort(place_of_family[number] + random.random(number.size))


def _shuffled(
    columns: FloatArray, families: IntArray, draws: int, random: np.random.Generator
) -> Iterator[FloatArray]:
    """Yield suites with each column shuffled by itself."""
    # Kin stand side by side where values are put, as they do where they are taken from.
    place = np.argsort(families, kind="stable")
    _, number = np.unique(families, return_inverse=True)
    n_families = int(number.max(initial=-1)) + 1
    for _ in range(draws):
        made = np.empty_like(columns)
        for j in range(columns.shape[1]):
            made[place, j] = columns[_shuffled_order(number, n_families, random), j]
        yield made


def _eigenvalues(R: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.eigvalsh(R)[::-1], dtype=np.float64).copy()
