"""Counts of points and verdicts, by population and by area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from confounded.errors import StatisticsError
from confounded.stats.intervals import FEWEST_FAMILIES_FOR_VERDICT
from confounded.stats.planning import Design, simulate_power
from confounded.study.planning_curves import CLUSTERING, planning_curves
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

POWER_SIMULATIONS: Final = 1_000
"""The standard error of a power of .1 is then .009."""

POWER_BUDGET: Final = 5_000_000
"""Models × families × simulations that are worth a second; a larger study gets fewer simulations."""

FEWEST_SIMULATIONS: Final = 100
"""With fewer than that a power of .1 is known to no better than ±.06."""

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
        verdicts_effective=verdict_counts(one.verdict_effective for one in outside),
        complete_against_score_effective=verdict_counts(
            (one.against_score or one).verdict_effective
            for one in outside
            if (one.against_score or one).n_models == sum(family_sizes)
        ),
        power=[_power(family_sizes, *assumed, settings) for assumed in CLUSTERING],
        planning=planning_curves(family_sizes, settings),
    )


def _power(family_sizes: Sequence[int], ability: float, residual: float, settings: Settings) -> StudyPower:
    """Simulate the study's power to call a correlation of 0 separable."""
    design = Design(tuple(family_sizes), ability, residual)
    affordable = POWER_BUDGET // (sum(family_sizes) * len(family_sizes))
    simulations = min(POWER_SIMULATIONS, affordable)
    separable, reason = None, None
    if simulations < FEWEST_SIMULATIONS:
        reason = "the study is too large to simulate in passing; `confounded plan` takes the time"
    elif len(family_sizes) < FEWEST_FAMILIES_FOR_VERDICT:
        separable, reason = 0.0, f"with fewer than {FEWEST_FAMILIES_FOR_VERDICT} families no verdict is taken"
    else:
        try:
            found = simulate_power(
                design,
                [0.0],
                margin=settings.margin,
                level=settings.level,
                simulations=simulations,
                seed=settings.seed,
            )
            separable = float(found.separable[0])
        except StatisticsError as problem:
            reason = str(problem)
    return StudyPower(
        ability_clustering=ability,
        residual_clustering=residual,
        separable=separable,
        simulations=simulations,
        reason=reason,
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
