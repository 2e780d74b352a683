"""Is capability one thing? A second component where it is earned, and each benchmark against both.

The published method takes one component. That stays the headline; this stands beside it. Two components are turned by
varimax, so that each is led by capability benchmarks of one kind (such as maths and knowledge, or common sense), and a
benchmark is correlated with each: an entanglement with "capability" may be one with a part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.engine import ALL_CORES, Engine
from confounded.stats.completed import CONGRUENCE, completed_correlations
from confounded.stats.imputation_variance import Imputations, imputation_variance, with_imputations
from confounded.stats.intervals import Jackknife, family_jackknife, jackknife_intervals
from confounded.stats.parallel import parallel_analysis
from confounded.stats.pooling import contrast_intervals, linear_jackknife
from confounded.stats.ranks import spearman
from confounded.stats.rotation import completed_components, two_components
from confounded.stats.shape import shapes
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.components_result import (
    BenchmarkComponents,
    CapabilityComponents,
    ComponentCorrelation,
    ComponentLoadings,
)
from confounded.study.correlations import correlation, too_many_imputed
from confounded.study.known import listed, number, signed
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Caution, Correlation
from confounded.study.settings import SMALLEST_SUITE, Settings
from confounded.study.shapes import TURNING
from confounded.study.verdicts import verdict_of
from confounded.study.yardstick import Yardstick

__all__ = ["CAUTION", "capability_components", "component_cautions"]

CAUTION: Final = "follows a component"

MOST_ANALYSED: Final = 5
"""Completed suites that are each held against shuffled ones: their median p seldom moves with more."""

FloatArray = NDArray[np.float64]


def capability_components(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    settings: Settings,
    *,
    engine: Engine = ALL_CORES,
) -> CapabilityComponents | None:
    """Find out how many components the suite of a population has, and which of two each benchmark follows.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    facts : mapping of str to BenchmarkFacts
    settings : Settings
        Margin, level and seed.
    engine : Engine, optional

    Returns
    -------
    CapabilityComponents or None
        None where the score is held fixed: then there is no suite to ask.
    """
    if score.columns is None or score.columns.shape[1] < SMALLEST_SUITE:
        return None
    yardstick = Yardstick(population, score, settings.seed, engine)
    families = yardstick.families[score.rows]
    analyses = [
        parallel_analysis(columns, families, seed=settings.seed)
        for columns in _completed(yardstick)[:MOST_ANALYSED]
    ]
    eigenvalues, thresholds = (
        np.mean([getattr(one, what) for one in analyses], axis=0) for what in ("eigenvalues", "thresholds")
    )
    second_p = float(np.median([one.second_p for one in analyses]))
    is_earned = second_p <= 1.0 - settings.level
    result = CapabilityComponents(
        population=population.name,
        suite=list(score.suite),
        eigenvalues=eigenvalues.tolist(),
        thresholds=thresholds.tolist(),
        n_horn=int(np.cumprod(eigenvalues > thresholds).sum()),
        second_threshold=float(np.mean([one.second_threshold for one in analyses])),
        second_p=second_p,
        n_draws=analyses[0].n_draws,
        n_components=2 if is_earned else 1,
    )
    return _with_second(result, yardstick, facts, settings) if is_earned else result


def _completed(yardstick: Yardstick) -> Sequence[FloatArray]:
    """Return the suite as often as it was completed: once where it has no holes."""
    if yardstick.is_imputed:
        return list(yardstick.replicates.fit.completed)
    return [] if yardstick.score.columns is None else [yardstick.score.columns]


def component_cautions(
    correlations: Sequence[Correlation], components: Sequence[CapabilityComponents | None]
) -> list[Correlation]:
    """Add a caution where a benchmark is separable from the one score and surely not from a component of it.

    What rises with one component and falls with the other has a correlation near 0 with what both have in common.

    Parameters
    ----------
    correlations : sequence of Correlation
        With their verdicts.
    components : sequence of CapabilityComponents or None
        None where a score is held fixed.
    """
    told = {
        (one.population, own.benchmark): _told(one, own)
        for one in components
        if one is not None
        for own in one.benchmarks
        if any(side.verdict in SURE for side in (own.first, own.second))
    }
    return [
        msgspec.structs.replace(one, cautions=[*one.cautions, Caution(caution=CAUTION, what=told[place])])
        if one.verdict in HIDING and (place := (one.population, one.benchmark)) in told
        else one
        for one in correlations
    ]


HIDING: Final = ("separable", "unreliable")
SURE: Final = ("entangled", "inverse")
"""Verdicts on the one score, and on a component of it, that a reader would not expect side by side."""


def _told(one: CapabilityComponents, own: BenchmarkComponents) -> str:
    """Say in words how a benchmark goes with both components."""
    parts = [
        f"{signed(side.rho or 0.0)} [{signed(side.low or 0.0)}, {signed(side.high or 0.0)}] with that led by "
        f"{listed(led, NAMED)}"
        for side, led in ((own.first, one.first_led_by), (own.second, one.second_led_by))
        if side.verdict in SURE
    ]
    return (
        f"Capability has two components in this suite, and ρ is {' and '.join(parts)}. "
        "With the one capabilities score it is low, which hides that."
    )


NAMED: Final = 3
"""Capability benchmarks that name a component, those that lead it most."""


def _with_second(
    result: CapabilityComponents,
    yardstick: Yardstick,
    facts: Mapping[str, BenchmarkFacts],
    settings: Settings,
) -> CapabilityComponents:
    """Add the turned components and the correlations with them."""
    population, score = yardstick.population, yardstick.score
    if score.columns is None:
        return result
    reference = two_components(score.columns).loadings
    fits = [two_components(columns, reference) for columns in _completed(yardstick)]
    loadings, own_scores = (
        np.mean([getattr(fit, what) for fit in fits], axis=0) for what in ("loadings", "scores")
    )
    names = [
        name
        for name in facts
        if name in population.matrix.benchmarks
        and name not in score.suite
        and correlation(population.matrix.column(name)[score.rows], score.scores).rho is not None
        and not too_many_imputed(score, population.matrix.column(name))
    ]
    led = loadings[:, 0] ** 2 - loadings[:, 1] ** 2
    order = np.argsort(-led, kind="stable")
    scores = np.full((len(population.models), 2), np.nan)
    scores[score.rows] = own_scores
    found = (_imputed if yardstick.is_imputed else _refitted)(yardstick, names, reference)
    return msgspec.structs.replace(
        result,
        loadings=[
            ComponentLoadings(benchmark=name, first=float(a), second=float(b))
            for name, (a, b) in zip(score.suite, loadings, strict=True)
        ],
        first_led_by=[score.suite[place] for place in order if led[place] > 0],
        second_led_by=[score.suite[place] for place in order[::-1] if led[place] < 0],
        scores=[[number(value) for value in column] for column in scores.T],
        benchmarks=[
            _benchmark(yardstick, name, one, scores, settings) for name, one in zip(names, found, strict=True)
        ],
    )


@dataclass(frozen=True, slots=True)
class _Correlated:
    """The correlations of a benchmark with both components.

    Parameters
    ----------
    rho : ndarray of shape (2,)
    each : Jackknife
        Of both.
    difference : Jackknife
        Of the first less the second, on the Fisher z scale, turned round where the benchmark falls with capability.
    """

    rho: FloatArray = field(repr=False)
    each: Jackknife
    difference: Jackknife


def _refitted(yardstick: Yardstick, names: Sequence[str], reference: FloatArray) -> list[_Correlated]:
    """Correlate benchmarks with the components, fitted again without each family."""
    score = yardstick.score
    values = yardstick.population.matrix.columns(names)[score.rows]
    units = yardstick.left_together[score.rows]
    (columns,) = _completed(yardstick)
    work = partial(_without_family, columns, values, units, reference)
    whole, *left_out = yardstick.engine.map(work, range(-1, yardstick.n_units))
    return [
        _correlated(yardstick, name, whole[:, b], np.array([one[:, b] for one in left_out]))
        for b, name in enumerate(names)
    ]


def _without_family(
    columns: FloatArray, values: FloatArray, units: NDArray[np.int64], reference: FloatArray, unit: int
) -> FloatArray:
    """Return the (2, B) correlations of columns with both components, without a family; of all models for -1."""
    kept = units != unit
    if not kept.any():
        return np.full((2, values.shape[1]), np.nan)
    fit = two_components(columns[kept], reference)
    if fit.congruence < CONGRUENCE:
        return np.full((2, values.shape[1]), np.nan)
    return np.array([[spearman(column, own) for column in values[kept].T] for own in fit.scores.T])


def _correlated(
    yardstick: Yardstick,
    name: str,
    rho: FloatArray,
    left_out: FloatArray,
    imputations: Imputations | None = None,
) -> _Correlated:
    """Put the jackknives of one benchmark together, from its (2,) correlations and the (F, 2) without each family."""
    there = np.repeat(_present(yardstick, name)[:, None], 2, axis=1)
    each = family_jackknife(rho, left_out, np.isnan(left_out), there)
    weights = np.array([[1.0, -1.0]]) * _way(yardstick, name)
    difference = linear_jackknife(rho, left_out, np.isnan(left_out), weights, there)
    if imputations is not None:
        each = with_imputations(each, imputation_variance(imputations))
        difference = with_imputations(difference, imputation_variance(imputations, weights))
    return _Correlated(rho, each, difference)


def _imputed(yardstick: Yardstick, names: Sequence[str], reference: FloatArray) -> list[_Correlated]:
    """Correlate benchmarks with the components of an imputed suite, imputed anew without each family."""
    found = []
    for name in names:
        scored = partial(completed_components, reference=reference)
        scores = yardstick.imputed_by(scored, name, width=2)
        values = yardstick.population.matrix.column(name)
        drawn = np.array(yardstick.engine.map(partial(_with_components, values), list(scores)))
        one = yardstick.replicates.together(drawn, by_lack=True)
        found.append(_correlated(yardstick, name, one.rho, one.left_out, one.imputations))
    return found


def _with_components(values: FloatArray, scores: FloatArray) -> FloatArray:
    """Return the (M, 2) correlations of a benchmark with M pairs of components of a replicate, scores (M, N, 2)."""
    there = ~np.isnan(scores).any(axis=(0, 2))
    return np.column_stack([completed_correlations(scores[:, there, k], values[there]) for k in range(2)])


def _present(yardstick: Yardstick, name: str) -> NDArray[np.bool_]:
    """Return which of the families, or groups of them, have a model with a score and a benchmark."""
    rows = yardstick.score.rows
    there = ~np.isnan(yardstick.population.matrix.column(name)[rows])
    return np.bincount(yardstick.left_together[rows][there], minlength=yardstick.n_units) > 0


def _way(yardstick: Yardstick, name: str) -> float:
    """Return -1 for a benchmark that falls with capability: it follows the component with which it falls more."""
    rows = yardstick.score.rows
    rho = spearman(yardstick.population.matrix.column(name)[rows], yardstick.score.scores)
    return -1.0 if rho < 0 else 1.0


def _benchmark(
    yardstick: Yardstick, name: str, found: _Correlated, scores: FloatArray, settings: Settings
) -> BenchmarkComponents:
    """Record the correlations of a benchmark with both components, and their difference."""
    rows = yardstick.score.rows
    values = yardstick.population.matrix.column(name)[rows]
    turning = [
        shapes(own, values[:, None], families=yardstick.families[rows]).label[0] == TURNING
        for own in scores[rows].T
    ]
    sides = _recorded(found, turning, settings)
    interval = contrast_intervals(found.difference, settings.level)
    low, high = number(interval.low[0]), number(interval.high[0])
    return BenchmarkComponents(
        benchmark=name,
        n_models=int((~np.isnan(values)).sum()),
        n_families=int(np.unique(yardstick.families[rows][~np.isnan(values)]).size),
        first=sides[0],
        second=sides[1],
        difference=number(found.difference.z[0]),
        low=low,
        high=high,
        follows="first"
        if low is not None and low > 0
        else "second"
        if high is not None and high < 0
        else None,
    )


def _recorded(found: _Correlated, turning: Sequence[bool], settings: Settings) -> list[ComponentCorrelation]:
    """Record the correlations with both components."""
    interval = jackknife_intervals(found.each, settings.level)
    sides = []
    for k in range(2):
        low, high = number(interval.low[k]), number(interval.high[k])
        verdict, _ = verdict_of(low, high, settings.margin, int(found.each.n_families[k]), turning=turning[k])
        sides.append(
            ComponentCorrelation(
                rho=number(found.rho[k]), low=low, high=high, verdict=verdict, reason=interval.reasons[k]
            )
        )
    return sides
