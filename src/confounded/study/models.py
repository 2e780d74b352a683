"""What a benchmark says of each model once capability is allowed for, and which ranks the data allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.stats.adjusted import Adjusted, capability_adjusted
from confounded.stats.component import first_component
from confounded.stats.curves import fitted_curve
from confounded.stats.ranking import binomial_standard_errors, rank_intervals
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.correlations import own_accuracy, suite_without
from confounded.study.known import number
from confounded.study.measurement import KR21, error_variances
from confounded.study.population import CAPABILITIES_SCORE, Population
from confounded.study.result import AdjustedScores, BenchmarkFacts, Correlation, FittedCurve, RankIntervals
from confounded.study.settings import Settings

__all__ = ["compare_models"]

FloatArray = NDArray[np.float64]


def compare_models(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    correlations: Sequence[Correlation],
    settings: Settings,
) -> list[Correlation]:
    """Add to the correlations of a population its fitted curves, and the adjusted scores and ranks of its models.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    facts : mapping of str to BenchmarkFacts
    correlations : sequence of Correlation
    settings : Settings

    Returns
    -------
    list of Correlation
    """
    _, families = np.unique(np.asarray(population.matrix.families, dtype=str), return_inverse=True)
    own = families[score.rows]
    names = [one.benchmark for one in correlations]
    columns = population.matrix.columns(names)[score.rows]
    together = capability_adjusted(score.scores, columns, own, settings.level)
    compared = []
    for b, one in enumerate(correlations):
        fact = facts[one.benchmark]
        rest = suite_without(score, fact) if one.in_suite else None
        if rest is None:
            adjusted, place, against = together, b, CAPABILITIES_SCORE
        else:
            refitted = first_component(rest).scores
            adjusted, place = capability_adjusted(refitted, columns[:, [b]], own, settings.level), 0
            against = f"{CAPABILITIES_SCORE} without this benchmark"
        compared.append(
            msgspec.structs.replace(
                one,
                curve=_curve(population, score, fact, families, settings.level),
                adjusted=_adjusted(population, score, adjusted, place, one.benchmark, against),
                ranks=_ranks(population, fact, population.matrix.column(one.benchmark), settings.level),
            )
        )
    return compared


def _curve(
    population: Population,
    score: CapabilitiesScore,
    fact: BenchmarkFacts,
    families: NDArray[np.intp],
    level: float,
) -> FittedCurve | None:
    """Return the fitted curve of a benchmark on what it is correlated with."""
    accuracy = own_accuracy(population, fact)
    x = score.of_population(population) if accuracy is None else accuracy
    found = fitted_curve(x, population.matrix.column(fact.benchmark), families, level)
    if found is None:
        return None
    return FittedCurve(
        x=found.x.tolist(),
        y=found.y.tolist(),
        low=[number(value) for value in found.low],
        high=[number(value) for value in found.high],
        is_straight=found.is_straight,
    )


def _adjusted(
    population: Population,
    score: CapabilitiesScore,
    adjusted: Adjusted,
    place: int,
    benchmark: str,
    against: str,
) -> AdjustedScores:
    """Return one benchmark's adjusted scores in the order of the population's models."""
    known = ~np.isnan(population.matrix.column(benchmark))

    def by_model(values: FloatArray) -> list[float | None]:
        column = np.full(known.size, np.nan)
        column[score.rows] = values[:, place]
        return [
            None if np.isnan(value) or not has else float(value)
            for value, has in zip(column, known, strict=True)
        ]

    return AdjustedScores(
        against=against,
        predicted=by_model(adjusted.predicted),
        residual=by_model(adjusted.residual),
        low=by_model(adjusted.low),
        high=by_model(adjusted.high),
    )


def _ranks(population: Population, fact: BenchmarkFacts, values: FloatArray, level: float) -> RankIntervals:
    """Return the ranks that the data allow, where standard errors are given or follow from counts of items."""
    errors = error_variances(population, fact.benchmark, fact)
    if errors.method is None:
        return RankIntervals(
            best=[],
            worst=[],
            reason="not known: neither standard errors nor counts of right answers are given",
        )
    standard_errors = np.sqrt(errors.variance)
    if errors.method == KR21:
        shares = np.abs(values) / errors.scale
        standard_errors = binomial_standard_errors(shares, np.array(errors.n_items)) * errors.scale
    found = rank_intervals(values, standard_errors, level)
    return RankIntervals(
        best=[None if np.isnan(rank) else int(rank) for rank in found.best],
        worst=[None if np.isnan(rank) else int(rank) for rank in found.worst],
    )
