"""The capabilities correlation of every benchmark: how its scores go with capability, model by model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from confounded.stats.component import first_component
from confounded.stats.ranks import spearman
from confounded.study.capabilities import FEWEST_MODELS, CapabilitiesScore
from confounded.study.population import CAPABILITIES_SCORE, Population
from confounded.study.published import PublishedFigures
from confounded.study.result import (
    BenchmarkFacts,
    ComputeCorrelation,
    Correlation,
    Notice,
    ScoreCorrelation,
)
from confounded.study.settings import SMALLEST_SUITE

__all__ = ["capabilities_correlations"]

ACCURACY_ON = "accuracy on "
"""How the catalogue begins to name the accuracy on a calibration metric's own data set."""

FloatArray = NDArray[np.float64]


def capabilities_correlations(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    published: PublishedFigures,
) -> tuple[list[Correlation], list[Notice]]:
    """Correlate every benchmark of a population with capability.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
        The capabilities scores of its models.
    facts : mapping of str to BenchmarkFacts
        What each benchmark is correlated with; its order is that of the result.
    published : PublishedFigures
        The figures the paper prints, to stand beside ours where the models are the paper's.

    Returns
    -------
    correlations : list of Correlation
        One a benchmark on which the population has scores.
    notices : list of Notice
        Benchmarks that could not be correlated with what they should be.
    """
    scores = score.of_population(population)
    compute = np.array([np.nan if m.training_flop is None else m.training_flop for m in population.models])
    measured = set(population.matrix.benchmarks)
    correlations, notices = [], []
    for benchmark, fact in facts.items():
        if benchmark not in measured:
            continue
        values = population.matrix.column(benchmark)
        accuracy = _own_accuracy(population, fact)
        if accuracy is None and fact.correlated_with != CAPABILITIES_SCORE:
            notices.append(_no_accuracy(population, fact))
        reference = scores if accuracy is None else accuracy
        correlated_with = CAPABILITIES_SCORE if accuracy is None else fact.correlated_with
        rho, both, reason = correlation(values, reference)
        correlations.append(
            Correlation(
                population=population.name,
                benchmark=benchmark,
                correlated_with=correlated_with,
                rho=rho,
                n_models=int(both.sum()),
                n_families=len({population.matrix.families[row] for row in np.flatnonzero(both)}),
                in_suite=benchmark in score.suite,
                reason=reason,
                published=published.find(population.name, benchmark, correlated_with),
                without_itself=_without_itself(score, benchmark) if benchmark in score.suite else None,
                against_score=None if accuracy is None else _score_correlation(values, scores),
                compute=_compute_correlation(population, benchmark, values, compute, published),
            )
        )
    return correlations, notices


def correlation(
    values: FloatArray, reference: FloatArray
) -> tuple[float | None, NDArray[np.bool_], str | None]:
    """Return the Spearman correlation over the models that have both.

    Parameters
    ----------
    values, reference : ndarray of shape (M,)
        NaN where a model has none.

    Returns
    -------
    rho : float or None
        None where it is undefined.
    both : ndarray of shape (M,)
        Which models have both.
    reason : str or None
        Why it is undefined.
    """
    both = ~(np.isnan(values) | np.isnan(reference))
    if both.sum() < FEWEST_MODELS:
        return None, both, f"fewer than {FEWEST_MODELS} models have both"
    if np.ptp(values[both]) == 0:
        return None, both, "all models have the same score"
    if np.ptp(reference[both]) == 0:
        return None, both, "all models are equally capable"
    return float(spearman(values[both], reference[both])), both, None


def _own_accuracy(population: Population, fact: BenchmarkFacts) -> FloatArray | None:
    """Return the accuracy on a calibration metric's own data set, if the population has it."""
    data_set = fact.correlated_with.removeprefix(ACCURACY_ON)
    if not fact.correlated_with.startswith(ACCURACY_ON) or data_set not in population.matrix.benchmarks:
        return None
    return population.matrix.column(data_set)


def _no_accuracy(population: Population, fact: BenchmarkFacts) -> Notice:
    return Notice(
        what=f"{fact.benchmark} of the {population.name} models should be correlated with the "
        f"{fact.correlated_with}, which the scores do not hold; it is correlated with the capabilities score.",
        remedy="Add these accuracies to the scores.",
    )


def _score_correlation(values: FloatArray, scores: FloatArray) -> ScoreCorrelation:
    rho, both, _ = correlation(values, scores)
    return ScoreCorrelation(rho=rho, n_models=int(both.sum()))


def _without_itself(score: CapabilitiesScore, benchmark: str) -> ScoreCorrelation | None:
    """Correlate a capability benchmark with a score refitted without it."""
    own = score.suite.index(benchmark)
    if len(score.suite) <= SMALLEST_SUITE:
        return None
    fit = first_component(np.delete(score.columns, own, axis=1))
    return _score_correlation(score.columns[:, own], fit.scores)


def _compute_correlation(
    population: Population,
    benchmark: str,
    values: FloatArray,
    compute: FloatArray,
    published: PublishedFigures,
) -> ComputeCorrelation | None:
    """Correlate a benchmark with training compute, if any model's is known."""
    if np.isnan(compute).all():
        return None
    rho, both, _ = correlation(values, compute)
    return ComputeCorrelation(
        rho=rho,
        n_models=int(both.sum()),
        published=published.find(population.name, benchmark, "training compute"),
    )
