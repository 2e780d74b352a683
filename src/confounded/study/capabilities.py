"""The capabilities score of a population's models: the first component of the suite.

The method is that of Ren et al. 2024 (arXiv 2407.21792), section 3: the first eigenvector of the Spearman
correlation matrix of the capability benchmarks, on which the standardised scores (not their ranks) are projected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from confounded.errors import ContentError, StatisticsError
from confounded.stats.component import FirstComponent, first_component, score_errors
from confounded.study.missing_result import MissingCells
from confounded.study.population import MOST_NAMED, Population
from confounded.study.result import CapabilitiesSource, LeftOut, Notice
from confounded.study.settings import PAPER_SUITE, SMALLEST_SUITE, MissingPolicy, Settings

__all__ = ["CapabilitiesScore", "Holes", "capabilities_score", "scored_by_suite", "suite_of"]

FEWEST_MODELS = 4
"""Of three models even a perfect rank correlation has p = 1/3; below four a fit says nothing."""


MOST_FILLED = 0.5
"""Share of the suite that may be filled for a model: of one that lacks more, the mean would say more than it does."""


@dataclass(frozen=True, slots=True)
class Holes:
    """A suite that is imputed.

    Parameters
    ----------
    suite : ndarray of shape (S, C)
        Its cells, NaN for holes.
    facts : MissingCells
        What is said of them in the result.
    variances : ndarray of shape (S,)
        (1 + 1/M) times that of the capabilities scores between imputations.
    """

    suite: NDArray[np.float64] = field(repr=False)
    facts: MissingCells
    variances: NDArray[np.float64] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CapabilitiesScore:
    """The capabilities scores of a population, and the fit behind them.

    Parameters
    ----------
    suite : tuple of str
        The C capability benchmarks of the fit; those a fixed score was made from, as far as its source names them.
    rows : ndarray of shape (S,)
        The rows of the population's matrix that have a score.
    scores : ndarray of shape (S,)
        Their capabilities scores.
    columns : ndarray of shape (S, C) or None
        The scores on the suite that were fitted, missing cells filled where the settings ask for it. None where the
        score is held fixed.
    fit : FirstComponent or None
        Eigenvector, eigenvalues and correlations. None where the score is held fixed.
    source : CapabilitiesSource
        Where the scores come from.
    left_out : tuple of LeftOut
        The models without a capabilities score, and what each lacks.
    variances : ndarray of shape (S,) or None
        Error variances of the scores, where their source publishes them.
    holes : Holes or None
        The suite before its holes were imputed, where they were: `columns` are then the means of each cell, `scores`
        and `fit` those over all imputations.
    """

    suite: tuple[str, ...]
    rows: NDArray[np.intp] = field(repr=False)
    scores: NDArray[np.float64] = field(repr=False)
    columns: NDArray[np.float64] | None = field(repr=False)
    fit: FirstComponent | None = field(repr=False)
    source: CapabilitiesSource
    left_out: tuple[LeftOut, ...] = ()
    variances: NDArray[np.float64] | None = field(default=None, repr=False)
    holes: Holes | None = None

    def of_population(self, population: Population) -> NDArray[np.float64]:
        """Return the (M,) capabilities scores of the population's models, NaN for those left out."""
        scores = np.full(len(population.models), np.nan)
        scores[self.rows] = self.scores
        return scores

    def half_widths(self, population: Population, level: float) -> NDArray[np.float64]:
        """Return half the width of the interval of each of the (M,) capabilities scores, NaN where it is not known.

        Of a fitted score it says how far another suite of the same kind would move it (`stats.component.score_errors`),
        and where the suite is imputed, imputation too;
        of one held fixed it comes from the standard errors that its source publishes, taken as normal.
        """
        half = np.full(len(population.models), np.nan)
        if self.columns is not None and self.fit is not None:
            errors = score_errors(self.columns, self.fit)
            imputed = 0.0 if self.holes is None else self.holes.variances
            error = np.sqrt(errors.standard_error**2 + imputed)
            half[self.rows] = error * stdtrit(errors.degrees_of_freedom, (1.0 + level) / 2.0)
        elif self.variances is not None:
            half[self.rows] = np.sqrt(self.variances) * ndtri((1.0 + level) / 2.0)
        return half


def suite_of(population: Population, settings: Settings) -> tuple[tuple[str, ...], list[Notice]]:
    """Return the capability benchmarks of a population.

    Raises
    ------
    ContentError
        If the population lacks a benchmark that was asked for, or has fewer than three of the paper's twelve.
    """
    present = set(population.matrix.benchmarks)
    asked = settings.suite or PAPER_SUITE
    absent = [name for name in asked if name not in present]
    if not absent:
        return tuple(asked), []
    if settings.suite is not None:
        raise ContentError(
            "scores on every benchmark of the suite",
            found=f"none on {', '.join(absent)} for the {population.name} models",
            remedy="Name benchmarks that are there with --suite.",
        )
    suite = tuple(name for name in asked if name in present)
    if len(suite) < SMALLEST_SUITE:
        raise ContentError(
            f"scores on at least {SMALLEST_SUITE} capability benchmarks of {', '.join(PAPER_SUITE)}",
            found=f"{', '.join(suite) or 'none'} for the {population.name} models",
            remedy="Name your own capability benchmarks with --suite A,B,C.",
        )
    missing = ", ".join(absent)
    return suite, [
        Notice(
            what=f"The suite of the {population.name} models has {len(suite)} of the paper's "
            f"{len(PAPER_SUITE)} capability benchmarks; there are no scores on {missing}.",
            remedy="Name other capability benchmarks with --suite.",
        )
    ]


def capabilities_score(
    population: Population, suite: Sequence[str], missing: MissingPolicy
) -> tuple[CapabilitiesScore, list[Notice]]:
    """Score the models of a population by the first component of a suite.

    Parameters
    ----------
    population : Population
    suite : sequence of str
        The capability benchmarks.
    missing : {'leave-model-out', 'leave-benchmark-out', 'column-mean'}
        What to do where a model lacks a score; to impute it is the work of `study.imputed`.

    Returns
    -------
    score : CapabilitiesScore
    notices : list of Notice
        What was done about missing cells, naming models and benchmarks.

    Raises
    ------
    ContentError
        If fewer than four models can be scored, or a capability benchmark does not tell models apart.
    """
    suite, notices = _without_incomplete(population, tuple(suite), missing)
    columns = population.matrix.columns(suite)
    absent = np.isnan(columns)
    fill = absent & (absent.mean(axis=1, keepdims=True) <= MOST_FILLED)
    if missing == "column-mean" and fill.any():
        notices += _filled(population, suite, fill)
        columns = np.where(fill, np.nanmean(columns, axis=0), columns)
        absent = np.isnan(columns)
    incomplete = absent.any(axis=1)
    left_out = tuple(
        LeftOut(
            model=population.matrix.models[row],
            missing=[suite[column] for column in np.flatnonzero(absent[row])],
        )
        for row in np.flatnonzero(incomplete)
    )
    if left_out:
        notices.append(_left_out_notice(population, left_out))
    rows = np.flatnonzero(~incomplete)
    if rows.size < FEWEST_MODELS:
        raise ContentError(
            f"at least {FEWEST_MODELS} {population.name} models with scores on the whole suite",
            found=f"{rows.size} of {incomplete.size}",
            remedy="Shorten the --suite, or say what to do about missing cells with --missing.",
        )
    score = scored_by_suite(population, suite, rows, columns[rows], left_out)
    return score, notices


def scored_by_suite(
    population: Population,
    suite: Sequence[str],
    rows: NDArray[np.intp],
    fitted: NDArray[np.float64],
    left_out: tuple[LeftOut, ...],
) -> CapabilitiesScore:
    """Fit the first component to complete (S, C) columns of a suite.

    Raises
    ------
    ContentError
        If a capability benchmark does not tell models apart.
    """
    constant = [name for name, column in zip(suite, fitted.T, strict=True) if np.ptp(column) == 0]
    if constant:
        raise ContentError(
            "capability benchmarks on which models differ",
            found=f"one and the same score of all {population.name} models on {', '.join(constant)}",
            remedy=f"Leave it out of the --suite, or altogether with --leave-out {','.join(constant)}.",
        )
    try:
        fit = first_component(fitted)
    except StatisticsError as problem:
        raise ContentError(
            f"scores of the {population.name} models that a first component can be fitted to",
            found=str(problem),
            remedy="Look at the scores of the suite.",
        ) from problem
    source = CapabilitiesSource(
        kind="suite",
        id="suite",
        title="the suite",
        made_from=f"first component of {len(suite)} capability benchmarks, fitted to these models",
        benchmarks=list(suite),
    )
    return CapabilitiesScore(tuple(suite), rows, fit.scores, fitted, fit, source, left_out)


def _without_incomplete(
    population: Population, suite: tuple[str, ...], missing: MissingPolicy
) -> tuple[tuple[str, ...], list[Notice]]:
    """Return the suite, without the benchmarks that lack a cell if that is the policy."""
    if missing != "leave-benchmark-out":
        return suite, []
    absent = np.isnan(population.matrix.columns(suite)).any(axis=0)
    if not absent.any():
        return suite, []
    dropped = ", ".join(suite[column] for column in np.flatnonzero(absent))
    kept = tuple(suite[column] for column in np.flatnonzero(~absent))
    if len(kept) < SMALLEST_SUITE:
        raise ContentError(
            f"at least {SMALLEST_SUITE} capability benchmarks without a missing cell",
            found=f"{', '.join(kept) or 'none'} for the {population.name} models (incomplete: {dropped})",
            remedy="Use --missing leave-model-out, or another --suite.",
        )
    return kept, [
        Notice(
            what=f"Some {population.name} models have no score on {dropped}, so the suite of the "
            f"{population.name} models goes without it.",
            remedy="--missing leave-model-out keeps the suite and leaves these models out instead.",
        )
    ]


def _filled(population: Population, suite: Sequence[str], absent: NDArray[np.bool_]) -> list[Notice]:
    """Say which cells of the suite took the mean of their column."""
    cells = ", ".join(
        f"{population.matrix.models[row]} on {suite[column]}" for row, column in np.argwhere(absent)
    )
    return [
        Notice(
            what=f"Missing scores of {population.name} models took the mean of their column: {cells}.",
            remedy="--missing leave-model-out leaves these models out of the fit instead.",
        )
    ]


def _left_out_notice(population: Population, left_out: Sequence[LeftOut]) -> Notice:
    names = "; ".join(f"{one.model} (no score on {', '.join(one.missing)})" for one in left_out[:MOST_NAMED])
    more = f" and {len(left_out) - MOST_NAMED} more" if len(left_out) > MOST_NAMED else ""
    has, is_left = ("s have", "are") if len(left_out) > 1 else (" has", "is")
    return Notice(
        what=f"{len(left_out)} {population.name} model{has} no capabilities score and {is_left} left out of "
        f"every correlation with it: {names}{more}.",
        remedy="--missing impute fills such cells in many ways that fit the others, "
        "--missing leave-benchmark-out shortens the suite.",
    )
