"""Counts and middles of the correlations, by population and by area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from confounded.study.result import (
    AreaSummary,
    BenchmarkFacts,
    Correlation,
    PointCounts,
    PopulationSummary,
)

__all__ = ["area_summaries", "population_summaries"]


def population_summaries(correlations: Sequence[Correlation], margin: float) -> list[PopulationSummary]:
    """Count, for each population, where the point estimates of its benchmarks outside the suite lie."""
    summaries = []
    for population in dict.fromkeys(one.population for one in correlations):
        values = [
            one.rho
            for one in correlations
            if one.population == population and not one.in_suite and one.rho is not None
        ]
        summaries.append(
            PopulationSummary(population=population, n_benchmarks=len(values), points=_counts(values, margin))
        )
    return summaries


def area_summaries(
    correlations: Sequence[Correlation], facts: Mapping[str, BenchmarkFacts], margin: float
) -> list[AreaSummary]:
    """Summarise, for each population and area, the correlations that do not count twice."""
    by_area: dict[tuple[str, str], list[Correlation]] = {}
    for one in correlations:
        area = facts[one.benchmark].area
        if area is not None and not one.in_suite and one.rho is not None:
            by_area.setdefault((one.population, area), []).append(one)
    summaries = []
    for (population, area), ones in by_area.items():
        present = {one.benchmark for one in ones}
        members = {
            one.benchmark: one.rho
            for one in ones
            if one.rho is not None and not _part_of_any(one.benchmark, present, facts)
        }
        values = list(members.values())
        summaries.append(
            AreaSummary(
                population=population,
                area=area,
                n_benchmarks=len(members),
                points=_counts(values, margin),
                members=list(members),
                median=median(values),
                lowest=min(values),
                highest=max(values),
            )
        )
    return summaries


def _part_of_any(benchmark: str, present: set[str], facts: Mapping[str, BenchmarkFacts]) -> bool:
    """Tell whether a benchmark is part of an aggregate that is there itself."""
    whole = facts[benchmark].part_of
    while whole is not None:
        if whole in present:
            return True
        whole = facts[whole].part_of if whole in facts else None
    return False


def _counts(values: Sequence[float], margin: float) -> PointCounts:
    return PointCounts(
        above=sum(value > margin for value in values),
        below=sum(value < -margin for value in values),
        within=sum(abs(value) <= margin for value in values),
    )
