"""The rows of the tables and the facts of the benchmarks, as the templates take them: words and places, no numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from confounded.report import words
from confounded.report.index import Entry, Group, Index
from confounded.report.standing import Standing, standing
from confounded.study.result import Correlation, Interval, ScoreCorrelation

__all__ = ["AreaTable", "Benchmark", "Cell", "Fact", "Row", "area_tables", "benchmarks"]

CAPABILITIES_SCORE: Final = "capabilities score"

STANDING_WORDS: Final[dict[Standing, str]] = {
    "above": "surely above the margin",
    "below": "surely below the margin",
    "within": "surely within the margin",
    "undecided": "undecided",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """The correlation of one benchmark in one population, in words, and its places on a scale from 0 to 100."""

    population: str
    rho: str
    interval: str
    level: str
    published: str
    published_table: int | None
    n_models: int
    n_families: int
    reason: str
    standing: Standing | None
    standing_words: str
    at: str | None
    low_at: str | None
    span: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A benchmark as a line of a table; a cell for each population, or None where it has no scores."""

    name: str
    anchor: str
    depth: int
    kind: str
    in_suite: bool
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class AreaTable:
    """An area and its rows."""

    group: Group
    rows: tuple[Row, ...] = field(repr=False)
    n_whole: int
    n_parts: int
    against: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of what is known of a benchmark, with a link where it leads somewhere."""

    term: str
    text: str
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """One figure of a benchmark: what it is, and its value in each population."""

    term: str
    values: tuple[str, ...]


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
    details: tuple[Detail, ...]
    reasons: tuple[str, ...]


def area_tables(index: Index) -> list[AreaTable]:
    """Return the areas with a row for each benchmark."""
    tables = []
    for group in index.groups:
        rows = tuple(row(entry, index) for entry in group.entries)
        others = {entry.facts.correlated_with for entry in group.entries} - {CAPABILITIES_SCORE}
        tables.append(
            AreaTable(
                group=group,
                rows=rows,
                n_whole=sum(not one.depth for one in rows),
                n_parts=sum(one.depth > 0 for one in rows),
                against="accuracy on the same data set" if len(others) > 1 else next(iter(others), ""),
                counts=tuple(_counts(group.area, index)),
            )
        )
    return tables


def row(entry: Entry, index: Index) -> Row:
    """Return a benchmark as a line of a table."""
    margin = index.result.provenance.settings.margin
    found = [entry.correlations.get(population) for population in index.populations]
    return Row(
        name=entry.facts.name,
        anchor=entry.anchor,
        depth=entry.depth,
        kind=entry.facts.kind or "",
        in_suite=entry.in_suite,
        cells=tuple(None if one is None else _cell(one, margin) for one in found),
    )


def benchmarks(index: Index) -> list[Benchmark]:
    """Return the section of every benchmark, in the order of the areas."""
    return [
        _benchmark(number, entry, group, index)
        for number, (group, entry) in enumerate(
            (group, entry) for group in index.groups for entry in group.entries
        )
    ]


def _cell(one: Correlation, margin: float) -> Cell:
    interval = one.interval
    known = interval is not None and interval.low is not None and interval.high is not None
    where = standing(one, margin)
    return Cell(
        population=one.population,
        rho=words.percent(one.rho),
        interval=words.interval_percent(interval),
        level=words.level(interval.level) if interval else "",
        published=words.published(one.published.percent) if one.published else "",
        published_table=one.published.table if one.published else None,
        n_models=one.n_models,
        n_families=one.n_families,
        reason=one.reason or (interval.reason if interval and not known and interval.reason else ""),
        standing=where,
        standing_words=STANDING_WORDS[where] if where else "",
        at=None if one.rho is None else _place(one.rho),
        low_at=_place(interval.low) if known and interval and interval.low is not None else None,
        span=_span(interval) if known and interval else None,
    )


def _place(rho: float) -> str:
    """Return the place of a correlation on a scale that runs from 0 at -1 to 100 at +1."""
    return f"{50 * (rho + 1):.2f}"


def _span(interval: Interval) -> str:
    return f"{50 * ((interval.high or 0.0) - (interval.low or 0.0)):.2f}"


def _counts(area: str | None, index: Index) -> list[str]:
    """Say for each population where the point estimates of an area lie."""
    return [
        f"{one.population}: {one.points.above} of {one.n_benchmarks} above, {one.points.within} within, "
        f"{one.points.below} below; median {words.signed_percent(one.median)}"
        for one in index.result.area_summaries
        if one.area == area
    ]


def _benchmark(number: int, entry: Entry, group: Group, index: Index) -> Benchmark:
    line = row(entry, index)
    found = [entry.correlations.get(population) for population in index.populations]
    facts = entry.facts
    return Benchmark(
        number=number,
        row=line,
        area=group.title,
        area_anchor=group.anchor,
        identifier=facts.benchmark,
        haystack=" ".join((facts.name, facts.benchmark, group.title, facts.kind or "")).lower(),
        facts=tuple(_facts(entry, index)),
        note=facts.note or "",
        details=tuple(_details(found, line, index)),
        reasons=tuple(f"{cell.population}: {cell.reason}" for cell in line.cells if cell and cell.reason),
    )


def _facts(entry: Entry, index: Index) -> list[Fact]:
    facts = entry.facts
    way = (
        "Higher is better or safer."
        if facts.direction == "higher"
        else "Lower is better or safer; the sign is turned here, so that higher is."
    )
    against = {one.correlated_with for one in entry.correlations.values()} or {facts.correlated_with}
    lines = [Fact("Metric", facts.metric)] if facts.metric else []
    lines.append(Fact("Direction", way))
    if facts.kind:
        lines.append(Fact("Kind", facts.kind))
    if facts.part_of:
        lines.append(Fact("Part of", index.name(facts.part_of), index.anchor(facts.part_of)))
    lines.append(Fact("Correlated with", words.and_list(sorted(against))))
    if entry.in_suite:
        lines.append(Fact("Role", "one of the capability benchmarks behind the capabilities score"))
    if facts.placed_by:
        lines.append(Fact("Placed in its area by", f"the {facts.placed_by}"))
    return lines


def _details(found: list[Correlation | None], line: Row, index: Index) -> list[Detail]:
    """Return the figures of a benchmark that at least one population has."""
    level = words.level(index.result.provenance.settings.level)

    def values(term: str, *texts: str) -> list[Detail]:
        return [Detail(term, tuple(text or words.NOTHING for text in texts))] if any(texts) else []

    def beside(other: ScoreCorrelation | None) -> str:
        if other is None or other.rho is None:
            return ""
        bounds = words.interval_percent(other.interval)
        return words.percent(other.rho) + (f" ({bounds})" if bounds else "")

    cells = line.cells
    return [
        *values("Capabilities correlation, %", *(cell.rho if cell else "" for cell in cells)),
        *values(f"{level} interval, %", *(cell.interval if cell else "" for cell in cells)),
        *values("Against the margin", *(cell.standing_words if cell else "" for cell in cells)),
        *values(
            "Published, %",
            *(
                f"{cell.published} (table {cell.published_table})" if cell and cell.published else ""
                for cell in cells
            ),
        ),
        *values(
            "Models, families",
            *(
                f"{words.plural(one.n_models, 'model')}, {words.plural(one.n_families, 'family', 'families')}"
                if one
                else "no scores"
                for one in found
            ),
        ),
        *values(
            "Effective families", *(words.plain(one.effective_families, 1) if one else "" for one in found)
        ),
        *values(
            "With a score refitted without it, %",
            *(beside(one.without_itself if one else None) for one in found),
        ),
        *values(
            "With the capabilities score, %", *(beside(one.against_score if one else None) for one in found)
        ),
        *values("With training compute, %", *(_compute(one) for one in found)),
        *_other_intervals(found),
    ]


def _compute(one: Correlation | None) -> str:
    if one is None or one.compute is None or one.compute.rho is None:
        return ""
    text = f"{words.percent(one.compute.rho)} ({words.plural(one.compute.n_models, 'model')})"
    printed = one.compute.published
    return text + (f"; published {words.published(printed.percent)}" if printed else "")


def _other_intervals(found: list[Correlation | None]) -> list[Detail]:
    """Return the intervals by other methods, one line a method."""
    methods = dict.fromkeys(interval.method for one in found if one for interval in one.intervals)
    return [
        Detail(
            f"{method[:1].upper()}{method[1:]}, %",
            tuple(
                next(
                    (
                        words.interval_percent(interval) or interval.reason or words.NOTHING
                        for interval in (one.intervals if one else ())
                        if interval.method == method
                    ),
                    words.NOTHING,
                )
                for one in found
            ),
        )
        for method in methods
    ]
