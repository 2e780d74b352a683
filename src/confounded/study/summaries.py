"""Counts of points and verdicts, by population and by area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from confounded.stats.planning import Design, simulate_power
from confounded.study.result import (
    BenchmarkFacts,
    Correlation,
    PointCounts,
    PopulationSummary,
    StudyPower,
    VerdictCounts,
)
from confounded.study.settings import Settings
from confounded.study.verdicts import declared_set

CLUSTERING: Final = ((0.0, 0.0), (0.3, 0.5))
"""Intra-family correlations (ability, residual) for which power is given: none, and those of `validation/README.md`."""

MOST_MODELS_FOR_POWER: Final = 1_000
"""Beyond it the power is all but 1 (`validation/README.md`: 0.98 with 200), and simulating it takes minutes."""

POWER_SIMULATIONS: Final = 2_000
"""The standard error of a power of .1 is then .007."""

__all__ = ["point_counts", "population_summary", "verdict_counts"]


def population_summary(
    population: str,
    family_sizes: Sequence[int],
    correlations: Sequence[Correlation],
    facts: Mapping[str, BenchmarkFacts],
    settings: Settings,
) -> PopulationSummary:
    """Count the benchmarks of a population outside the suite.

    Parameters
    ----------
    population : str
    family_sizes : sequence of int
        Models with a capabilities score in each family. A benchmark that all of them have is complete.
    correlations : sequence of Correlation
        Those of the population.
    facts : mapping of str to BenchmarkFacts
    settings : Settings

    Returns
    -------
    PopulationSummary
    """
    outside = [one for one in correlations if not one.in_suite and one.rho is not None]
    declared = declared_set(correlations, facts, settings)
    held = [one.tests for one in outside if one.tests and one.benchmark in set(declared)]
    return PopulationSummary(
        population=population,
        n_benchmarks=len(outside),
        points=point_counts([one.rho for one in outside if one.rho is not None], settings.margin),
        verdicts=verdict_counts(one.verdict for one in outside),
        declared=declared,
        verdicts_bh=verdict_counts(tests.verdict_bh or "undecided" for tests in held),
        verdicts_by=verdict_counts(tests.verdict_by or "undecided" for tests in held),
        complete_against_score=verdict_counts(
            one.against_score.verdict if one.against_score else one.verdict
            for one in outside
            if (one.against_score or one).n_models == sum(family_sizes)
        ),
        power=(
            [_power(family_sizes, *assumed, settings) for assumed in CLUSTERING]
            if sum(family_sizes) <= MOST_MODELS_FOR_POWER
            else []
        ),
    )


def _power(family_sizes: Sequence[int], ability: float, residual: float, settings: Settings) -> StudyPower:
    """Simulate the study's power to call a correlation of 0 separable."""
    design = Design(tuple(family_sizes), ability, residual)
    found = simulate_power(
        design,
        [0.0],
        margin=settings.margin,
        level=settings.level,
        simulations=POWER_SIMULATIONS,
        seed=settings.seed,
    )
    return StudyPower(
        ability_clustering=ability,
        residual_clustering=residual,
        separable=float(found.separable[0]),
        simulations=POWER_SIMULATIONS,
    )


def point_counts(values: Sequence[float], margin: float) -> PointCounts:
    """Count how many correlations lie above, below and within the margin."""
    return PointCounts(
        above=sum(value > margin for value in values),
        below=sum(value < -margin for value in values),
        within=sum(abs(value) <= margin for value in values),
    )


def verdict_counts(verdicts: Iterable[str]) -> VerdictCounts:
    """Count verdicts."""
    found = list(verdicts)
    return VerdictCounts(**{name: found.count(name) for name in VerdictCounts.__struct_fields__})
