"""Counts of points and verdicts, by population and by area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from confounded.study.result import (
    BenchmarkFacts,
    Correlation,
    PointCounts,
    PopulationSummary,
    VerdictCounts,
)
from confounded.study.settings import Settings
from confounded.study.verdicts import declared_set

__all__ = ["point_counts", "population_summary", "verdict_counts"]


def population_summary(
    population: str,
    n_models: int,
    correlations: Sequence[Correlation],
    facts: Mapping[str, BenchmarkFacts],
    settings: Settings,
) -> PopulationSummary:
    """Count the benchmarks of a population outside the suite.

    Parameters
    ----------
    population : str
    n_models : int
        Models with a capabilities score: a benchmark that all of them have is complete.
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
            if (one.against_score or one).n_models == n_models
        ),
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
