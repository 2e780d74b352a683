"""What to do about a verdict: design advice, each piece with the fact it follows from and a worked case.

The worked cases are pairs of shipped benchmarks that measure one thing in two ways. Their correlations are computed
from the shipped scores, so that the advice shows what it claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from confounded.study.cautions import FEW_FAMILIES, SATURATED
from confounded.study.check_result import Advice, CaseMember, FamiliesNeeded, WithinFamilies, WorkedCase
from confounded.study.result import BenchmarkFacts, Correlation
from confounded.study.shapes import is_turning
from confounded.study.shipped import shipped_study

__all__ = ["CASE_BENCHMARKS", "advice_on", "case_member", "worked_cases"]


class _Case(NamedTuple):
    case: str
    title: str
    first: str
    second: str
    lesson: str


CASES: Final = (
    _Case(
        "calibration",
        "Brier score against RMS calibration error, both on MMLU",
        "brier_mmlu",
        "rmsce_mmlu",
        "The Brier score is a sum of calibration and of refinement, and refinement is accuracy under another name. "
        "Taking that part out leaves a measure of whether stated confidence can be trusted.",
    ),
    _Case(
        "bias",
        "BBQ with disambiguated against ambiguous contexts",
        "bbq_disamb",
        "bbq_amb",
        "Where the text settles the answer, finding it is reading comprehension. Where it does not, only the leaning "
        "of the model is left to be seen.",
    ),
    _Case(
        "robustness",
        "GLUE against AdvGLUE",
        "glue",
        "adv_glue",
        "The adversarial version keeps the task and adds a fixed attack, so most of what it measures is "
        "still the task. "
        "Report the drop from the clean score beside it, and prefer attacks made against the model at hand.",
    ),
)
"""Pairs whose second member is the design meant to have less of capability in it."""

CASE_BENCHMARKS: Final = frozenset(name for one in CASES for name in (one.first, one.second))


def case_member(one: Correlation, fact: BenchmarkFacts) -> CaseMember | None:
    """Return a shipped benchmark to be shown beside another; None where its correlation is undefined."""
    if one.rho is None:
        return None
    return CaseMember(
        benchmark=one.benchmark,
        name=fact.name,
        rho=one.rho,
        low=one.interval.low if one.interval else None,
        high=one.interval.high if one.interval else None,
        verdict=one.verdict,
    )


def worked_cases(population: str, margin: float, level: float) -> list[WorkedCase]:
    """Return the worked cases with their figures, for the chat models unless base models are studied."""
    study = shipped_study("base" if population == "base" else "chat", margin, level)
    cases = []
    for one in CASES if study else ():
        assert study is not None
        pair = [
            case_member(study.correlations[name], study.facts[name]) if name in study.correlations else None
            for name in (one.first, one.second)
        ]
        if pair[0] and pair[1]:
            cases.append(
                WorkedCase(
                    case=one.case,
                    title=one.title,
                    lesson=one.lesson,
                    population=study.population,
                    first=pair[0],
                    second=pair[1],
                )
            )
    return cases


def advice_on(
    fact: BenchmarkFacts, one: Correlation, within: WithinFamilies, needed: FamiliesNeeded
) -> list[Advice]:
    """Return what to do about a benchmark, the most pressing first."""
    if one.rho is None:
        return []
    return [*_of_verdict(fact, one, needed), *_of_measure(one), *_of_models(one, within)]


def _of_verdict(fact: BenchmarkFacts, one: Correlation, needed: FamiliesNeeded) -> Iterator[Advice]:
    if one.verdict == "entangled":
        yield Advice(
            advice="say so",
            what="Report the capabilities correlation beside every score, and do not present a higher score of a more "
            "capable model as progress in safety. Compare models of equal capability, or show that a gain is more than "
            "the gain in capability predicts (`confounded compare`).",
            because="the verdict is entangled: the interval lies above the margin",
        )
        yield _design(fact)
    elif one.verdict == "inverse":
        yield Advice(
            advice="watch it",
            what="The property gets worse as capability grows. It is no case of safetywashing, but a warning: track it "
            "for each new generation of models.",
            because="the verdict is inverse: the interval lies below minus the margin",
        )
    elif one.verdict == "separable":
        yield Advice(
            advice="keep it so",
            what="Report the interval with the benchmark, and measure again when training changes: a low correlation "
            "holds for the models it was measured on.",
            because="the verdict is separable: the interval lies inside the margin",
        )
    elif one.verdict == "undecided" and needed.more_families:
        yield Advice(
            advice="add families",
            what=f"About {needed.more_families} more families would decide it. A new family tells more than more "
            "models of one that is there.",
            because="the verdict is undecided, which is no evidence of entanglement nor of its absence",
        )


def _design(fact: BenchmarkFacts) -> Advice:
    """Return the advice on design that fits the kind of measurement; all of it where the kind is not known."""
    by_kind = {
        "calibration": (
            "Measure calibration apart from accuracy: a calibration error, not a score that rewards knowing.",
            ["calibration"],
        ),
        "knowledge": (
            "Ask for what the model does, not for what it knows: items on which knowing more does not tell which "
            "answer counts as safe.",
            ["bias"],
        ),
        "static attack": (
            "Report the drop from a clean control on the same items, and attack each model anew instead of with one "
            "fixed set.",
            ["robustness"],
        ),
    }
    if fact.kind in by_kind:
        what, cases = by_kind[fact.kind]
        return Advice(
            advice="change the design",
            what=what,
            because=f"it is entangled, and its kind of measurement is {fact.kind}",
            cases=cases,
        )
    return Advice(
        advice="change the design",
        what="Find the part of the score that any able model gets right, and take it out: by items that ability does "
        "not settle, by a control that needs the same ability, or by a metric without it. The worked cases show each.",
        because="it is entangled" + (f", and its kind of measurement is {fact.kind}" if fact.kind else ""),
        cases=["bias", "robustness", "calibration"],
    )


def _of_measure(one: Correlation) -> Iterator[Advice]:
    """Yield what is to be done about the measure itself: its items, its range, its errors."""
    shown = one.description
    for share, end, items in (
        (shown.ceiling_share if shown else None, "ceiling", "harder"),
        (shown.floor_share if shown else None, "floor", "easier"),
    ):
        if share is not None and share >= SATURATED:
            yield Advice(
                advice=f"add {items} items",
                what=f"Add {items} items: models at the {end} cannot be told apart, and a correlation over them says "
                "little.",
                because=f"{share:.0%} of the models are at the {end} of the scale",
            )
    if one.verdict == "unreliable":
        yield Advice(
            advice="add items",
            what="Add items, or average over more runs: as measured, the low correlation may be noise.",
            because="without measurement error the interval no longer lies inside the margin",
        )
    elif one.reliability is None or one.reliability.method is None:
        yield Advice(
            advice="say how many items",
            what="Give the standard error of each score (a column 'stderr' of a long file), the number of items "
            "(items and item_type in benchmarks.toml), or the answers themselves, one row a model and item. Without "
            "them nobody can tell a low correlation from a noisy benchmark.",
            because="the reliability is not known",
        )
    if is_turning(one):
        yield Advice(
            advice="look at the picture",
            what="Look at the scatter before quoting one number: the relation changes direction along the scale, often "
            "where models are near chance.",
            because="the two-lines test finds opposite slopes",
        )


def _of_models(one: Correlation, within: WithinFamilies) -> Iterator[Advice]:
    """Yield what is to be done about the models it was measured on."""
    turning = [w.family for w in one.without_family if w.verdict and w.verdict != one.verdict]
    if one.verdict in ("entangled", "inverse", "separable") and turning:
        yield Advice(
            advice="look beyond one family",
            what=f"Add models of other makers: the verdict would be another without "
            f"{' or without '.join(turning[:3])}.",
            because="leaving out one family changes the verdict",
        )
    if one.n_families < FEW_FAMILIES and one.verdict in ("entangled", "inverse", "separable"):
        yield Advice(
            advice="add families",
            what="Add models of more families: the interval rests on few independent makers.",
            because=f"{one.n_families} families",
        )
    is_opposite = within.low is not None and within.high is not None and within.low * within.high > 0
    if is_opposite and within.within is not None and within.within * (one.rho or 0.0) < 0:
        yield Advice(
            advice="report within families",
            what="Report the correlation within families too: among one maker's models it has the opposite sign.",
            because="the interval of the correlation within families lies on the other side of 0",
        )
