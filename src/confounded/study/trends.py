"""Differential progress over time: does safety improve among models of equal capability?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isnan
from typing import Final

import numpy as np

from confounded.scores.dates import day_number
from confounded.stats.trend import adjusted_trends
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.known import number
from confounded.study.population import Population
from confounded.study.result import AreaSummary, Correlation, SafetyTrend
from confounded.study.settings import Settings

__all__ = ["safety_trends", "year_of"]

FEWEST_DATED: Final = 8
"""Models with a release date below which no trend is looked for (`stats.trend`)."""

DAYS: Final = 365.25


def year_of(released: str | None) -> float:
    """Return a release date as a year with a fraction; NaN where it is not known to the month."""
    number = day_number(released)
    if isnan(number):
        return number
    day = date.fromordinal(int(number))
    return day.year + (day - date(day.year, 1, 1)).days / DAYS


def safety_trends(
    population: Population,
    score: CapabilitiesScore,
    correlations: Sequence[Correlation],
    summaries: Sequence[AreaSummary],
    settings: Settings,
) -> list[SafetyTrend]:
    """Estimate how each benchmark and each area changes over release dates at fixed capability.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    correlations : sequence of Correlation
        Those of the population.
    summaries : sequence of AreaSummary
        Those of the population; their members are taken together.
    settings : Settings
        The level.

    Returns
    -------
    list of SafetyTrend
        Areas first, then benchmarks outside the suite; empty where fewer than eight models have a date.
    """
    years = np.array([year_of(model.released) for model in population.models])
    if np.isfinite(years).sum() < FEWEST_DATED:
        return []
    names = [one.benchmark for one in correlations if not one.in_suite and one.rho is not None]
    areas = {one.area: [name for name in one.members if name in set(names)] for one in summaries}
    areas = {area: members for area, members in areas.items() if members}
    if not names:
        return []
    place = {name: b for b, name in enumerate(names)}
    groups = np.zeros((len(areas) + len(names), len(names)), dtype=np.bool_)
    for g, members in enumerate(areas.values()):
        groups[g, [place[name] for name in members]] = True
    groups[len(areas) :] = np.eye(len(names), dtype=np.bool_)
    _, families = np.unique(np.asarray(population.matrix.families, dtype=str), return_inverse=True)
    found = adjusted_trends(
        score.of_population(population),
        years,
        population.matrix.columns(names),
        families,
        groups,
        settings.level,
    )
    what: list[dict[str, str]] = [{"area": area} for area in areas] + [{"benchmark": name} for name in names]
    return [
        SafetyTrend(
            population=population.name,
            area=one.get("area"),
            benchmark=one.get("benchmark"),
            per_year=number(found.per_year[g]),
            low=number(found.low[g]),
            high=number(found.high[g]),
            n_models=int(found.n_models[g]),
            n_families=int(found.n_families[g]),
            answer=_answer(found.low[g], found.high[g]),
            reason=found.reasons[g],
        )
        for g, one in enumerate(what)
    ]


def _answer(low: float, high: float) -> str:
    if low > 0:
        return "improves"
    return "worsens" if high < 0 else "cannot tell"
