"""Correlations with the capabilities score of a suite that has holes, imputed anew in every jackknife replicate.

Each column to be correlated is in the imputation model of the holes of the suite, beside the suite: a model that leaves
it out pulls its correlation towards that of the other columns, or towards 0. Its own holes are never filled; models
without a score on it help to impute and are not in its correlation. The same correlations with the column left out of
the imputation model stand beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.completed import Completed, completed_correlations, completed_scores
from confounded.stats.imputation import Noise, completed_from, imputed_normal_scores, normal_scores, scale_of
from confounded.stats.imputed_replicates import (
    ImputedCorrelations,
    Replicates,
    Runner,
    has_turned,
    replicates_of,
)

__all__ = ["imputed_correlations"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Replicate:
    """The (M, B) correlations of one replicate, with and without the column in the model; NaN where undefined."""

    beside: FloatArray
    without: FloatArray


def imputed_correlations(
    suite: ArrayLike,
    columns: ArrayLike,
    inside: Sequence[bool],
    family_of: ArrayLike,
    n_imputations: int,
    seed: int,
    run: Runner | None = None,
    n_families: int | None = None,
) -> tuple[ImputedCorrelations, ImputedCorrelations]:
    """Correlate columns with the capabilities score of a suite with holes, whole and without each family.

    Parameters
    ----------
    suite : array_like of shape (N, C)
        NaN for holes.
    columns : array_like of shape (N, B)
        NaN for models without a score: they are not in that correlation.
    inside : sequence of B bool
        Which columns are of the suite: they are in its imputation model as it is.
    family_of : array_like of shape (N,)
        The family of each model, from 0 to F - 1.
    n_imputations : int
    seed : int
    run : callable, optional
        Runs the pieces of work, F + 1 and those with hidden cells; one after the other by default.
    n_families : int, optional
        F, where the last families may have no model.

    Returns
    -------
    with_column, without : ImputedCorrelations
        With the column in the imputation model, and left out of it.

    Raises
    ------
    StatisticsError
        If the whole suite cannot be imputed.
    """
    Y = np.asarray(columns, dtype=np.float64)
    replicates = replicates_of(suite, family_of, n_imputations, seed, n_families)
    work = partial(_correlated_anew, replicates, Y, replicates.turned(Y), tuple(inside))
    found = run(work, replicates.pieces) if run else [work(piece) for piece in replicates.pieces]
    return (
        replicates.together([one.beside for one in found]),
        replicates.together([one.without for one in found]),
    )


def _correlated_anew(
    replicates: Replicates, Y: FloatArray, turned: FloatArray, inside: Sequence[bool], piece: int
) -> _Replicate:
    """Impute and correlate the models of one replicate."""
    rows, X = replicates.of(piece)
    reference = replicates.fit.eigenvector
    try:
        return _replicate(X, Y[rows], turned[rows], inside, replicates.noise, rows, reference)
    except StatisticsError:
        # Not the whole sample: that raised before, where its reference was fitted.
        undefined = np.full((replicates.noise.n_imputations, Y.shape[1]), np.nan)
        return _Replicate(undefined, undefined)


def _replicate(
    X: FloatArray,
    Y: FloatArray,
    turned: FloatArray,
    inside: Sequence[bool],
    noise: Noise,
    rows: NDArray[np.int64] | NDArray[np.intp],
    reference: FloatArray,
) -> _Replicate:
    """Impute and correlate one set of models."""
    z = normal_scores(X)
    scales = [scale_of(X[:, j], z[:, j]) for j in range(X.shape[1])]
    drawn = imputed_normal_scores(z, noise.of_columns(np.arange(X.shape[1])), rows)
    alone = completed_scores(completed_from(X, drawn, scales), reference)
    without = np.column_stack([_correlated(alone, column, reference) for column in Y.T])
    beside = without.copy()
    for b in np.flatnonzero(~np.asarray(inside, dtype=np.bool_)):
        try:
            own = np.column_stack([z, normal_scores(turned[:, b : b + 1])])
        except StatisticsError:
            beside[:, b] = np.nan
            continue
        completed = completed_from(X, imputed_normal_scores(own, noise, rows), scales)
        beside[:, b] = _correlated(completed_scores(completed, reference), Y[:, b], reference)
    return _Replicate(beside, without)


def _correlated(fit: Completed, column: FloatArray, reference: FloatArray) -> FloatArray:
    """Correlate a column with each of M scores; undefined where the component has turned into another."""
    if has_turned(fit, reference):
        return np.full(len(fit.scores), np.nan)
    return completed_correlations(fit.scores, column)
