"""The correlation within families of models, with an interval that leaves out each family once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confounded.errors import StatisticsError
from confounded.stats.component import first_component
from confounded.stats.intervals import jackknife_intervals
from confounded.stats.within import within_jackknife
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.check_result import WithinFamilies
from confounded.study.correlations import own_accuracy
from confounded.study.known import number
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts

__all__ = ["within_families"]

FloatArray = NDArray[np.float64]


def within_families(
    population: Population, score: CapabilitiesScore, fact: BenchmarkFacts, level: float
) -> WithinFamilies:
    """Correlate a benchmark with capability within families and between them.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
        Refitted in every replicate where it is fitted to these models.
    fact : BenchmarkFacts
    level : float
        Nominal coverage of the interval.

    Returns
    -------
    WithinFamilies
    """
    values = population.matrix.column(fact.benchmark)
    accuracy = own_accuracy(population, fact)

    def scored(kept: NDArray[np.bool_]) -> FloatArray | None:
        if accuracy is not None:
            return np.where(kept, accuracy, np.nan)
        return score.of_population(population) if kept.all() else _refitted(population, score, kept)

    whole, jackknife = within_jackknife(values, population.matrix.families, scored)
    interval = jackknife_intervals(jackknife, level)
    return WithinFamilies(
        within=number(whole.within),
        low=number(interval.low[0]),
        high=number(interval.high[0]),
        n_within=whole.n_within,
        families_within=whole.groups_within,
        between=number(whole.between),
        families=whole.groups,
        reason=interval.reasons[0] if whole.groups_within else "no family has two models",
    )


def _refitted(population: Population, score: CapabilitiesScore, kept: NDArray[np.bool_]) -> FloatArray | None:
    """Return the (M,) capabilities scores without some models, None where they cannot be had."""
    scores = np.full(len(population.models), np.nan)
    own = kept[score.rows]
    if score.columns is None or score.fit is None:
        scores[score.rows[own]] = score.scores[own]
        return scores
    try:
        fit = first_component(score.columns[own], reference=score.fit.eigenvector)
    except StatisticsError:
        return None
    scores[score.rows[own]] = fit.scores
    return scores
