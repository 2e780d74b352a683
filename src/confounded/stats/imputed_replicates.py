"""The replicates in which a suite with holes is imputed: as a whole, without each family, with known cells hidden.

How far the imputation model itself is wrong shows where cells are hidden that are known: rows lend each other their
holes, and correlations move (`imputation_variance`). The same cells are hidden for whatever is correlated.

One set of random numbers serves all replicates and all that is correlated (`imputation.Noise`): a row keeps its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

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

__all__ = [
    "HIDINGS",
    "ImputedCorrelations",
    "ImputedFit",
    "Replicates",
    "Runner",
    "first_scores",
    "has_turned",
    "imputed_anew",
    "imputed_fit",
    "lack",
    "lent_holes",
    "replicates_of",
]

HIDINGS: Final = 6
"""How often known cells are hidden to see how far correlations then move."""

LENT: Final = 0.5
"""Share of the rows that are lent the holes of another: of all, too little would be left where much is missing."""

TOLD: Final = 0.675 / (1.0 - 0.675)
"""What a cell says of the ability of its model, in units of what is known of any model: λ² / (1 − λ²) for λ² of .675,
the paper's mean correlation between two capability benchmarks."""

FloatArray = NDArray[np.float64]
Runner = Callable[[Callable[[int], Any], Sequence[int]], list[Any]]
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
class Replicates:
    """A suite that is imputed anew in each of P replicates: of the whole, without each unit, with known cells hidden.

    Parameters
    ----------
    suite : ndarray of shape (N, C)
        NaN for holes.
    unit_of : ndarray of shape (N,)
        The family, or group of families, that each model is left out with.
    n_units : int
    noise : Noise
        Of the suite and one column beside it.
    fit : ImputedFit
        Of the whole; its eigenvector says which way each component is turned.
    seed : int
    """

    suite: FloatArray = field(repr=False)
    unit_of: NDArray[np.int64] = field(repr=False)
    n_units: int
    noise: Noise = field(repr=False)
    fit: ImputedFit = field(repr=False)
    seed: int

    @property
    def pieces(self) -> range:
        """Return the numbers of the replicates: -1 is the whole, from `n_units` on known cells are hidden."""
        return range(-1, self.n_units + self.n_hidings)

    @property
    def n_hidings(self) -> int:
        """Return how often known cells are hidden: never where nothing is missing."""
        return HIDINGS if np.isnan(self.suite).any() else 0

    @property
    def per_hidden(self) -> FloatArray:
        """Return for each hiding how many cells are missing for each that is hidden; NaN where none could be."""
        return self._per_hidden(lambda holes: float(holes.sum()))

    @property
    def lack_per_hidden(self) -> FloatArray:
        """Return for each hiding how much more is missing than was hidden, by what cells tell (`lack`)."""
        return self._per_hidden(lack)

    def _per_hidden(self, counted: Callable[[NDArray[np.bool_]], float]) -> FloatArray:
        holes = np.isnan(self.suite)
        missing = counted(holes)
        extra = [
            counted(lent_holes(holes, [self.seed, number])) - missing for number in range(self.n_hidings)
        ]
        return np.array([missing / more if more > 0 else np.nan for more in extra])

    def of(self, piece: int) -> tuple[NDArray[np.intp], FloatArray]:
        """Return the rows of a replicate, and their cells."""
        rows = np.flatnonzero(self.unit_of != piece)
        hiding = piece - self.n_units
        if hiding < 0:
            return rows, self.suite[rows]
        return rows, np.where(lent_holes(np.isnan(self.suite), [self.seed, hiding]), np.nan, self.suite)[rows]

    def turned(self, columns: FloatArray) -> FloatArray:
        """Return columns turned so that they rise with the score: how one is written must not change the dice."""
        ways = [_sign(completed_correlations(self.fit.scores[None], column)[0]) for column in columns.T]
        return np.asarray(columns * np.array(ways), dtype=np.float64)

    def together(self, drawn: ArrayLike, *, by_lack: bool = False) -> ImputedCorrelations:
        """Combine what was found in each replicate.

        Parameters
        ----------
        drawn : array_like of shape (P, M, B)
            Correlations, in the order of `pieces`.
        by_lack : bool
            Whether what was hidden is scaled to what is missing by what cells tell, and not by their number: that is
            the safe side.

        Returns
        -------
        ImputedCorrelations
        """
        each = np.asarray(drawn, dtype=np.float64)
        rho = combined(each.transpose(0, 2, 1))
        whole, left_out, hidden = rho[0], rho[1 : self.n_units + 1], rho[self.n_units + 1 :]
        per_hidden = self.lack_per_hidden if by_lack else self.per_hidden
        return ImputedCorrelations(whole, left_out, Imputations(whole, each[0], hidden, per_hidden))


def replicates_of(
    suite: ArrayLike, unit_of: ArrayLike, n_imputations: int, seed: int, n_units: int | None = None
) -> Replicates:
    """Draw the random numbers by which a suite is imputed, and fit it as a whole.

    Parameters
    ----------
    suite : array_like of shape (N, C)
        NaN for holes.
    unit_of : array_like of shape (N,)
        What each model is left out with, from 0 up.
    n_imputations : int
    seed : int
    n_units : int, optional
        Where the last of them may have no model.

    Returns
    -------
    Replicates

    Raises
    ------
    StatisticsError
        If the whole suite cannot be imputed.
    """
    X, units = np.asarray(suite, dtype=np.float64), np.asarray(unit_of, dtype=np.int64)
    noise = draw_noise(X.shape[0], X.shape[1] + 1, n_imputations, seed)
    n = int(units.max(initial=-1)) + 1 if n_units is None else n_units
    return Replicates(X, units, n, noise, imputed_fit(X, n_imputations, seed), seed)


def imputed_anew(
    replicates: Replicates,
    column: FloatArray | None,
    scored: Callable[[FloatArray], FloatArray],
    run: Runner | None = None,
    *,
    width: int = 1,
) -> FloatArray:
    """Score the models in every replicate, a column being in the imputation model beside the suite.

    Parameters
    ----------
    replicates : Replicates
    column : ndarray of shape (N,) or None
        NaN for models without a score on it. None, or one with too few scores to be in a model, leaves the suite alone.
    scored : callable
        Makes scores (M, n, S) from completed suites (M, n, C).
    run : callable, optional
        Runs the pieces of work; one after the other by default.
    width : int
        S, how many scores a model gets.

    Returns
    -------
    ndarray of shape (P, M, N, S)
        NaN for models that are left out, and where a replicate cannot be scored.
    """
    beside = None if column is None else replicates.turned(column[:, None])
    work = partial(_scored_anew, replicates, beside, scored)
    found = run(work, replicates.pieces) if run else [work(piece) for piece in replicates.pieces]
    full = np.full((len(found), replicates.noise.n_imputations, len(replicates.suite), width), np.nan)
    for place, (piece, one) in enumerate(zip(replicates.pieces, found, strict=True)):
        full[place][:, replicates.unit_of != piece] = one
    return full


def _scored_anew(
    replicates: Replicates,
    beside: FloatArray | None,
    scored: Callable[[FloatArray], FloatArray],
    piece: int,
) -> FloatArray:
    """Impute and score the models of one replicate; one NaN for each imputation where that cannot be done."""
    rows, X = replicates.of(piece)
    try:
        z = normal_scores(X)
        own = z if beside is None else np.column_stack([z, normal_scores(beside[rows])])
        noise = replicates.noise if beside is not None else replicates.noise.of_columns(np.arange(X.shape[1]))
        scales = [scale_of(X[:, j], z[:, j]) for j in range(X.shape[1])]
        return scored(completed_from(X, imputed_normal_scores(own, noise, rows), scales))
    except StatisticsError:
        return np.full((replicates.noise.n_imputations, 1, 1), np.nan)


def first_scores(completed: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the (M, n, 1) scores of completed suites.

    Raises
    ------
    StatisticsError
        If the component has turned into another.
    """
    fit = completed_scores(completed, reference)
    if has_turned(fit, reference):
        raise StatisticsError("the component of the whole suite", found="another")
    return fit.scores[:, :, None]


def lack(holes: NDArray[np.bool_]) -> float:
    """Return how much is not known of models for want of cells.

    The more of a model's cells are missing, the more one further hole takes: of k cells, what is left unknown of its
    ability is 1 / (1 + k · TOLD) of its variance. Counting cells instead would take what the last ones say for what all
    of them say.

    Parameters
    ----------
    holes : ndarray of shape (N, C)

    Returns
    -------
    float
        The sum over models of what is unknown, less that of complete models; 0 without a hole.
    """
    known = (~holes).sum(axis=1)
    return float((1.0 / (1.0 + known * TOLD) - 1.0 / (1.0 + holes.shape[1] * TOLD)).sum())


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


def has_turned(fit: Completed, reference: FloatArray) -> bool:
    """Return whether the component of completed suites has turned into another than the reference."""
    return float((fit.eigenvectors @ reference).mean()) < CONGRUENCE


def _sign(rho: float) -> float:
    return -1.0 if rho < 0 else 1.0
