"""Correlations with the capabilities score of a suite that has holes, imputed anew in every jackknife replicate.

Each column to be correlated is in the imputation model of the holes of the suite, beside the suite: a model that leaves
it out pulls its correlation towards that of the other columns, or towards 0. Its own holes are never filled; models
without a score on it help to impute and are not in its correlation. The same correlations with the column left out of
the imputation model stand beside.

How far the imputation model itself is wrong shows where cells are hidden that are known: rows lend each other their
holes, and correlations move (`imputation_variance`). The same cells are hidden for all columns.

One set of random numbers serves all replicates and all columns (`imputation.Noise`): a row keeps its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confounded.errors import StatisticsError
from confounded.stats.completed import (
    CONGRUENCE,
    Completed,
    combined,
    completed_correlations,
    completed_scores,
)
from confounded.stats.component import first_component
from confounded.stats.imputation import (
    Noise,
    completed_from,
    draw_noise,
    impute,
    imputed_normal_scores,
    normal_scores,
    scale_of,
)
from confounded.stats.imputation_variance import Imputations

__all__ = ["HIDINGS", "ImputedCorrelations", "ImputedFit", "imputed_correlations", "imputed_fit"]

HIDINGS: Final = 6
"""How often known cells are hidden to see how far correlations then move."""

LENT: Final = 0.5
"""Share of the rows that are lent the holes of another: of all, too little would be left where much is missing."""

FloatArray = NDArray[np.float64]
Runner = Callable[[Callable[[int], "_Replicate"], Sequence[int]], "list[_Replicate]"]
"""Applies a function to pieces of work and returns the results in their order."""


@dataclass(frozen=True, slots=True)
class ImputedFit:
    """The capabilities scores of N models on a suite with holes, imputed from the suite alone.

    Parameters
    ----------
    completed : ndarray of shape (M, N, C)
        The completed suites.
    each : Completed
        The recipe on each of them.
    scores : ndarray of shape (N,)
        The mean scores.
    eigenvector : ndarray of shape (C,)
        That of the cells' means, by which the others are turned.
    """

    completed: FloatArray = field(repr=False)
    each: Completed = field(repr=False)
    scores: FloatArray = field(repr=False)
    eigenvector: FloatArray = field(repr=False)


def imputed_fit(suite: ArrayLike, n_imputations: int, seed: int) -> ImputedFit:
    """Complete a suite M times and fit the first component to each.

    Parameters
    ----------
    suite : array_like of shape (N, C)
        NaN for holes.
    n_imputations : int
    seed : int

    Returns
    -------
    ImputedFit
    """
    X = np.asarray(suite, dtype=np.float64)
    # One column more than there are: the numbers are then those of the fits with a column beside the suite.
    noise = draw_noise(X.shape[0], X.shape[1] + 1, n_imputations, seed)
    completed = impute(X, noise.of_columns(np.arange(X.shape[1])))
    eigenvector = first_component(completed.mean(axis=0)).eigenvector
    each = completed_scores(completed, eigenvector)
    return ImputedFit(completed, each, each.scores.mean(axis=0), eigenvector)


@dataclass(frozen=True, slots=True)
class ImputedCorrelations:
    """B correlations combined over M imputations, whole and without each of F families.

    Parameters
    ----------
    rho : ndarray of shape (B,)
    left_out : ndarray of shape (F, B)
        The combined correlations without each family, everything imputed anew; NaN where degenerate.
    imputations : Imputations
        What they are in each completed table, and where known cells are hidden.
    """

    rho: FloatArray = field(repr=False)
    left_out: FloatArray = field(repr=False)
    imputations: Imputations = field(repr=False)


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
    X, Y = np.asarray(suite, dtype=np.float64), np.asarray(columns, dtype=np.float64)
    families = np.asarray(family_of, dtype=np.int64)
    noise = draw_noise(X.shape[0], X.shape[1] + 1, n_imputations, seed)
    fit = imputed_fit(X, n_imputations, seed)
    # A column that falls with the score is turned: which way a benchmark is written must not change the dice.
    turned = np.array([_sign(completed_correlations(fit.scores[None], column)[0]) for column in Y.T])
    n_units = int(families.max(initial=-1)) + 1 if n_families is None else n_families
    holes = np.isnan(X)
    hidings = HIDINGS if holes.any() else 0
    replicated = partial(
        _imputed_anew, X, Y, families, turned, tuple(inside), noise, fit.eigenvector, n_units, seed
    )
    pieces = range(-1, n_units + hidings)
    found = run(replicated, pieces) if run else [replicated(piece) for piece in pieces]
    extra = [(lent_holes(holes, [seed, number]) & ~holes).sum() for number in range(hidings)]
    per_hidden = np.array([holes.sum() / count if count else np.nan for count in extra])
    return (
        _together([one.beside for one in found], n_units, per_hidden),
        _together([one.without for one in found], n_units, per_hidden),
    )


def _together(drawn: Sequence[FloatArray], n_units: int, per_hidden: FloatArray) -> ImputedCorrelations:
    """Combine the draws of the whole, without each family, and with cells hidden."""
    rho = np.array([[combined(column) for column in one.T] for one in drawn]).reshape(len(drawn), -1)
    whole, left_out, hidden = rho[0], rho[1 : n_units + 1], rho[n_units + 1 :]
    return ImputedCorrelations(whole, left_out, Imputations(whole, drawn[0], hidden, per_hidden))


def _imputed_anew(
    X: FloatArray,
    Y: FloatArray,
    families: NDArray[np.int64],
    turned: FloatArray,
    inside: Sequence[bool],
    noise: Noise,
    reference: FloatArray,
    n_units: int,
    seed: int,
    piece: int,
) -> _Replicate:
    """Impute and correlate the models outside one family, or from the last family on all with known cells hidden."""
    rows = np.flatnonzero(families != piece)
    left = X if piece < n_units else np.where(lent_holes(np.isnan(X), [seed, piece - n_units]), np.nan, X)
    try:
        return _replicate(left[rows], Y[rows], turned, inside, noise, rows, reference)
    except StatisticsError:
        # Not the whole sample: that raised before, where its reference was fitted.
        undefined = np.full((noise.n_imputations, Y.shape[1]), np.nan)
        return _Replicate(undefined, undefined)


def lent_holes(holes: NDArray[np.bool_], seed: Sequence[int]) -> NDArray[np.bool_]:
    """Return the holes of a table of which some rows have those of another row as well.

    Parameters
    ----------
    holes : ndarray of shape (N, C)
    seed : sequence of int

    Returns
    -------
    ndarray of shape (N, C)
    """
    random = np.random.default_rng(seed)
    lender = random.permutation(len(holes))
    return np.asarray(holes | (holes[lender] & (random.random(len(holes)) < LENT)[:, None]))


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
            own = np.column_stack([z, turned[b] * normal_scores(Y[:, b : b + 1])])
        except StatisticsError:
            beside[:, b] = np.nan
            continue
        completed = completed_from(X, imputed_normal_scores(own, noise, rows), scales)
        beside[:, b] = _correlated(completed_scores(completed, reference), Y[:, b], reference)
    return _Replicate(beside, without)


def _sign(rho: float) -> float:
    return -1.0 if rho < 0 else 1.0


def _correlated(fit: Completed, column: FloatArray, reference: FloatArray) -> FloatArray:
    """Correlate a column with each of M scores; undefined where the component has turned into another."""
    if float((fit.eigenvectors @ reference).mean()) < CONGRUENCE:
        return np.full(len(fit.scores), np.nan)
    return completed_correlations(fit.scores, column)
