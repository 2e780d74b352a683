"""Columns that are called like a capability benchmark of the paper, but for case, signs and the number of shots.

``MMLU (5-shot)`` is `mmlu`: with the name come its chance level and its scale, without which models near chance are not
told from others. Only benchmarks of the suite are known so, since of each of them higher is better, and only where the
scores say nothing of a column themselves; all others are told exactly (`study.entries`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import msgspec
import polars as pl

from confounded.catalog import benchmarks
from confounded.scores import ScoreTable
from confounded.study.known import bare, listed
from confounded.study.result import Notice
from confounded.study.settings import PAPER_SUITE, Settings

__all__ = ["with_known_names"]

BESIDE: Final = re.compile(r"[\W_]+\d+[- ]?shots?\)?$|[\W_]+acc(?:uracy|[_ ]norm)?$", re.IGNORECASE)
"""What may follow the name of a benchmark and leaves it what it is: the number of examples, and that it is accuracy."""

OTHERWISE: Final[Mapping[str, str]] = {"arcc": "arc_challenge"}
"""Names that are neither the id of a benchmark nor the one that people know it by."""

SEVERAL: Final = frozenset({"math"})
"""Names that other benchmarks have too."""


def with_known_names(table: ScoreTable, settings: Settings) -> tuple[ScoreTable, Settings, list[Notice]]:
    """Call such columns by the name in the catalogue.

    Parameters
    ----------
    table : ScoreTable
    settings : Settings

    Returns
    -------
    table : ScoreTable
    settings : Settings
        With the same names.
    notices : list of Notice
    """
    silent = table.benchmarks.filter(pl.all_horizontal(pl.exclude("benchmark", "unit").is_null()))[
        "benchmark"
    ]
    taken = set(table.benchmarks["benchmark"])
    found = {name: known for name in silent if (known := _known_as(name)) and known not in taken}
    times = Counter(found.values())
    names = {name: known for name, known in found.items() if times[known] == 1}
    if not names:
        return table, settings, []
    renamed = pl.col("benchmark").replace(names)
    table = replace(
        table, scores=table.scores.with_columns(renamed), benchmarks=table.benchmarks.with_columns(renamed)
    )
    said = listed([f"{name} is {known}" for name, known in names.items()], most=len(names))
    notice = Notice(
        what=f"Columns are taken to be capability benchmarks of the catalogue by their names: {said}.",
        remedy="Give a column another name where that is wrong.",
    )
    return table, _renamed(settings, names), [notice]


def _renamed(settings: Settings, names: Mapping[str, str]) -> Settings:
    def all_of(given: Iterable[str]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in given)

    return msgspec.structs.replace(
        settings,
        suite=settings.suite and all_of(settings.suite),
        leave_out=all_of(settings.leave_out),
        by=all_of(settings.by),
        directions={names.get(name, name): way for name, way in settings.directions.items()},
        capabilities=names.get(settings.capabilities or "", settings.capabilities),
    )


def _known_as(name: str) -> str | None:
    """Return the capability benchmark that a column is called like, None where that is none."""
    return _names().get(bare(BESIDE.sub("", name.strip())))


@cache
def _names() -> Mapping[str, str]:
    known = benchmarks()
    named = {bare(known[own].name): own for own in PAPER_SUITE} | {bare(own): own for own in PAPER_SUITE}
    return {alike: own for alike, own in (named | dict(OTHERWISE)).items() if alike not in SEVERAL}
