"""The tables by area and the sections of the benchmarks, as the templates take them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from confounded.report import details, words
from confounded.report.cells import Cell, Row, pooled_cell, row
from confounded.report.index import Entry, Group, Index
from confounded.report.verdicts import VerdictMark, mark_of
from confounded.study.result import AreaSummary, Caution

__all__ = ["AreaTable", "Benchmark", "Fact", "Judgement", "area_tables", "benchmarks"]

CAPABILITIES_SCORE: Final = "capabilities score"
MANY_PARTS: Final = 3
"""More parts than this are folded away until they are asked for."""


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area in one population: its verdict, its pooled correlation, and what else is to be said."""

    cell: Cell
    counts: str
    random_effects: str


@dataclass(frozen=True, slots=True)
class AreaTable:
    """An area and its rows."""

    group: Group
    rows: tuple[Row, ...] = field(repr=False)
    n_parts: int
    folds: bool
    has_kinds: bool
    against: str
    lines: tuple[AreaLine, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of what is known of a benchmark, with a link where it leads somewhere."""

    term: str
    text: str
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a benchmark in one population, the rule that gave it, and the cautions."""

    population: str
    verdict: VerdictMark
    rule: str
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The section of one benchmark."""

    number: int
    row: Row
    area: str
    area_anchor: str
    identifier: str
    haystack: str
    facts: tuple[Fact, ...]
    note: str
    judgements: tuple[Judgement, ...]
    groups: tuple[details.Group, ...] = field(repr=False)


def area_tables(index: Index) -> list[AreaTable]:
    """Return the areas with a row for each benchmark."""
    tables = []
    for group in index.groups:
        rows = tuple(row(entry, index) for entry in group.entries)
        n_parts = sum(one.depth > 0 for one in rows)
        others = {one.correlated_with for entry in group.entries for one in entry.correlations.values()} - {
            CAPABILITIES_SCORE
        }
        tables.append(
            AreaTable(
                group=group,
                rows=rows,
                n_parts=n_parts,
                folds=n_parts > MANY_PARTS,
                has_kinds=any(one.kind for one in rows),
                against="accuracy on the same data set" if len(others) > 1 else next(iter(others), ""),
                lines=tuple(_area_line(one, has_parts=n_parts > 0) for one in _summaries(group.area, index)),
            )
        )
    return tables


def benchmarks(index: Index) -> list[Benchmark]:
    """Return the section of every benchmark, in the order of the areas."""
    return [
        _benchmark(number, entry, group, index)
        for number, (group, entry) in enumerate(
            (group, entry) for group in index.groups for entry in group.entries
        )
    ]


def _summaries(area: str | None, index: Index) -> list[AreaSummary]:
    return [one for one in index.result.area_summaries if one.area == area and one.n_benchmarks]


def _area_line(one: AreaSummary, *, has_parts: bool) -> AreaLine:
    found = [
        f"{number} {verdict}"
        for verdict, number in (
            ("entangled", one.verdicts.entangled),
            ("separable", one.verdicts.separable),
            ("inverse", one.verdicts.inverse),
            ("unreliable", one.verdicts.unreliable),
            ("undecided", one.verdicts.undecided),
        )
        if number
    ]
    parts = " (parts in place of their wholes)" if has_parts else ""
    effects = one.random_effects
    return AreaLine(
        cell=pooled_cell(one.population, one.pooled, one.verdict, one.rule),
        counts=f"{words.plural(one.n_benchmarks, 'benchmark')}{parts}: {', '.join(found)}",
        random_effects=""
        if effects is None
        else f"{words.percent(effects.rho)} ({words.bounds(effects.low, effects.high)}), one more benchmark "
        f"{words.bounds(effects.prediction_low, effects.prediction_high)}; {effects.label}",
    )


def _benchmark(number: int, entry: Entry, group: Group, index: Index) -> Benchmark:
    facts = entry.facts
    found = [one for name in index.populations if (one := entry.correlations.get(name)) is not None]
    return Benchmark(
        number=number,
        row=row(entry, index),
        area=group.title,
        area_anchor=group.anchor,
        identifier=facts.benchmark,
        haystack=" ".join(
            (facts.name, facts.benchmark, group.title, facts.kind or "", *(one.verdict for one in found))
        ).lower(),
        facts=tuple(_facts(entry, index)),
        note=facts.note or "",
        judgements=tuple(
            Judgement(one.population, mark_of(one.verdict), one.rule or one.reason or "", tuple(one.cautions))
            for one in found
        ),
        groups=tuple(details.details(entry, index)),
    )


def _facts(entry: Entry, index: Index) -> list[Fact]:
    """Return what is known of a benchmark, a line each."""
    facts = entry.facts
    way = (
        "Higher is better or safer."
        if facts.direction == "higher"
        else "Lower is better or safer; the sign is turned here, so that higher is."
    )
    against = {one.correlated_with for one in entry.correlations.values()} or {facts.correlated_with}
    lines = [Fact("Metric", facts.metric or "not known"), Fact("Direction", way)]
    if facts.unit:
        lines.append(Fact("Unit", facts.unit))
    if facts.kind:
        lines.append(Fact("Kind", facts.kind))
    if facts.part_of:
        lines.append(Fact("Part of", index.name(facts.part_of), index.anchor(facts.part_of)))
    lines.append(Fact("Correlated with", words.and_list(sorted(against))))
    if entry.in_suite:
        lines.append(Fact("Role", "one of the capability benchmarks behind the capabilities score"))
    if facts.kin_to_suite:
        kin = words.and_list([index.name(name) for name in facts.kin_to_suite])
        lines.append(Fact("Kin to the suite", f"{kin}{f': {facts.kin_reason}' if facts.kin_reason else ''}"))
    if facts.n_items is not None:
        source = f" ({facts.n_items_source})" if facts.n_items_source else ""
        lines.append(Fact("Items", f"{facts.n_items:,}{source}"))
    if facts.item_type:
        lines.append(Fact("Scored", f"{facts.item_type}{', by a judge' if facts.judged else ''}"))
    if facts.chance is not None:
        lines.append(Fact("Chance", words.significant(facts.chance)))
    if facts.placed_by:
        lines.append(Fact("Placed in its area by", f"the {facts.placed_by}"))
    if facts.reference:
        lines.append(Fact("Reference", facts.reference))
    return lines
