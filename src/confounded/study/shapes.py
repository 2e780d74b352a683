"""Is the relation of a benchmark to what it is correlated with monotone? It is asked before the verdict is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.stats.shape import shapes
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.correlations import own_accuracy
from confounded.study.known import number
from confounded.study.measurement import error_variances
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Correlation, Shape
from confounded.study.yardstick import families_of

__all__ = ["TURNING", "is_turning", "shape_against", "with_shapes"]

TURNING: Final = "not monotone"
"""The label of a relation that turns round (`stats.shape`)."""


def is_turning(one: Correlation) -> bool:
    """Return whether a benchmark is known to fall with capability in one part of the scale and to rise in another."""
    return one.shape is not None and one.shape.label == TURNING


def shape_against(population: Population, fact: BenchmarkFacts, reference: NDArray[np.float64]) -> Shape:
    """Return the shape of a benchmark's relation to something, families being independent and not models.

    Parameters
    ----------
    population : Population
    fact : BenchmarkFacts
        Of the benchmark.
    reference : ndarray of shape (M,)
        NaN where it is not known.
    """
    values = population.matrix.column(fact.benchmark)
    both = ~(np.isnan(values) | np.isnan(reference))
    errors = error_variances(population, fact.benchmark, fact)
    found = shapes(
        reference[both],
        values[both, None],
        np.sqrt(errors.variance[both, None]),
        families_of(population)[both],
    )
    return Shape(
        label=found.label[0],
        slope_low=number(found.slope_low[0]),
        slope_high=number(found.slope_high[0]),
        p_low=number(found.p_low[0]),
        p_high=number(found.p_high[0]),
        break_at=number(found.break_at[0]),
    )


def with_shapes(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    correlations: Sequence[Correlation],
) -> list[Correlation]:
    """Add to the correlations of a population the shape of each relation."""
    found = []
    for one in correlations:
        if one.rho is None:
            found.append(one)
            continue
        accuracy = own_accuracy(population, facts[one.benchmark]) if one.against_score else None
        against = score.of_population(population) if accuracy is None else accuracy
        shape = shape_against(population, facts[one.benchmark], against)
        found.append(msgspec.structs.replace(one, shape=shape))
    return found
