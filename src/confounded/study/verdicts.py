"""What may be said of each benchmark: one verdict from one interval, and what is left of it among many.

Against the margin m (a setting, chosen before the data are seen) the default interval of a correlation gives

- ``entangled``: it lies above +m; the benchmark measures, for a good part, capability;
- ``inverse``: it lies below -m; the property gets worse as capability grows;
- ``separable``: it lies inside ±m, and so does the interval without measurement error where that is known;
- ``unreliable``: the raw interval lies inside ±m, but without measurement error it does not, or cannot be had;
- ``undecided``: anything else. It is not evidence of entanglement, nor of anything.

Where the relation is shown to turn round (`stats.shape`), or to go opposite ways in two strata of the models
(`study.reversals`), a low rank correlation is no evidence of independence, and
the verdict is ``undecided`` in place of separable or unreliable.

All come from one interval of the level 1 - α, so a wrong verdict has probability α at most, whatever the correlation
is, where the coverage holds. ``separable`` is an equivalence test at one-sided α / 2 (Schuirmann 1987; Lakens 2017),
stricter than the customary α.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from confounded.stats.intervals import (
    FEWEST_FAMILIES_FOR_VERDICT,
    Intervals,
    family_jackknife,
    jackknife_intervals,
)
from confounded.stats.multiplicity import (
    MarginTests,
    benjamini_hochberg,
    benjamini_yekutieli,
    margin_tests,
)
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.correlations import Evidence
from confounded.study.measurement import Measurement, reliabilities
from confounded.study.population import Population
from confounded.study.result import (
    BenchmarkFacts,
    Correlation,
    Interval,
    MarginP,
    Reliability,
    WithoutFamily,
)
from confounded.study.settings import Nesting, Settings
from confounded.study.shapes import TURNING, is_turning, shape_against, with_shapes
from confounded.study.uncertainty import EFFECTIVE_METHOD, KIN_METHOD, Resampled

__all__ = ["declared_set", "judge", "verdict_of", "without_nesting"]

UNDECIDED = "undecided"

MOST_LISTED = 100
"""Families up to which all are listed: no figure shows as many, and records of thousands would be megabytes."""

DECIDED = ("entangled", "inverse", "separable")


def verdict_of(
    low: float | None,
    high: float | None,
    margin: float,
    n_families: int,
    reliability: Reliability | None = None,
    *,
    turning: bool = False,
    opposed: bool = False,
) -> tuple[str, str]:
    """Return the verdict that an interval gives, and the rule that gave it.

    Parameters
    ----------
    low, high : float or None
        The default interval; None where it is undefined.
    margin : float
    n_families : int
        Families behind it; below six no verdict is taken.
    reliability : Reliability, optional
        What is known of the benchmark's measurement error.
    turning : bool, optional
        Whether the relation is shown to fall on one side of a break and to rise on the other.
    opposed : bool, optional
        Whether it is shown to go opposite ways in two strata.

    Returns
    -------
    verdict : str
    rule : str
        In words, with the numbers it was held against.
    """
    if low is None or high is None:
        return UNDECIDED, "there is no interval"
    if n_families < FEWEST_FAMILIES_FOR_VERDICT:
        return UNDECIDED, f"{n_families} families; a verdict needs at least {FEWEST_FAMILIES_FOR_VERDICT}"
    if low > margin:
        return "entangled", f"the interval lies above +{margin:.2f}"
    if high < -margin:
        return "inverse", f"the interval lies below −{margin:.2f}"
    if not (low > -margin and high < margin):
        return UNDECIDED, f"the interval reaches across +{margin:.2f} or −{margin:.2f}"
    if turning:
        return UNDECIDED, (
            f"the interval lies inside ±{margin:.2f}, but the relation is not monotone: it falls on one side of a "
            "break and rises on the other, so that a low rank correlation is no evidence of independence"
        )
    if opposed:
        return UNDECIDED, (
            f"the interval lies inside ±{margin:.2f}, but the relation goes opposite ways in two strata of the models, "
            "so that a low correlation over all is no evidence of independence"
        )
    if reliability is None:
        return "separable", f"the interval lies inside ±{margin:.2f}"
    if reliability.method is None:
        return "separable", f"the interval lies inside ±{margin:.2f}; the measurement error is not known"
    if reliability.low is None or reliability.high is None:
        return "unreliable", f"the interval lies inside ±{margin:.2f}, but {reliability.reason}"
    if reliability.low > -margin and reliability.high < margin:
        return "separable", f"the intervals with and without measurement error lie inside ±{margin:.2f}"
    return "unreliable", f"without measurement error the interval is not inside ±{margin:.2f}"


def judge(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    evidence: Evidence,
    correlations: Sequence[Correlation],
    settings: Settings,
    opposed: Collection[str] = (),
) -> list[Correlation]:
    """Add to the correlations of a population their verdicts and what these rest on.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    facts : mapping of str to BenchmarkFacts
    evidence : Evidence
    correlations : sequence of Correlation
    settings : Settings
        Margin, level, and which of nested benchmarks are counted.
    opposed : collection of str
        Benchmarks that are shown to go opposite ways in two strata (`study.reversals`).

    Returns
    -------
    list of Correlation
    """
    correlations = with_shapes(population, score, facts, correlations)
    everyone = np.arange(len(population.models))
    by_score = [name for name in evidence.with_score if name not in evidence.with_accuracy]
    found = _judged(population, facts, evidence.with_score, by_score, score.rows, settings, score)
    found |= _judged(
        population, facts, evidence.with_accuracy, list(evidence.with_accuracy), everyone, settings
    )
    judged = [
        found[one.benchmark].added_to(one, settings, opposed=one.benchmark in opposed)
        if one.benchmark in found
        else one
        for one in correlations
    ]
    beside = [
        _with_other_verdicts(one, population, score, facts, settings, opposed=one.benchmark in opposed)
        for one in judged
    ]
    return _among_many(beside, facts, settings)


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What resampling says of one correlation against the margin."""

    tests: MarginP
    reliability: Reliability
    effective: Reliability
    without: list[WithoutFamily]

    def added_to(self, one: Correlation, settings: Settings, *, opposed: bool) -> Correlation:
        """Return the correlation with its verdict."""
        low, high = _limits(one.interval)
        turning = is_turning(one)
        verdict, rule = verdict_of(
            low, high, settings.margin, one.n_families, self.reliability, turning=turning, opposed=opposed
        )
        if one.interval is not None and one.interval.reason:
            rule = one.interval.reason
        wider = next((other for other in one.intervals if other.method == EFFECTIVE_METHOD), None)
        firm, _ = verdict_of(
            *_limits(wider), settings.margin, one.n_families, self.effective, turning=turning, opposed=opposed
        )
        together = next((other for other in one.intervals if other.method == KIN_METHOD), None)
        cautious = None
        if together is not None:
            cautious, _ = verdict_of(
                *_limits(together),
                settings.margin,
                (together.n_replicates or 0),
                self.reliability,
                turning=turning,
                opposed=opposed,
            )
        return msgspec.structs.replace(
            one,
            verdict=verdict,
            verdict_effective=firm,
            verdict_kin=cautious,
            rule=rule,
            tests=_without_separable(self.tests) if turning or opposed else self.tests,
            reliability=self.reliability,
            without_family=[_still_turning(own) for own in self.without]
            if turning or opposed
            else self.without,
        )


def _without_separable(tests: MarginP) -> MarginP:
    """Return the tests of a relation that turns round: nothing shows that it is separable."""
    if tests.entangled is None or tests.inverse is None:
        return tests
    p = min(1.0, 2.0 * min(tests.entangled, tests.inverse))
    return msgspec.structs.replace(tests, separable=1.0, p=p)


def _still_turning(one: WithoutFamily) -> WithoutFamily:
    """Return the verdict without a family, which turns round as the whole does."""
    if one.verdict not in ("separable", "unreliable"):
        return one
    return msgspec.structs.replace(one, verdict=UNDECIDED)


def _judged(
    population: Population,
    facts: Mapping[str, BenchmarkFacts],
    resampled: Mapping[str, tuple[Resampled, int]],
    benchmarks: Sequence[str],
    rows: NDArray[np.intp],
    settings: Settings,
    score: CapabilitiesScore | None = None,
) -> dict[str, Judgement]:
    """Judge the benchmarks that were resampled together."""
    if not benchmarks:
        return {}
    together = list(resampled)
    source = resampled[together[0]][0]
    measured = reliabilities(population, facts, together, rows, source, settings.level, score)
    tests = margin_tests(
        source.jackknife,
        settings.margin,
        disattenuated=measured.corrected.jackknife,
        scale=measured.corrected.scale,
    )
    fewer = {
        family: jackknife_intervals(
            family_jackknife(
                source.left_out[family],
                np.delete(source.pair_rho[place], family, axis=0),
                np.delete(source.pair_degenerate[place], family, axis=0),
                np.delete(source.present, family, axis=0),
            ),
            settings.level,
        )
        for place, family in enumerate(source.redone)
    }
    return {
        name: Judgement(
            tests=_tests(tests, position, measured.records[position]),
            reliability=measured.records[position],
            effective=measured.effective[position],
            without=_without(source, position, fewer, measured, settings),
        )
        for position, name in enumerate(together)
        if name in set(benchmarks)
    }


def _tests(tests: MarginTests, position: int, reliability: Reliability) -> MarginP:
    def number(values: NDArray[np.float64]) -> float | None:
        return None if np.isnan(values[position]) else float(values[position])

    entangled, inverse = number(tests.entangled), number(tests.inverse)
    separable, p = number(tests.separable), number(tests.p)
    if entangled is not None and inverse is not None and reliability.method and reliability.low is None:
        # The error is known to leave nothing, or nothing that can be computed: then nothing shows separability.
        separable, p = 1.0, min(1.0, 2.0 * min(entangled, inverse))
    return MarginP(entangled=entangled, inverse=inverse, separable=separable, p=p)


def _without(
    source: Resampled,
    position: int,
    fewer: Mapping[int, Intervals],
    measured: Measurement,
    settings: Settings,
) -> list[WithoutFamily]:
    """Return the correlation without each family that stands behind it, and the verdict then."""
    found = []
    n_families = int(source.present[:, position].sum())
    for row in _shown(source, position):
        family = source.families[row]
        rho = source.left_out[row, position]
        verdict = None
        if row in fewer and n_families > FEWEST_FAMILIES_FOR_VERDICT:
            reliability = measured.without[source.redone.index(row)][position]
            verdict, _ = verdict_of(
                *_limits_at(fewer[row], position), settings.margin, n_families - 1, reliability
            )
        found.append(WithoutFamily(family=family, rho=None if np.isnan(rho) else float(rho), verdict=verdict))
    return found


def _shown(source: Resampled, position: int) -> list[int]:
    """Return the rows of the families to be listed: all, or of very many the largest and those that move it most."""
    there = np.flatnonzero(source.present[:, position])
    if there.size <= MOST_LISTED:
        return there.tolist()
    moves = np.nan_to_num(np.abs(source.left_out[there, position] - source.rho[position]), nan=np.inf)
    furthest = there[np.argsort(-moves, kind="stable")[: MOST_LISTED - len(source.redone)]].tolist()
    return sorted({*furthest, *(row for row in source.redone if source.present[row, position])})


def _with_other_verdicts(
    one: Correlation,
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    settings: Settings,
    *,
    opposed: bool,
) -> Correlation:
    """Add verdicts to the correlations that stand beside the headline."""

    def with_verdict(field: str, *, turning: bool, opposed: bool = False) -> dict[str, object]:
        other = getattr(one, field)
        if other is None:
            return {}
        limits = (settings.margin, one.n_families)
        verdict, _ = verdict_of(*_limits(other.interval), *limits, turning=turning, opposed=opposed)
        firm, _ = verdict_of(*_limits(other.effective), *limits, turning=turning, opposed=opposed)
        return {field: msgspec.structs.replace(other, verdict=verdict, verdict_effective=firm)}

    turning = is_turning(one)
    by_score = turning
    if one.against_score is not None:
        scores = score.of_population(population)
        by_score = shape_against(population, facts[one.benchmark], scores).label == TURNING
    return msgspec.structs.replace(
        one,
        **with_verdict("against_score", turning=by_score),
        # Strata are parted by what the headline is correlated with, so that they say nothing of the other.
        **with_verdict("without_itself", turning=turning, opposed=opposed),
    )


def declared_set(
    correlations: Sequence[Correlation], facts: Mapping[str, BenchmarkFacts], settings: Settings
) -> list[str]:
    """Return the benchmarks of a population among which verdicts are held: outside the suite, and none nested.

    With the setting ``aggregates`` a benchmark is out when it is part of one that is in; with ``subscales`` an
    aggregate is out when a part of it is in.
    """
    present = {one.benchmark for one in correlations if one.rho is not None and not one.in_suite}
    kept = without_nesting(present, facts, settings.nesting)
    return [one.benchmark for one in correlations if one.benchmark in kept]


def without_nesting(benchmarks: set[str], facts: Mapping[str, BenchmarkFacts], nesting: Nesting) -> set[str]:
    """Return benchmarks of which none is part of another: wholes without their parts, or parts without the whole."""
    wholes = {name: _wholes(name, facts) & benchmarks for name in benchmarks}
    if nesting == "aggregates":
        return {name for name in benchmarks if not wholes[name]}
    return benchmarks - {whole for name in benchmarks for whole in wholes[name]}


def _wholes(benchmark: str, facts: Mapping[str, BenchmarkFacts]) -> set[str]:
    """Return the benchmarks that a benchmark is part of, directly or not."""
    found: set[str] = set()
    whole = facts[benchmark].part_of
    while whole is not None and whole not in found:
        found.add(whole)
        whole = facts[whole].part_of if whole in facts else None
    return found


def _among_many(
    correlations: Sequence[Correlation], facts: Mapping[str, BenchmarkFacts], settings: Settings
) -> list[Correlation]:
    """Hold the verdicts of the declared set under the false discovery rate."""
    declared = set(declared_set(correlations, facts, settings))
    p = np.array(
        [
            one.tests.p
            if one.tests
            and one.tests.p is not None
            and one.benchmark in declared
            and one.n_families >= FEWEST_FAMILIES_FOR_VERDICT
            else np.nan
            for one in correlations
        ],
        dtype=np.float64,
    )
    hochberg, yekutieli = benjamini_hochberg(p), benjamini_yekutieli(p)
    held = []
    for one, q_bh, q_by in zip(correlations, hochberg, yekutieli, strict=True):
        if one.tests is None or np.isnan(q_bh):
            held.append(one)
            continue
        tests = msgspec.structs.replace(
            one.tests,
            q_bh=float(q_bh),
            q_by=float(q_by),
            verdict_bh=_held(one.verdict, float(q_bh), settings),
            verdict_by=_held(one.verdict, float(q_by), settings),
        )
        held.append(msgspec.structs.replace(one, tests=tests))
    return held


def _held(verdict: str, q: float, settings: Settings) -> str:
    """Return the verdict that is left at a false discovery rate of 1 - level."""
    return verdict if verdict not in DECIDED or q <= 1.0 - settings.level else UNDECIDED


def _limits(interval: Interval | None) -> tuple[float | None, float | None]:
    return (None, None) if interval is None else (interval.low, interval.high)


def _limits_at(intervals: Intervals, position: int) -> tuple[float | None, float | None]:
    low, high = intervals.low[position], intervals.high[position]
    return (None, None) if np.isnan(low) else (float(low), float(high))
