"""The headline findings in words. Every number in them is in the result, or a count of what is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from confounded.report import words
from confounded.report.index import Index
from confounded.report.standing import STANDINGS, Standing, standing
from confounded.study.result import AreaSummary

__all__ = ["AreaFinding", "Findings", "Tally", "findings"]

NOT_SAFETY: Final = frozenset({"capabilities", "other-capabilities", "bookkeeping"})
"""Areas of the catalogue that claim nothing about safety; they stand in the tables and not in the headline."""

GOES_WITH: Final = "Rise with capability"
GOES_AGAINST: Final = "Fall as capability rises"
DIVIDED: Final = "Low, or divided"


@dataclass(frozen=True, slots=True)
class Tally:
    """How the benchmarks of a population outside the suite are spread, by point estimate and by interval."""

    population: str
    n_benchmarks: int
    points: dict[Standing, int]
    intervals: dict[Standing, int]


@dataclass(frozen=True, slots=True)
class AreaFinding:
    """An area in the headline: its name, its place in the page, and its counts by population."""

    title: str
    anchor: str
    counts: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What the page says first."""

    tallies: tuple[Tally, ...]
    areas: dict[str, tuple[AreaFinding, ...]]
    has_intervals: bool


def findings(index: Index) -> Findings:
    """Return the headline findings."""
    margin = index.result.provenance.settings.margin
    tallies = []
    for summary in index.result.population_summaries:
        where = Counter(
            standing(one, margin)
            for one in index.result.correlations
            if one.population == summary.population and not one.in_suite
        )
        points = summary.points
        tallies.append(
            Tally(
                population=summary.population,
                n_benchmarks=summary.n_benchmarks,
                points={
                    "above": points.above,
                    "below": points.below,
                    "within": points.within,
                    "undecided": 0,
                },
                intervals={kind: where[kind] for kind in STANDINGS},
            )
        )
    return Findings(
        tallies=tuple(tallies),
        areas=_areas(index, margin),
        has_intervals=any(one.interval is not None for one in index.result.correlations),
    )


def _areas(index: Index, margin: float) -> dict[str, tuple[AreaFinding, ...]]:
    """Sort the areas by where the medians of their point estimates lie."""
    found: dict[str, list[AreaFinding]] = {GOES_WITH: [], GOES_AGAINST: [], DIVIDED: []}
    for group in index.groups:
        summaries = [one for one in index.result.area_summaries if one.area == group.area]
        medians = [one.median for one in summaries if one.median is not None]
        if group.area is None or group.area in NOT_SAFETY or not medians:
            continue
        if min(medians) > margin:
            label, side = GOES_WITH, "above"
        elif max(medians) < -margin:
            label, side = GOES_AGAINST, "below"
        else:
            label, side = DIVIDED, ""
        found[label].append(AreaFinding(group.title, group.anchor, _counted(summaries, side)))
    return {label: tuple(areas) for label, areas in found.items() if areas}


def _counted(summaries: Sequence[AreaSummary], side: str) -> str:
    """Count the benchmarks of an area on one side of the margin, or on each, population by population."""
    if side:
        number = [(one.points.above if side == "above" else one.points.below, one) for one in summaries]
        if all(count == one.n_benchmarks for count, one in number):
            return f"every benchmark {side}"
        return words.and_list([f"{count} of {one.n_benchmarks} {one.population}" for count, one in number])
    return "; ".join(
        f"{one.population}: {one.points.above} above, {one.points.within} within, {one.points.below} below"
        for one in summaries
    )
