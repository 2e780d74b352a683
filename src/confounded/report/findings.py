"""The headline findings. Every number in them is in the result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from confounded.report import words
from confounded.report.cells import Row, pooled_cell
from confounded.report.index import Index
from confounded.study.result import KindContrast, PopulationSummary

__all__ = ["Contrast", "Findings", "findings"]

NOT_SAFETY: Final = frozenset({"capabilities", "other-capabilities", "bookkeeping"})
"""Areas of the catalogue that claim nothing about safety; they stand in the tables and not in the headline."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two kinds of measurement against each other, with a figure for each population."""

    first: str
    second: str
    values: tuple[KindContrast | None, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the page says first."""

    tallies: tuple[PopulationSummary, ...]
    areas: tuple[Row, ...]
    kinds: tuple[Row, ...]
    contrasts: tuple[Contrast, ...]
    mostly_undecided: bool
    any_unreliable: bool


def findings(index: Index) -> Findings:
    """Return the headline findings."""
    tallies = tuple(index.result.population_summaries)
    return Findings(
        tallies=tallies,
        areas=tuple(_areas(index)),
        kinds=tuple(_kinds(index)),
        contrasts=tuple(_contrasts(index)),
        mostly_undecided=2 * sum(one.verdicts.undecided for one in tallies)
        > sum(one.n_benchmarks for one in tallies),
        any_unreliable=any(one.verdicts.unreliable for one in tallies),
    )


def _areas(index: Index) -> list[Row]:
    """Return the areas that claim something about safety, pooled."""
    found = {(one.population, one.area): one for one in index.result.area_summaries}
    rows = []
    for group in index.groups:
        ones = [found.get((population, group.area or "")) for population in index.populations]
        if group.area in NOT_SAFETY or not any(one and one.n_benchmarks for one in ones):
            continue
        numbers = dict.fromkeys(str(one.n_benchmarks) for one in ones if one)
        rows.append(
            Row(
                name=group.title,
                anchor=group.anchor,
                n_members=", ".join(numbers),
                cells=tuple(
                    pooled_cell(one.population, one.pooled, one.verdict, one.rule)
                    if one and one.n_benchmarks
                    else None
                    for one in ones
                ),
            )
        )
    return rows


def _kinds(index: Index) -> list[Row]:
    found = {(one.population, one.kind): one for one in index.result.kind_summaries}
    kinds = dict.fromkeys(one.kind for one in index.result.kind_summaries)
    rows = []
    for kind in kinds:
        ones = [found.get((population, kind)) for population in index.populations]
        numbers = dict.fromkeys(str(len(one.members)) for one in ones if one)
        rows.append(
            Row(
                name=kind,
                anchor=None,
                n_members=", ".join(numbers),
                cells=tuple(pooled_cell(one.population, one.pooled) if one else None for one in ones),
            )
        )
    return rows


def _contrasts(index: Index) -> list[Contrast]:
    found = {(one.population, one.first, one.second): one for one in index.result.kind_contrasts}
    pairs = dict.fromkeys((one.first, one.second) for one in index.result.kind_contrasts)
    return [
        Contrast(
            first=first,
            second=second,
            values=tuple(found.get((population, first, second)) for population in index.populations),
        )
        for first, second in pairs
    ]


def settled(one: KindContrast) -> bool:
    """Tell whether the interval of a contrast leaves out 0."""
    return one.low is not None and one.high is not None and (one.low > 0 or one.high < 0)


def contrast_words(one: KindContrast | None) -> str:
    """Write a contrast with its interval, on the Fisher z scale."""
    if one is None or one.difference is None:
        return (one.reason if one else None) or words.NOTHING
    bounds = f" ({words.plain(one.low, 2)} to {words.plain(one.high, 2)})" if one.low is not None else ""
    return f"{words.plain(one.difference, 2)}{bounds}"
