"""All figures of one benchmark, in groups, as its section shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from confounded.report import words
from confounded.report.index import Entry, Index
from confounded.study.result import Correlation, Description, Range, Robustness, ScoreCorrelation

__all__ = ["Detail", "Group", "details"]

FIRST_COMPONENT: Final = "first component"

MOST_NAMED: Final = 6
"""Of more disagreeing specifications than this, the others are counted."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A line: what it is, and its value in each population."""

    term: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Some lines under a title."""

    title: str
    lines: tuple[Detail, ...]


Shown = Callable[[Correlation], str]


def details(entry: Entry, index: Index) -> list[Group]:
    """Return the figures of a benchmark; a line that no population has anything for is left out."""
    found = [entry.correlations.get(population) for population in index.populations]
    groups = [
        ("", _correlation_lines(index)),
        ("Among many benchmarks", _multiplicity_lines(index)),
        ("Other choices", _robustness_lines(index)),
        ("Measurement error", _RELIABILITY_LINES),
        ("What the correlation hides", _description_lines(entry)),
        ("Other intervals, for comparison, %", _interval_lines(found)),
    ]
    shown = [
        Group(title, tuple(line for term, show in lines if (line := _line(term, show, found))))
        for title, lines in groups
    ]
    return [group for group in shown if group.lines]


def _line(term: str, show: Shown, found: Sequence[Correlation | None]) -> Detail | None:
    values = [show(one) if one else "" for one in found]
    return Detail(term, tuple(value or words.NOTHING for value in values)) if any(values) else None


def _correlation_lines(index: Index) -> list[tuple[str, Shown]]:
    level = words.level(index.result.provenance.settings.level)
    return [
        ("Capabilities correlation, %", lambda one: words.percent(one.rho)),
        (f"{level} interval, %", lambda one: words.interval_percent(one.interval)),
        ("Published, %", _published),
        ("Models", lambda one: str(one.n_models)),
        (
            "Families (effective number)",
            lambda one: f"{one.n_families} ({words.plain(one.effective_families, 1)})",
        ),
        ("With a score refitted without it and its kin, %", lambda one: _beside(one.without_itself)),
        ("With the capabilities score, %", lambda one: _beside(one.against_score)),
        ("With training compute, %", _compute),
    ]


def _multiplicity_lines(index: Index) -> list[tuple[str, Shown]]:
    # At the level 95 % of the verdicts, the false discovery rate that is held is 5 %.
    rate = words.level(round(1 - index.result.provenance.settings.level, 10))
    return [
        ("p against the margin", lambda one: words.p_value(one.tests.p if one.tests else None)),
        ("q (Benjamini–Hochberg)", lambda one: words.p_value(one.tests.q_bh if one.tests else None)),
        (
            f"Verdict at a false discovery rate of {rate}",
            lambda one: (one.tests.verdict_bh if one.tests else None) or "",
        ),
        (
            "The same under any dependence",
            lambda one: (one.tests.verdict_by if one.tests else None) or "",
        ),
        ("Verdict by the effective number of families", lambda one: one.verdict_effective),
        (
            "p of any association at all (takes models to be independent)",
            lambda one: words.p_value(one.association_p),
        ),
    ]


def _robustness_lines(index: Index) -> list[tuple[str, Shown]]:
    models = {model.model: model.name for one in index.result.populations for model in one.models}

    def ranged(pick: Callable[[Robustness], Range | None], name: Callable[[str], str]) -> Shown:
        def show(one: Correlation) -> str:
            found = pick(one.robustness) if one.robustness else None
            if found is None:
                return ""
            bounds = words.bounds(found.lowest, found.highest)
            return f"{bounds} (without {name(found.moved_most_by)}: {words.percent(found.then)})"

        return show

    return [
        ("Leaving out one family, %", ranged(lambda robustness: robustness.families, str)),
        (
            "Leaving out one model, %",
            ranged(lambda robustness: robustness.models, lambda name: models.get(name, name)),
        ),
        ("Leaving out one capability benchmark, %", ranged(lambda robustness: robustness.suite, index.name)),
        ("Kendall's tau, %", _specified("kendall", FIRST_COMPONENT)),
        ("Pearson's r, %", _specified("pearson", FIRST_COMPONENT)),
        ("Spearman with the mean z-score, %", _specified("spearman", "mean z-score")),
        ("Spearman with the rank average, %", _specified("spearman", "rank average")),
        ("Choices that agree with the verdict", _agreement),
    ]


def _specified(association: str, composite: str) -> Shown:
    """Show one measure of association with one composite for capability; the other pairs are in the tables."""

    def show(one: Correlation) -> str:
        for made in one.robustness.specifications if one.robustness else ():
            if (made.association, made.composite) == (association, composite):
                return "" if made.value is None else words.percent(made.value)
        return ""

    return show


def _agreement(one: Correlation) -> str:
    robustness = one.robustness
    if robustness is None or robustness.agreeing_share is None:
        return ""
    share = f"{words.share(robustness.agreeing_share, 0)} of {robustness.n_specifications}"
    others = robustness.disagreeing
    if not others:
        return share
    named = (
        others if len(others) <= MOST_NAMED else [*others[:MOST_NAMED], f"{len(others) - MOST_NAMED} more"]
    )
    return f"{share}; not: {words.and_list(named)}"


def _reliability(one: Correlation) -> str:
    known = one.reliability
    if known is None:
        return ""
    if known.value is None:
        return known.reason or ""
    return f"{words.plain(known.value, 2)} ({known.method})"


def _disattenuated(one: Correlation) -> str:
    known = one.reliability
    if known is None or known.rho is None:
        return known.reason or "" if known and known.value is not None else ""
    bounds = words.bounds(known.low, known.high)
    return words.percent(known.rho) + (f" ({bounds})" if bounds else "")


_RELIABILITY_LINES: Final[list[tuple[str, Shown]]] = [
    ("Reliability", _reliability),
    ("Correlation without measurement error, %", _disattenuated),
]


def _description_lines(entry: Entry) -> list[tuple[str, Shown]]:
    unit = f", {entry.facts.unit}" if entry.facts.unit else ""

    def share(pick: Callable[[Description], float | None]) -> Shown:
        def show(one: Correlation) -> str:
            value = pick(one.description) if one.description else None
            return "" if value is None else words.share(value, 0)

        return show

    return [
        (
            f"Change per standard deviation of capability{unit}",
            lambda one: words.significant(one.description.slope if one.description else None),
        ),
        (
            f"Standard deviation between models{unit}",
            lambda one: words.significant(one.description.standard_deviation if one.description else None),
        ),
        (
            "Variance explained by a line",
            share(lambda found: found.explained_variance),
        ),
        ("Models at the floor", share(lambda found: found.floor_share)),
        ("Models at the ceiling", share(lambda found: found.ceiling_share)),
        ("Models tied with another", share(lambda found: found.tied_share)),
        ("Models near chance", share(lambda found: found.near_chance_share)),
        ("Shape (two-lines test)", lambda one: one.shape.label if one.shape else ""),
    ]


def _interval_lines(found: Sequence[Correlation | None]) -> list[tuple[str, Shown]]:
    methods = dict.fromkeys(interval.method for one in found if one for interval in one.intervals)
    return [(f"{method[:1].upper()}{method[1:]}", _by_method(method)) for method in methods]


def _by_method(method: str) -> Shown:
    def show(one: Correlation) -> str:
        for interval in one.intervals:
            if interval.method == method:
                return words.interval_percent(interval) or interval.reason or ""
        return ""

    return show


def _published(one: Correlation) -> str:
    return f"{words.published(one.published.percent)} (table {one.published.table})" if one.published else ""


def _beside(other: ScoreCorrelation | None) -> str:
    if other is None or other.rho is None:
        return ""
    bounds = words.interval_percent(other.interval)
    return words.percent(other.rho) + (f" ({bounds})" if bounds else "")


def _compute(one: Correlation) -> str:
    if one.compute is None or one.compute.rho is None:
        return ""
    printed = one.compute.published
    also = f"; published {words.published(printed.percent)}" if printed else ""
    return f"{words.percent(one.compute.rho)} ({words.plural(one.compute.n_models, 'model')}{also})"
