"""Differential progress over time: does safety improve among models of equal capability?

The headline is the trend without the error of the capabilities score (`stats.trend`). That error follows from the parts
of a fitted score, each benchmark's share in it, and of a score held fixed from the standard errors of its source. Parts
count where they were measured: of a benchmark that is imputed from the others, these foretell too much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import isnan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.scores.dates import day_number
from confounded.stats.component import standardise
from confounded.stats.trend import AdjustedTrends, adjusted_trends
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.known import number
from confounded.study.population import Population
from confounded.study.result import AreaSummary, Correlation, SafetyTrend, UncorrectedTrend
from confounded.study.settings import Settings

__all__ = ["safety_trends", "year_of"]

FEWEST_DATED: Final = 8
"""Models with a release date below which no trend is looked for (`stats.trend`)."""

DAYS: Final = 365.25

FloatArray = NDArray[np.float64]


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
        parts=_parts(population, score),
        error_variance=_error_variance(population, score),
    )
    what: list[dict[str, str]] = [{"area": area} for area in areas] + [{"benchmark": name} for name in names]
    return [_record(population.name, one, found, g) for g, one in enumerate(what)]


def _parts(population: Population, score: CapabilitiesScore) -> FloatArray | None:
    """Return what each benchmark adds to the (M,) fitted scores, NaN where not measured; None of a fixed score."""
    if score.columns is None or score.fit is None:
        return None
    parts = np.full((len(population.models), len(score.suite)), np.nan)
    measured = np.isfinite(population.matrix.columns(score.suite)[score.rows])
    parts[score.rows] = np.where(measured, standardise(score.columns) * score.fit.eigenvector, np.nan)
    return parts


def _error_variance(population: Population, score: CapabilitiesScore) -> FloatArray | None:
    """Return the error variances of the (M,) scores, where their source has standard errors."""
    if score.variances is None or np.isnan(score.variances).all():
        return None
    variances = np.full(len(population.models), np.nan)
    variances[score.rows] = score.variances
    return variances


def _record(population: str, what: Mapping[str, str], found: AdjustedTrends, g: int) -> SafetyTrend:
    corrected, plain = found.corrected, found.uncorrected
    # Where nothing could be corrected, the models are those of the trend that stands beside it.
    of = plain if np.isnan(corrected.per_year[g]) else corrected
    return SafetyTrend(
        population=population,
        area=what.get("area"),
        benchmark=what.get("benchmark"),
        per_year=number(corrected.per_year[g]),
        low=number(corrected.low[g]),
        high=number(corrected.high[g]),
        n_models=int(of.n_models[g]),
        n_families=int(of.n_families[g]),
        answer=_answer(corrected.per_year[g], corrected.low[g], corrected.high[g]),
        reliability=number(found.reliability[g]),
        uncorrected=UncorrectedTrend(
            per_year=number(plain.per_year[g]),
            low=number(plain.low[g]),
            high=number(plain.high[g]),
            reason=plain.reasons[g],
        ),
        reason=corrected.reasons[g],
    )


def _answer(per_year: float, low: float, high: float) -> str:
    if isnan(per_year):
        return "not known"
    if low > 0:
        return "improves"
    return "worsens" if high < 0 else "cannot tell"
