"""The shipped benchmarks as a yardstick: their correlations, to stand beside a benchmark of one's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

from confounded.datasets import safetywashing
from confounded.study.capability import capabilities_of
from confounded.study.correlations import capabilities_correlations, gather_evidence
from confounded.study.population import benchmark_facts, populations
from confounded.study.published import published_figures
from confounded.study.result import BenchmarkFacts, Correlation
from confounded.study.settings import Settings
from confounded.study.verdicts import judge

__all__ = ["ShippedStudy", "shipped_study"]


@dataclass(frozen=True, slots=True)
class ShippedStudy:
    """Some shipped benchmarks in one population, by id: what is known of them, and their correlations."""

    population: str
    facts: Mapping[str, BenchmarkFacts] = field(repr=False)
    correlations: Mapping[str, Correlation] = field(repr=False)


def shipped_study(
    population: str, margin: float, level: float, benchmarks: Collection[str] | None = None
) -> ShippedStudy | None:
    """Correlate shipped benchmarks with capability, with the default interval and verdict only.

    Parameters
    ----------
    population : str
    margin, level : float
        Of the verdicts.
    benchmarks : collection of str, optional
        Which; by default all.

    Returns
    -------
    ShippedStudy or None
        None where no scores of such a population ship.
    """
    wanted = None if benchmarks is None else frozenset(benchmarks)
    return _studied(population, margin, level, wanted)


@cache
def _studied(name: str, margin: float, level: float, wanted: frozenset[str] | None) -> ShippedStudy | None:
    settings = Settings(resamples=0, margin=margin, level=level)
    table = safetywashing.load_scores()
    facts = benchmark_facts(table, settings)
    split, _ = populations(table, facts, settings)
    population = next((one for one in split if one.name == name), None)
    if population is None:
        return None
    score, _ = capabilities_of(population, settings, facts)
    # The accuracies that calibration metrics are correlated with are columns of the matrix, not among the facts.
    some = {name: fact for name, fact in facts.items() if wanted is None or name in wanted}
    evidence = gather_evidence(population, score, some, settings)
    published = published_figures(split)
    found, _ = capabilities_correlations(population, score, some, published, evidence)
    judged = judge(population, score, some, evidence, found, settings)
    return ShippedStudy(name, some, {one.benchmark: one for one in judged})
