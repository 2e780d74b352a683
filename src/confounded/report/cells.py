"""A correlation as a table shows it: words, and its places on the small scale from -100 to +100 %."""

from __future__ import annotations

from dataclasses import dataclass, field

from confounded.report import words
from confounded.report.index import Entry, Index
from confounded.report.verdicts import VerdictMark, mark_of
from confounded.study.result import Correlation, Pooled

__all__ = ["Cell", "Row", "cell", "pooled_cell", "row"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A correlation in one population. Places are percent of the width of the scale, as text; None for none."""

    population: str
    rho: str
    interval: str
    verdict: VerdictMark
    at: str | None
    low_at: str | None
    span: str | None
    reason: str = ""
    rule: str = ""
    published: str = ""
    published_table: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A benchmark, area or kind as a line of a table; a cell for each population, or None where there is nothing."""

    name: str
    anchor: str | None
    cells: tuple[Cell | None, ...] = field(repr=False)
    depth: int = 0
    kind: str = ""
    in_suite: bool = False
    n_members: str = ""
    n_models: str = ""


def row(entry: Entry, index: Index) -> Row:
    """Return a benchmark as a line of a table."""
    found = [entry.correlations.get(population) for population in index.populations]
    return Row(
        name=entry.facts.name,
        anchor=entry.anchor,
        depth=entry.depth,
        kind=entry.facts.kind or "",
        in_suite=entry.in_suite,
        n_models=", ".join(str(one.n_models) for one in found if one),
        cells=tuple(None if one is None else cell(one) for one in found),
    )


def cell(one: Correlation) -> Cell:
    """Return a correlation as a table shows it."""
    interval = one.interval
    low, high = (interval.low, interval.high) if interval else (None, None)
    reason = one.reason or (interval.reason if interval and low is None else None)
    return Cell(
        population=one.population,
        rho=words.percent(one.rho),
        interval=words.bounds(low, high),
        verdict=mark_of(one.verdict),
        at=_place(one.rho),
        low_at=_place(low),
        span=_span(low, high),
        reason=reason or "",
        rule=one.rule,
        published=words.published(one.published.percent) if one.published else "",
        published_table=one.published.table if one.published else None,
    )


def pooled_cell(population: str, pooled: Pooled, verdict: str = "", rule: str = "") -> Cell:
    """Return a pooled correlation as a table shows it."""
    return Cell(
        population=population,
        rho=words.percent(pooled.rho),
        interval=words.bounds(pooled.low, pooled.high),
        verdict=mark_of(verdict),
        at=_place(pooled.rho),
        low_at=_place(pooled.low),
        span=_span(pooled.low, pooled.high),
        reason=pooled.reason or "",
        rule=rule,
    )


def _place(rho: float | None) -> str | None:
    """Return the place of a correlation on a scale that runs from 0 at -1 to 100 at +1."""
    return None if rho is None else f"{50 * (rho + 1):.1f}"


def _span(low: float | None, high: float | None) -> str | None:
    return None if low is None or high is None else f"{50 * (high - low):.1f}"
