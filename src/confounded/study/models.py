"""What a benchmark says of each model once capability is allowed for, and which ranks the data allow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.stats.adjusted import capability_adjusted
from confounded.stats.ranking import binomial_standard_errors, rank_intervals
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.measurement import KR21, error_variances
from confounded.study.population import Population
from confounded.study.result import AdjustedScores, BenchmarkFacts, Correlation, RankIntervals
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
    """Add to the correlations of a population the capability-adjusted scores and rank intervals of its models.

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
    names = [one.benchmark for one in correlations]
    _, families = np.unique(np.asarray(population.matrix.families, dtype=str), return_inverse=True)
    adjusted = capability_adjusted(
        score.fit.scores, population.matrix.columns(names)[score.rows], families[score.rows], settings.level
    )

    def by_model(values: FloatArray, b: int, known: FloatArray) -> list[float | None]:
        column = np.full(len(population.models), np.nan)
        column[score.rows] = values[:, b]
        return [None if np.isnan(v) or np.isnan(k) else float(v) for v, k in zip(column, known, strict=True)]

    compared = []
    for b, one in enumerate(correlations):
        values = population.matrix.column(one.benchmark)
        compared.append(
            msgspec.structs.replace(
                one,
                adjusted=AdjustedScores(
                    predicted=by_model(adjusted.predicted, b, values),
                    residual=by_model(adjusted.residual, b, values),
                    low=by_model(adjusted.low, b, values),
                    high=by_model(adjusted.high, b, values),
                ),
                ranks=_ranks(population, facts[one.benchmark], values, settings.level),
            )
        )
    return compared


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
