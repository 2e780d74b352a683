"""Reasons to be careful with a verdict. Each has a name, a threshold with its source, and states its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from scipy.stats import mannwhitneyu

from confounded.study.capabilities import CapabilitiesScore
from confounded.study.known import signed
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Caution, Correlation
from confounded.study.shapes import TURNING, is_turning
from confounded.study.uncertainty import KIN_METHOD
from confounded.study.verdicts import DECIDED

__all__ = ["caution"]

FEW_FAMILIES: Final = 10
"""With nine families Student's t is 2.31 where the normal is 1.96, and a separable benchmark is called so one time in
ten (`validation/README.md`)."""

FEW_EFFECTIVE_FAMILIES: Final = 6.0
"""As few as that, and the verdict would not be taken at all were they equal (`FEWEST_FAMILIES_FOR_VERDICT`)."""

FEW_MODELS: Final = 20
"""Below it a rank correlation of 0 has a standard error above .23: the interval is wider than the margin is."""

UNEQUAL: Final = 0.5
"""Families that fall short by less than half a family of as many equal ones count as equal."""

SATURATED: Final = 0.15
"""Share of models at the floor or ceiling from which a scale counts as saturated (McHorney & Tarlov 1995)."""

TIED: Final = 0.05
"""Share of pairs of models that may be tied: midranks then take no more than that from a rank correlation."""

NEAR_CHANCE: Final = 0.25
"""Share of models near chance from which it is a caution: the order of a quarter of them is then guesswork."""

BY_CAPABILITY: Final = 0.01
"""Significance (Mann-Whitney; Bonferroni over the benchmarks that models lack) from which gaps go with capability."""


def caution(
    population: Population,
    facts: Mapping[str, BenchmarkFacts],
    correlations: Sequence[Correlation],
    score: CapabilitiesScore,
) -> list[Correlation]:
    """Add the cautions to the correlations of a population."""
    gaps = _gaps_with_capability(population, correlations, score)
    return [
        msgspec.structs.replace(
            one,
            cautions=list(_cautions(population, facts[one.benchmark], one, score, gaps.get(one.benchmark))),
        )
        for one in correlations
    ]


def _cautions(
    population: Population,
    fact: BenchmarkFacts,
    one: Correlation,
    score: CapabilitiesScore,
    gaps: str | None,
) -> Iterator[Caution]:
    if one.rho is None:
        return
    yield from _of_families(one)
    if one.n_models < FEW_MODELS:
        yield Caution(
            caution="few models", what=f"{one.n_models} models; fewer than {FEW_MODELS} say little."
        )
    yield from _of_score(fact, one, score)
    yield from _of_holes(one, score)
    if gaps is not None:
        yield Caution(caution="gaps go with capability", what=gaps)
    yield from _of_scores(population, fact)
    yield from _of_description(one)
    if one.reliability is None or one.reliability.method is None:
        why = one.reliability.reason if one.reliability else "nothing is known of its measurement error"
        yield Caution(
            caution="reliability unknown",
            what=f"A low correlation may be noise: {why}.",
        )


def _of_families(one: Correlation) -> Iterator[Caution]:
    """Say where a verdict hangs on few families, or on one."""
    if one.n_families < FEW_FAMILIES:
        yield Caution(
            caution="few families",
            what=f"{one.n_families} families; with fewer than {FEW_FAMILIES} little can be shown.",
        )
    survives = one.verdict not in DECIDED or one.verdict_effective == one.verdict
    if one.effective_families < FEW_EFFECTIVE_FAMILIES or not survives:
        what = f"{one.n_families} families weigh as much as {one.effective_families:.1f} equal ones"
        if not survives:
            what += f"; {one.verdict!r} does not survive the degrees of freedom of that number"
        what += "."
        if one.effective_families < one.n_families - UNEQUAL:
            what += " Among such unequal families the interval covers somewhat less than its level."
        yield Caution(caution="one family dominates", what=what)
    if one.verdict in DECIDED and one.verdict_kin not in (None, one.verdict):
        yield Caution(
            caution="families not known",
            what=f"{one.verdict!r} does not survive where each model of unknown family counts to the family that most "
            f"models of its architecture and size are of: {_limits_with_kin(one)}.",
        )
    if one.verdict in DECIDED:
        turning = [
            f"{w.family} ({w.verdict})" for w in one.without_family if w.verdict not in (None, one.verdict)
        ]
        if turning:
            yield Caution(
                caution="one family carries it",
                what=f"Without one family the verdict would be another: {', '.join(turning)}.",
            )


def _limits_with_kin(one: Correlation) -> str:
    """Return the interval with likely kin together, or why there is none."""
    interval = next(other for other in one.intervals if other.method == KIN_METHOD)
    if interval.low is None or interval.high is None:
        return f"no interval, {interval.reason}"
    return f"the interval of ρ is then [{signed(interval.low)}, {signed(interval.high)}]"


def _of_score(fact: BenchmarkFacts, one: Correlation, score: CapabilitiesScore) -> Iterator[Caution]:
    """Say where the score is held fixed, and where a benchmark is in it or shares items with it."""
    is_fixed = score.fit is None
    if is_fixed and one.against_score is None:
        yield Caution(
            caution="score held fixed",
            what=f"Capability is {score.source.title}, which was not refitted to these models; "
            f"{_uncertainty_of_score(one, score)}.",
        )
    if one.in_suite:
        yield Caution(
            caution="part of the suite",
            what="The score it is correlated with was made from it, among others."
            if is_fixed
            else "It helps to make the score it is correlated with; the correlation without it stands beside.",
        )
    kin = [name for name in fact.kin_to_suite if name in score.suite and name != fact.benchmark]
    if kin and not one.in_suite:
        yield Caution(
            caution="kin to the suite",
            what=f"It shares items with {', '.join(kin)}"
            + (f": {fact.kin_reason.rstrip('.')}." if fact.kin_reason else "."),
        )


def _of_holes(one: Correlation, score: CapabilitiesScore) -> Iterator[Caution]:
    """Say where cells were imputed, what the correlation would be otherwise, and where holes go with age."""
    if one.imputed is None or score.holes is None or not one.imputed.share:
        return
    facts = score.holes.facts
    what = f"{100 * one.imputed.share:.0f} % of the cells of the suite are imputed for these models"
    if one.imputed.complete_low is not None and one.imputed.complete_high is not None:
        limits = f"{signed(one.imputed.complete_low)} to {signed(one.imputed.complete_high)}"
        what += f"; were they known, ρ would be {limits}"
        if one.n_models < facts.n_models:
            what += (
                f" over these {one.n_models} (the other {facts.n_models - one.n_models} have no score on it)"
            )
    if one.imputed.rho_without is not None and not one.in_suite:
        without = signed(one.imputed.rho_without)
        what += f"; ρ is {without} with the benchmark left out of the imputation model"
    what += (
        f". Cells are not missing at random: whether models have {', '.join(facts.by_age)} goes with when they were "
        "released. They are imputed as if they were, given the others"
        if facts.by_age
        else ". Cells are taken to be missing at random given the others"
    )
    yield Caution(caution="imputed", what=f"{what}.")
    if facts.sole_links:
        yield Caution(
            caution="weakly linked",
            what=f"Without {', '.join(facts.sole_links)} some models would share too few benchmarks with the others.",
        )


def _gaps_with_capability(
    population: Population, correlations: Sequence[Correlation], score: CapabilitiesScore
) -> dict[str, str]:
    """Return what is to be said of benchmarks outside the suite that models lack who differ in capability."""
    there = {
        one.benchmark: ~np.isnan(population.matrix.column(one.benchmark)[score.rows])
        for one in correlations
        if one.rho is not None and not one.in_suite
    }
    there = {benchmark: has for benchmark, has in there.items() if 0 < has.sum() < has.size}
    found = {}
    for benchmark, has in there.items():
        test = mannwhitneyu(score.scores[~has], score.scores[has])
        if test.pvalue * len(there) < BY_CAPABILITY:
            others = "less" if test.statistic < has.sum() * (~has).sum() / 2 else "more"
            found[benchmark] = (
                f"{(~has).sum()} of {has.size} models have no score on it, and they are {others} capable than those "
                "that do: the correlation is over a part of the models that is no random one, and that over all may be "
                "another."
            )
    return found


def _uncertainty_of_score(one: Correlation, score: CapabilitiesScore) -> str:
    """Say whether the uncertainty of a fixed score is in the result: the correction is for both errors, or neither."""
    if score.variances is None:
        return "no interval here holds its uncertainty"
    if one.reliability is None or one.reliability.method is None:
        return "its own standard errors are known but not used, for those of the benchmark are not known"
    return "its own standard errors are used in the correlation without measurement error"


def _of_scores(population: Population, fact: BenchmarkFacts) -> Iterator[Caution]:
    """Say where scores are tied."""
    values = population.matrix.column(fact.benchmark)
    values = values[~np.isnan(values)]
    _, sizes = np.unique(values, return_counts=True)
    pairs = values.size * (values.size - 1)
    tied = float((sizes * (sizes - 1)).sum() / pairs) if pairs else 0.0
    if tied > TIED:
        yield Caution(caution="ties", what=f"{100 * tied:.0f} % of the pairs of models have the same score.")


def _of_description(one: Correlation) -> Iterator[Caution]:
    """Say where the scale is used up, the relation turns round, or many models do no better than guess."""
    for name in ("floor", "ceiling"):
        share = getattr(one.description, f"{name}_share", None)
        if share is not None and share >= SATURATED:
            yield Caution(
                caution="saturated", what=f"{100 * share:.0f} % of the models are at the {name} of the scale."
            )
    if is_turning(one):
        yield Caution(
            caution=TURNING,
            what="It falls on one side of a break and rises on the other; a rank correlation does not describe that.",
        )
    near = one.description.near_chance_share if one.description else None
    if near is not None and near >= NEAR_CHANCE:
        yield Caution(
            caution="near chance",
            what=f"{100 * near:.0f} % of the models are within two standard errors of chance.",
        )
