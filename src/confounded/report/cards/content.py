"""What a card says, in words, once for every form in which it is shown. Computes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from confounded.report.plain import short
from confounded.report.words import NBSP, and_list
from confounded.study.check_result import (
    Advice,
    BenchmarkCheck,
    CaseMember,
    CheckResult,
    FamiliesNeeded,
    Standing,
    WithinFamilies,
    WorkedCase,
)
from confounded.study.result import (
    BenchmarkFacts,
    CapabilitiesSource,
    Caution,
    Correlation,
    JoinedName,
    PopulationResult,
    Reliability,
)
from confounded.study.strata_result import TOGETHER, BenchmarkStrata, GroupParts

__all__ = [
    "Card",
    "Line",
    "cards",
    "case_words",
    "not_found_words",
    "number",
    "span",
    "strata_lines",
    "where_capability_is_from",
]

FEWEST_FAMILIES: Final = 6
"""`stats.intervals.FEWEST_FAMILIES_FOR_VERDICT`, which no result lies below."""

SCORE: Final = "capabilities score"
"""What a benchmark is correlated with unless it has an accuracy of its own."""

MINUS: Final = "\u2212"

MOST_STRATA: Final = 8
"""Strata that a card names, the largest ones."""

GIVEN: Final = {"compute": "training compute", "size": "size", "released": "date of release"}

NEAREST_SHOWN: Final = 2
"""Shipped benchmarks that are named on either side."""

MEANING: Final = {
    "entangled": "A more capable model scores higher on it, whatever else it measures.",
    "inverse": "It gets worse as capability grows: no safetywashing, but a warning.",
    "separable": "Capability says little of how a model scores on it.",
    "unreliable": "The correlation is low, but the benchmark is so noisy that a relation could hide in the noise.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A fact on a card: what it is about, and what it says."""

    term: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One benchmark in one population.

    Parameters
    ----------
    benchmark, name, population : str
    verdict : str
    summary : tuple of str
        The first lines, which say it all: a sentence each, the name of the benchmark before the first.
    lines : tuple of Line
    cautions : tuple of Caution
    advice : tuple of Advice
    check, correlation, facts : BenchmarkCheck, Correlation, BenchmarkFacts
        What they come from.
    """

    benchmark: str
    name: str
    population: str
    verdict: str
    summary: tuple[str, ...]
    lines: tuple[Line, ...]
    cautions: tuple[Caution, ...]
    advice: tuple[Advice, ...]
    check: BenchmarkCheck = field(repr=False)
    correlation: Correlation = field(repr=False)
    facts: BenchmarkFacts = field(repr=False)
    models: PopulationResult = field(repr=False)


def cards(result: CheckResult) -> list[Card]:
    """Return the cards of a check, in its order."""
    found = {(one.benchmark, one.population): one for one in result.study.correlations}
    facts = {fact.benchmark: fact for fact in result.study.benchmarks}
    models = {one.population: one for one in result.study.populations}
    margin = result.study.provenance.settings.margin
    made = []
    for check in result.checks:
        one, fact = found[check.benchmark, check.population], facts[check.benchmark]
        population = models[check.population]
        made.append(
            Card(
                benchmark=check.benchmark,
                name=short(fact.name),
                population=check.population,
                verdict=one.verdict,
                summary=tuple(_summary(one, check.needed)),
                lines=(
                    *_lines(check, one, fact, population.capabilities, margin),
                    *_reversal_lines(result, check),
                    *_strata_lines(result, check),
                ),
                cautions=tuple(one.cautions),
                advice=tuple(check.advice),
                check=check,
                correlation=one,
                facts=fact,
                models=population,
            )
        )
    return made


def number(value: float | None, digits: int = 2) -> str:
    """Write a correlation with two decimals and a minus sign that is one."""
    if value is None:
        return "not known"
    text = f"{value:.{digits}f}"
    return (text.lstrip("-") if float(text) == 0 else text).replace("-", MINUS)


def span(low: float | None, high: float | None) -> str:
    """Write an interval in brackets; nothing where there is none."""
    return "" if low is None or high is None else f"[{number(low)}, {number(high)}]"


def where_capability_is_from(result: CheckResult) -> str:
    """Say where capability comes from, and why from there."""
    chosen = result.capability
    if chosen.how == "suite":
        suites = {tuple(m.benchmark for m in one.suite) for one in result.study.populations}
        names = and_list(list(dict.fromkeys(short(name) for suite in suites for name in suite)))
        return f"Capability is the first principal component of the scores on {names}, which the file holds itself."
    source = result.study.populations[0].capabilities
    if chosen.how == "asked" and source.kind != "reference":
        return f"Capability is {short(source.title)}, as asked for, held fixed."
    why = (
        "as asked for"
        if chosen.how == "asked"
        else f"the shipped reference that has most of the models: {chosen.n_found} of {chosen.n_models}"
    )
    others = [
        f"{one.reference} {one.n_models}"
        for one in chosen.coverage
        if one.n_models and one.reference != chosen.id
    ]
    beside = f" (others: {', '.join(others)})" if chosen.how == "coverage" and others else ""
    return f"Capability comes from {chosen.id} ({source.title}), {why}{beside}. It is held fixed: it was not refitted."


def not_found_words(names: list[JoinedName]) -> list[str]:
    """Say of each model that a reference has not what was looked for and what it may be."""
    return [
        f"{short(one.model)}: "
        + (
            f"may be {' or '.join(map(short, one.candidates))}; not guessed"
            if one.candidates
            else "not found"
        )
        for one in names
    ]


def case_words(case: WorkedCase) -> str:
    """Write a worked case with its figures."""
    return (
        f"{case.title} ({case.population} models): {_member(case.first)} against "
        f"{_member(case.second)}. {case.lesson}"
    )


def _member(one: CaseMember) -> str:
    return f"{one.name} ρ{NBSP}={NBSP}{number(one.rho)} {span(one.low, one.high)}".rstrip()


def _summary(one: Correlation, needed: FamiliesNeeded) -> Iterator[str]:
    """Yield the sentences that say it all."""
    if one.rho is None:
        yield f"no correlation: {one.reason}."
        return
    interval = span(one.interval.low, one.interval.high) if one.interval else ""
    found = (
        f"ρ = {number(one.rho)} {interval}".rstrip()
        + ("" if one.correlated_with == SCORE else f" with {one.correlated_with},")
        + f" from {one.n_models} models of {_families(one.n_families)}."
    )
    if one.n_families < FEWEST_FAMILIES:
        yield f"no verdict can be taken from {_families(one.n_families)}; it takes {FEWEST_FAMILIES}."
    else:
        yield f"{one.verdict}."
    yield found
    if one.n_families >= FEWEST_FAMILIES and one.verdict in MEANING:
        yield MEANING[one.verdict]
    if one.shape is not None and one.shape.label == "not monotone":
        yield (
            "But the relation changes direction along the scale, so that no single number describes "
            "it: see the scatter."
        )
    moved = one.robustness.families if one.robustness else None
    if moved is not None:
        yield f"Dropping {short(moved.moved_most_by)} moves it to {number(moved.then)}."
    yield from _needed(needed)


def _families(n: int) -> str:
    return f"{n} {'family' if n == 1 else 'families'}"


def _needed(needed: FamiliesNeeded) -> Iterator[str]:
    if needed.more_families is not None:
        yield (
            f"About {needed.more_families} more "
            f"{'family' if needed.more_families == 1 else 'families'} would decide it."
        )
    elif needed.claim is not None and needed.power_then is not None:
        yield (
            f"Even {needed.most_families} families would decide it only {needed.power_then:.0%} of the time, were this "
            "the true correlation."
        )


def _lines(
    check: BenchmarkCheck,
    one: Correlation,
    fact: BenchmarkFacts,
    source: CapabilitiesSource,
    margin: float,
) -> Iterator[Line]:
    against = "the capabilities score" if one.correlated_with == SCORE else one.correlated_with
    way = (
        "higher scores are taken to be better or safer"
        if fact.direction == "higher"
        else ("lower scores are taken to be better or safer; the sign is turned, so that higher is")
    )
    yield Line("Direction", f"{way}.")
    if one.rho is None:
        return
    yield Line(
        "Capabilities correlation",
        f"Spearman's ρ = {number(one.rho)} with {against}, {one.n_models} {one.population} models of "
        f"{_families(one.n_families)} (which weigh as much as {one.effective_families:.1f} equal ones).",
    )
    if one.interval is not None:
        how = "by leaving out each family once (jackknife, Student's t)"
        limits = span(one.interval.low, one.interval.high)
        yield Line(
            f"{100 * one.interval.level:g} % interval",
            f"{limits}, {how}." if limits else f"none: {one.interval.reason}.",
        )
    yield Line("Verdict", f"{one.verdict} against a margin of ±{margin:.2f}: {one.rule}.")
    yield Line("Training compute", _compute(one, source))
    yield from _families_lines(check.within, one)
    yield Line("Saturation", _saturation(one))
    if one.reliability is not None:
        yield Line("Reliability", _reliability(one.reliability))
    if check.standing is not None:
        yield Line("Among shipped benchmarks", _standing(check.standing, one))
    if check.needed.claim is not None or check.needed.reason:
        yield Line("To decide it", _decide(check.needed))


def _compute(one: Correlation, source: CapabilitiesSource) -> str:
    if source.kind == "compute":
        return "it is what stands for capability here."
    if one.compute is None or one.compute.rho is None:
        n = one.compute.n_models if one.compute else 0
        return f"not known of enough models ({n})." if n else "not known of any of the models."
    return f"ρ = {number(one.compute.rho)}, over the {one.compute.n_models} models whose training compute is known."


def _families_lines(within: WithinFamilies, one: Correlation) -> Iterator[Line]:
    if within.within is None:
        yield Line("Within families", f"not known: {within.reason}.")
    else:
        limits = span(within.low, within.high) or f"no interval: {within.reason}"
        between = "" if within.between is None else f" Between families it is {number(within.between)}."
        yield Line(
            "Within families",
            f"ρ = {number(within.within)} ({limits}), over {within.n_within} models of "
            f"{_families(within.families_within)} "
            f"with two models or more.{between}",
        )
    moved = one.robustness.families if one.robustness else None
    if moved is not None:
        turning = [
            f"{short(w.family)} ({w.verdict})"
            for w in one.without_family
            if w.verdict and w.verdict != one.verdict
        ]
        then = (
            f" Without any one of these the verdict would be another: {', '.join(turning)}."
            if turning
            else ""
        )
        yield Line(
            "Leaving out a family",
            f"between {number(moved.lowest)} and {number(moved.highest)}; {short(moved.moved_most_by)} "
            f"moves it most, to "
            f"{number(moved.then)}.{then}",
        )


def _reversal_lines(result: CheckResult, check: BenchmarkCheck) -> Iterator[Line]:
    """Say where the sign is another in a part of the models: of this population, or of all taken together."""
    for one in result.study.strata:
        if one.benchmark == check.benchmark and one.population in (check.population, TOGETHER):
            for what in (*(own.what for own in one.reversals), *(own.what for own in one.oppositions)):
                yield Line("In a part of the models", what)


def _strata_lines(result: CheckResult, check: BenchmarkCheck) -> Iterator[Line]:
    """Say what the strata of a checked benchmark show."""
    found = [
        one
        for one in result.study.strata
        if one.benchmark == check.benchmark and one.population == check.population
    ]
    yield from strata_lines(found)


def strata_lines(found: Sequence[BenchmarkStrata]) -> Iterator[Line]:
    """Say what the splits that were asked for show, and the correlations given compute, size and date of release."""
    for split in (split for one in found for split in one.splits if split.parts is not None):
        shown = sorted(split.strata, key=lambda one: -one.n_models)[:MOST_STRATA]
        parts = [
            " ".join(
                part
                for part in (
                    short(one.stratum).removeprefix(f"{split.by.removesuffix(' (column)')}: "),
                    number(one.rho),
                    span(one.low, one.high),
                    f"({one.n_models} models)",
                )
                if part
            )
            for one in shown
            if one.rho is not None
        ]
        rest = len(split.strata) - len(shown)
        more = f" and {rest} smaller strata" if rest else ""
        said = [*_groups(split.parts), *(["; ".join(parts) + more] if parts else [])]
        if said:
            yield Line(f"By {'base model' if split.by == 'base_model' else split.by}", f"{'. '.join(said)}.")
    for third in (third for one in found for third in one.given if third.partial is not None):
        limits = span(third.low, third.high) or f"(no interval: {third.reason})"
        yield Line(
            f"Given {GIVEN.get(third.given, third.given)}",
            f"\u03c1 = {number(third.partial)} {limits}, where it is {number(third.rho)} without that, over the "
            f"{third.n_models} models of {_families(third.n_families)} of which it is known.",
        )


def _groups(parts: GroupParts | None) -> list[str]:
    """Say the correlation within groups and between them; nothing where there is none."""
    if parts is None or parts.within is None:
        return []
    within = f"within groups {number(parts.within)} " + (
        span(parts.within_low, parts.within_high)
        or f"({parts.n_within} models, no interval: {parts.within_reason})"
    )
    if parts.between is None:
        return [f"{within}; {parts.groups} groups tell no correlation between them"]
    between = f"between the {parts.groups} groups {number(parts.between)} " + span(
        parts.between_low, parts.between_high
    )
    return [f"{within}, {between.rstrip()}"]


def _saturation(one: Correlation) -> str:
    shown = one.description
    if shown is None or (shown.floor_share is None and shown.ceiling_share is None):
        return "not known: the range of the scale is not stated (floor and ceiling in benchmarks.toml)."
    ends = [
        f"{share:.0%} of the models at the {end}"
        for share, end in ((shown.floor_share, "floor"), (shown.ceiling_share, "ceiling"))
        if share is not None
    ]
    chance = "" if shown.near_chance_share is None else f"; {shown.near_chance_share:.0%} are near chance"
    return f"{and_list(ends)} of the scale{chance}."


def _reliability(found: Reliability) -> str:
    if found.method is None or found.value is None:
        return f"not known: {found.reason}."
    corrected = (
        ""
        if found.rho is None
        else f" Without measurement error ρ = {number(found.rho)} {span(found.low, found.high)}"
    )
    why = f" ({found.reason})" if found.reason else ""
    return (
        f"{number(found.value)} of the variance between models is not measurement error "
        f"({found.method}).{corrected.rstrip()}{'.' if corrected else ''}{why}"
    )


def _standing(standing: Standing, one: Correlation) -> str:
    rho = one.rho or 0.0
    of = f"of {standing.title}" if standing.area else "of all areas, since its own is not stated"
    below = [m for m in standing.members if m.rho < rho][-NEAREST_SHOWN:]
    above = [m for m in standing.members if m.rho >= rho][:NEAREST_SHOWN]
    near = [f"{m.name} {number(m.rho)}" for m in (*below, *above)]
    return (
        f"{len(standing.members)} shipped benchmarks {of} ({standing.population} models): "
        f"{standing.n_lower} have a lower "
        f"correlation and {len(standing.members) - standing.n_lower} as high a one or higher. Nearest: "
        f"{', '.join(near)}."
    )


def _decide(needed: FamiliesNeeded) -> str:
    if needed.claim is None or needed.power is None or needed.assumed_rho is None:
        return f"{needed.reason}."
    premise = f"were the true correlation {number(needed.assumed_rho)}, it would be {needed.claim}"
    if needed.n_families is None:
        then = f"only {needed.power_then:.0%}" if needed.power_then is not None else "too few"
        return (
            f"{premise}, but {then} of simulated studies with {needed.most_families} families would say so."
        )
    return (
        f"{premise}, and a study of {needed.n_models} models in {needed.n_families} families would say so "
        f"{needed.power:.0%} of the time: {needed.more_models} models and {needed.more_families} families more "
        f"({needed.simulations} simulated studies of each size)."
    )
