"""Reasons to be careful with a verdict. Each has a name, a threshold with its source, and states its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Caution, Correlation
from confounded.study.settings import Settings
from confounded.study.uncertainty import EFFECTIVE_METHOD
from confounded.study.verdicts import DECIDED, verdict_of

__all__ = ["caution"]

FEW_FAMILIES: Final = 10
"""With nine families Student's t is 2.31 where the normal is 1.96, and a separable benchmark is called so one time in
ten (`validation/README.md`)."""

FEW_EFFECTIVE_FAMILIES: Final = 6.0
"""As few as that, and the verdict would not be taken at all were they equal (`FEWEST_FAMILIES_FOR_VERDICT`)."""

FEW_MODELS: Final = 20
"""Below it a rank correlation of 0 has a standard error above .23: the interval is wider than the margin is."""

SATURATED: Final = 0.15
"""Share of models at the floor or ceiling from which a scale counts as saturated (McHorney & Tarlov 1995)."""

TIED: Final = 0.05
"""Share of pairs of models that may be tied: midranks then take no more than that from a rank correlation."""

NEAR_CHANCE: Final = 0.25
"""Share of models near chance from which it is a caution: the order of a quarter of them is then guesswork."""

CEILING_MARGIN: Final = 0.01
"""Within a hundredth of the range of the scale counts as at its floor or ceiling."""


def caution(
    population: Population,
    facts: Mapping[str, BenchmarkFacts],
    correlations: Sequence[Correlation],
    suite: Sequence[str],
    settings: Settings,
) -> list[Correlation]:
    """Add the cautions to the correlations of a population."""
    return [
        msgspec.structs.replace(
            one, cautions=list(_cautions(population, facts[one.benchmark], one, suite, settings))
        )
        for one in correlations
    ]


def _cautions(
    population: Population,
    fact: BenchmarkFacts,
    one: Correlation,
    suite: Sequence[str],
    settings: Settings,
) -> Iterator[Caution]:
    if one.rho is None:
        return
    yield from _of_families(one, settings)
    if one.n_models < FEW_MODELS:
        yield Caution(
            caution="few models", what=f"{one.n_models} models; fewer than {FEW_MODELS} say little."
        )
    yield from _of_suite(fact, one, suite)
    yield from _of_scores(population, fact)
    yield from _of_shape(one)
    if one.reliability is None or one.reliability.method is None:
        yield Caution(
            caution="reliability unknown",
            what="Neither standard errors nor counts of right answers are known: a low correlation may be noise.",
        )


def _of_families(one: Correlation, settings: Settings) -> Iterator[Caution]:
    """Say where a verdict hangs on few families, or on one."""
    if one.n_families < FEW_FAMILIES:
        yield Caution(
            caution="few families",
            what=f"{one.n_families} families; with fewer than {FEW_FAMILIES} little can be shown.",
        )
    effective = next((other for other in one.intervals if other.method == EFFECTIVE_METHOD), None)
    survives = True
    if one.verdict in DECIDED and effective is not None:
        survives = (
            verdict_of(effective.low, effective.high, settings.margin, one.n_families)[0] == one.verdict
        )
    if one.effective_families < FEW_EFFECTIVE_FAMILIES or not survives:
        why = "" if survives else f"; {one.verdict!r} does not survive the degrees of freedom of that number"
        yield Caution(
            caution="one family dominates",
            what=f"{one.n_families} families weigh as much as {one.effective_families:.1f} equal ones{why}. "
            "Among such unequal families the interval covers somewhat less than its level.",
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


def _of_suite(fact: BenchmarkFacts, one: Correlation, suite: Sequence[str]) -> Iterator[Caution]:
    """Say where a benchmark is in the suite or shares items with it."""
    if one.in_suite:
        yield Caution(
            caution="part of the suite",
            what="It helps to make the score it is correlated with; see the correlation with a score without it.",
        )
    kin = [name for name in fact.kin_to_suite if name in suite and name != fact.benchmark]
    if kin and not one.in_suite:
        yield Caution(
            caution="kin to the suite",
            what=f"It shares items with {', '.join(kin)}"
            + (f": {fact.kin_reason}." if fact.kin_reason else "."),
        )


def _of_scores(population: Population, fact: BenchmarkFacts) -> Iterator[Caution]:
    """Say where scores are saturated or tied."""
    values = population.matrix.column(fact.benchmark)
    values = values[~np.isnan(values)]
    if fact.direction == "lower":
        values = -values
    for name, limit, at in _limits(fact, values):
        share = float(at.mean())
        if share >= SATURATED:
            yield Caution(
                caution="saturated",
                what=f"{100 * share:.0f} % of the models are at the {name} of the scale ({limit:g}).",
            )
    _, sizes = np.unique(values, return_counts=True)
    pairs = values.size * (values.size - 1)
    tied = float((sizes * (sizes - 1)).sum() / pairs) if pairs else 0.0
    if tied > TIED:
        yield Caution(caution="ties", what=f"{100 * tied:.0f} % of the pairs of models have the same score.")


def _of_shape(one: Correlation) -> Iterator[Caution]:
    """Say where the relation turns round, or most models do no better than guess."""
    if one.shape is not None and one.shape.label == "not monotone":
        yield Caution(
            caution="not monotone",
            what="It falls on one side of a break and rises on the other; a rank correlation does not describe that.",
        )
    near = one.description.near_chance_share if one.description else None
    if near is not None and near >= NEAR_CHANCE:
        yield Caution(
            caution="near chance",
            what=f"{100 * near:.0f} % of the models are within two standard errors of chance.",
        )


def _limits(fact: BenchmarkFacts, values: np.ndarray) -> Iterator[tuple[str, float, np.ndarray]]:
    """Return floor and ceiling of a scale that are known, and which models are at them."""
    if fact.floor is None or fact.ceiling is None:
        return
    near = CEILING_MARGIN * (fact.ceiling - fact.floor)
    yield "floor", fact.floor, values <= fact.floor + near
    yield "ceiling", fact.ceiling, values >= fact.ceiling - near
