"""In which unit the scores of a benchmark are, and what the catalogue knows of it in that unit.

The catalogue has its chance level, floor and ceiling in a unit of its own, mostly as fractions, while many tables are
in percent. Held against each other as they stand, every model would be at the ceiling and none near chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from confounded.catalog import benchmarks
from confounded.scores import ScoreTable
from confounded.study.entries import Entry
from confounded.study.known import listed
from confounded.study.result import BenchmarkFacts, Notice

__all__ = ["PER_FRACTION", "in_unit", "unit_notices", "units_of"]

PER_FRACTION: Final = {"fraction": 1.0, "percent": 100.0}
"""What all items right is in each unit that is a share of them."""


def units_of(table: ScoreTable, known: Mapping[str, Entry]) -> dict[str, str | None]:
    """Return the unit of the scores on each benchmark; None where nothing says it.

    Where the table does not say it, it is that of the catalogue. Scores above 1 are no fractions: up to 100 they are in
    percent, and of others the unit is not known.

    Parameters
    ----------
    table : ScoreTable
    known : mapping of str to Entry
        Of the catalogue, as `entries_of` finds them.

    Returns
    -------
    dict of str to (str or None)
    """
    units = dict(table.benchmarks.select("benchmark", "unit").iter_rows())
    span = table.scores.group_by("benchmark").agg(
        pl.col("score").min().alias("low"), pl.col("score").max().alias("high")
    )
    for name, low, high in span.select("benchmark", "low", "high").iter_rows():
        if units.get(name) is None and name in known:
            units[name] = _seen(known[name].benchmark.unit, low, high)
    return units


def _seen(unit: str | None, low: float, high: float) -> str | None:
    """Return the unit of scores that the catalogue knows in some unit, by what they are at the least and the most."""
    if unit != "fraction" or high <= PER_FRACTION["fraction"]:
        return unit
    return "percent" if low >= 0.0 and high <= PER_FRACTION["percent"] else None


def in_unit(value: float | None, of: str | None, unit: str | None) -> float | None:
    """Return what is known in one unit in another; None where one does not follow from the other.

    Examples
    --------
    >>> in_unit(0.25, "fraction", "percent"), in_unit(0.25, "fraction", "points")
    (25.0, None)
    """
    if value is None or of == unit:
        return value
    if of not in PER_FRACTION or unit not in PER_FRACTION:
        return None
    return value * PER_FRACTION[unit] / PER_FRACTION[of]


def unit_notices(table: ScoreTable, facts: Mapping[str, BenchmarkFacts]) -> list[Notice]:
    """Say of which benchmarks the scores were taken to be in percent, though the table does not say so."""
    unsaid = table.benchmarks.filter(pl.col("unit").is_null())["benchmark"]
    taken = [name for name in unsaid.sort() if facts[name].unit == "percent" and _in_fractions(name)]
    if not taken:
        return []
    return [
        Notice(
            what=f"Scores above 1 on {listed(taken)} are taken to be in percent, since the catalogue knows them as "
            "fractions.",
            remedy='Where they are something else, say it in a benchmarks.toml beside the scores: unit = "points".',
        )
    ]


def _in_fractions(name: str) -> bool:
    entry = benchmarks().get(name)
    return entry is not None and entry.unit == "fraction"
