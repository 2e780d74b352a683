"""Is capability one thing? A second component where it is earned, and each benchmark against both.

The published method takes one component. That stays the headline; this stands beside it. Two components are turned by
varimax, so that each is led by capability benchmarks of one kind (such as maths and knowledge, or common sense), and a
benchmark is correlated with each: an entanglement with "capability" may be one with a part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from confounded.engine import ALL_CORES, Engine
from confounded.stats.intervals import FEWEST_FAMILIES, Jackknife, family_jackknife, jackknife_intervals
from confounded.stats.kernel import CONGRUENCE
from confounded.stats.parallel import parallel_analysis
from confounded.stats.ranks import spearman
from confounded.stats.rotation import TwoComponents, two_components
from confounded.stats.shape import shapes
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.components_result import (
    BenchmarkComponents,
    CapabilityComponents,
    ComponentCorrelation,
    ComponentLoadings,
)
from confounded.study.correlations import correlation
from confounded.study.known import listed, number, signed
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Caution, Correlation
from confounded.study.settings import SMALLEST_SUITE, Settings
from confounded.study.shapes import TURNING
from confounded.study.verdicts import verdict_of

__all__ = ["CAUTION", "capability_components", "component_cautions"]

CAUTION: Final = "follows a component"

MOST_REFITTED: Final = 200
"""Families up to which the components are fitted again without each: of more, one seldom moves them."""

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
    _, families = np.unique(
        np.asarray([population.matrix.families[row] for row in score.rows], dtype=str), return_inverse=True
    )
    analysis = parallel_analysis(score.columns, families, seed=settings.seed)
    is_earned = analysis.second_p <= 1.0 - settings.level
    result = CapabilityComponents(
        population=population.name,
        suite=list(score.suite),
        eigenvalues=analysis.eigenvalues.tolist(),
        thresholds=analysis.thresholds.tolist(),
        n_horn=analysis.n_horn,
        second_threshold=analysis.second_threshold,
        second_p=analysis.second_p,
        n_draws=analysis.n_draws,
        n_components=2 if is_earned else 1,
    )
    return _with_second(result, population, score, facts, families, settings, engine) if is_earned else result


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
        f"Capability has two components in this suite, and the correlation is {' and '.join(parts)}. "
        "With the one capabilities score it is low, which hides that."
    )


NAMED: Final = 3
"""Capability benchmarks that name a component, those that lead it most."""


def _with_second(
    result: CapabilityComponents,
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    families: NDArray[np.intp],
    settings: Settings,
    engine: Engine,
) -> CapabilityComponents:
    """Add the turned components and the correlations with them."""
    columns = score.columns
    if columns is None:
        return result
    fit = two_components(columns)
    names = [
        name
        for name in facts
        if name in population.matrix.benchmarks
        and name not in score.suite
        and correlation(population.matrix.column(name)[score.rows], score.scores).rho is not None
    ]
    values = population.matrix.columns(names)[score.rows]
    n_families = int(families.max(initial=-1)) + 1
    is_refitted = n_families <= MOST_REFITTED
    without = partial(_without_family, columns if is_refitted else None, values, families, fit)
    left_out = np.array(engine.map(without, range(n_families)))
    led = fit.loadings[:, 0] ** 2 - fit.loadings[:, 1] ** 2
    order = np.argsort(-led, kind="stable")
    scores = np.full((len(population.models), 2), np.nan)
    scores[score.rows] = fit.scores
    return msgspec.structs.replace(
        result,
        is_refitted=is_refitted,
        loadings=[
            ComponentLoadings(benchmark=name, first=float(a), second=float(b))
            for name, (a, b) in zip(score.suite, fit.loadings, strict=True)
        ],
        first_led_by=[score.suite[place] for place in order if led[place] > 0],
        second_led_by=[score.suite[place] for place in order[::-1] if led[place] < 0],
        scores=[[number(value) for value in column] for column in scores.T],
        benchmarks=_benchmarks(names, values, score.scores, fit, left_out, families, settings),
    )


def _without_family(
    columns: FloatArray | None,
    values: FloatArray,
    families: NDArray[np.intp],
    fit: TwoComponents,
    family: int,
) -> FloatArray:
    """Return the (2, B) correlations without a family, the components fitted again where there is a suite."""
    kept = families != family
    again = two_components(columns[kept], fit.loadings) if columns is not None and kept.any() else None
    if again is not None and again.congruence < CONGRUENCE:
        return np.full((2, values.shape[1]), np.nan)
    return _correlated(values[kept], fit.scores[kept] if again is None else again.scores)


def _correlated(values: FloatArray, scores: FloatArray) -> FloatArray:
    """Return the (2, B) correlations of columns with both components."""
    return np.array([[spearman(column, component) for column in values.T] for component in scores.T])


def _benchmarks(
    names: Sequence[str],
    values: FloatArray,
    general: FloatArray,
    fit: TwoComponents,
    left_out: FloatArray,
    families: NDArray[np.intp],
    settings: Settings,
) -> list[BenchmarkComponents]:
    """Record the correlations of every benchmark with both components, and their difference."""
    whole = _correlated(values, fit.scores)
    there = np.array(
        [
            [bool((~np.isnan(column[families == family])).any()) for column in values.T]
            for family in range(left_out.shape[0])
        ]
    )
    jackknives = [
        family_jackknife(whole[k], left_out[:, k], np.isnan(left_out[:, k]), there) for k in range(2)
    ]
    both = [
        _recorded(one, whole[k], _turning(fit.scores[:, k], values, families), settings)
        for k, one in enumerate(jackknives)
    ]
    results = []
    for b, name in enumerate(names):
        # Where a benchmark falls with capability, the component it follows is that with which it falls more.
        sign = -1.0 if spearman(values[:, b], general) < 0 else 1.0
        difference, low, high = _difference(
            sign * whole[:, b], sign * left_out[there[:, b], :, b], settings.level
        )
        results.append(
            BenchmarkComponents(
                benchmark=name,
                n_models=int((~np.isnan(values[:, b])).sum()),
                n_families=int(there[:, b].sum()),
                first=both[0][b],
                second=both[1][b],
                difference=difference,
                low=low,
                high=high,
                follows="first"
                if low is not None and low > 0
                else "second"
                if high is not None and high < 0
                else None,
            )
        )
    return results


def _turning(component: FloatArray, values: FloatArray, families: NDArray[np.intp]) -> list[bool]:
    """Return which benchmarks are shown to turn round with a component."""
    return [label == TURNING for label in shapes(component, values, families=families).label]


def _recorded(
    jackknife: Jackknife, rho: FloatArray, turning: Sequence[bool], settings: Settings
) -> list[ComponentCorrelation]:
    """Record correlations with one component."""
    interval = jackknife_intervals(jackknife, settings.level)
    found = []
    for b in range(rho.size):
        low, high = number(interval.low[b]), number(interval.high[b])
        verdict, _ = verdict_of(low, high, settings.margin, int(jackknife.n_families[b]), turning=turning[b])
        found.append(
            ComponentCorrelation(
                rho=number(rho[b]), low=low, high=high, verdict=verdict, reason=interval.reasons[b]
            )
        )
    return found


def _difference(
    whole: FloatArray, left_out: FloatArray, level: float
) -> tuple[float | None, float | None, float | None]:
    """Return the difference of the Fisher z of two correlations, and its family-jackknife interval."""
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = float(np.diff(np.arctanh(whole[::-1]))[0])
        replicates = np.diff(np.arctanh(left_out[:, ::-1]), axis=1)[:, 0]
    n = replicates.size
    if not np.isfinite(difference):
        return None, None, None
    if n < FEWEST_FAMILIES or not np.isfinite(replicates).all():
        return difference, None, None
    error = np.sqrt((n - 1) / n * ((replicates - replicates.mean()) ** 2).sum())
    half = float(stdtrit(n - 1.0, (1.0 + level) / 2.0) * error)
    return difference, difference - half, difference + half
