"""The shipped benchmarks as a yardstick: their correlations, to stand beside a benchmark of one's own."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The shipped benchmarks in one population, by id: what is known of them, and their correlations."""

    population: str
    facts: Mapping[str, BenchmarkFacts] = field(repr=False)
    correlations: Mapping[str, Correlation] = field(repr=False)


@cache
def shipped_study(population: str, margin: float, level: float) -> ShippedStudy | None:
    """Correlate the shipped benchmarks with capability, with the default interval and verdict only.

    Parameters
    ----------
    population : str
    margin, level : float
        Of the verdicts.

    Returns
    -------
    ShippedStudy or None
        None where no scores of such a population ship.
    """
    settings = Settings(resamples=0, margin=margin, level=level)
    table = safetywashing.load_scores()
    facts = benchmark_facts(table, settings)
    split, _ = populations(table, facts, settings)
    models = next((one for one in split if one.name == population), None)
    if models is None:
        return None
    score, _ = capabilities_of(models, settings, facts)
    evidence = gather_evidence(models, score, facts, settings)
    found, _ = capabilities_correlations(models, score, facts, published_figures(split), evidence)
    judged = judge(models, score, facts, evidence, found, settings)
    return ShippedStudy(population, facts, {one.benchmark: one for one in judged})
