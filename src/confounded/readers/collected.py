"""Scores collected from many documents, and what the documents say of models and benchmarks between them.

Documents that describe runs (unlike tables) repeat what they know of a model in each file. Where two say
different things of a model's name or size, neither is taken, and an issue says so; where they say different
things of a benchmark's direction, nothing is read, because a guess would turn a result round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from confounded.errors import ContentError
from confounded.scores import Issue, ScoreTable
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA, SCORE_SCHEMA

__all__ = ["Collected", "count", "finite", "listed"]

MOST_NAMED: Final = 5
"""How many of many names an issue gives; the rest are counted, so that a message stays readable."""


@dataclass(slots=True)
class Collected:
    """What documents have said so far; `table` makes a score table of it.

    Parameters
    ----------
    scores, models, benchmarks : list of dict
        Rows of the frames of a `ScoreTable`; models and benchmarks may stand in many rows.
    issues : list of Issue
    """

    scores: list[dict[str, Any]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    benchmarks: list[dict[str, Any]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def table(self) -> ScoreTable:
        """Return everything as one score table; a score may stand in it twice.

        Raises
        ------
        ContentError
            If documents disagree on the direction of a benchmark.
        """
        scores = pl.DataFrame(self.scores, schema=dict(SCORE_SCHEMA), infer_schema_length=None)
        with_scores = set(scores["model"])
        models, of_models = _agreed(
            (row for row in self.models if row["model"] in with_scores), "model", MODEL_SCHEMA
        )
        known = set(scores["benchmark"])
        benchmarks, of_benchmarks = _agreed(
            (row for row in self.benchmarks if row["benchmark"] in known), "benchmark", BENCHMARK_SCHEMA
        )
        issues = (*self.issues, *of_models, *of_benchmarks)
        return ScoreTable(scores=scores, models=models, benchmarks=benchmarks, issues=issues)


def finite(value: object) -> float | None:
    """Return a finite number as a float, and None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < float("inf") else None


def count(value: object) -> int | None:
    """Return a positive whole number that a frame can hold, and None for anything else."""
    number = finite(value)
    return int(number) if number is not None and 0 < number < 2**53 and number.is_integer() else None


def listed(names: Iterable[str]) -> str:
    """Return the first few of some names, and how many more there are."""
    distinct = sorted(set(names))
    shown = ", ".join(distinct[:MOST_NAMED])
    more = len(distinct) - MOST_NAMED
    return shown if more <= 0 else f"{shown} and {more} more"


def _agreed(
    rows: Iterable[dict[str, Any]], key: str, schema: Mapping[str, type[pl.DataType]]
) -> tuple[pl.DataFrame, list[Issue]]:
    """Return one row a model or benchmark, null where documents disagree, and an issue for each such column."""
    frame = pl.DataFrame(list(rows), schema=dict(schema), infer_schema_length=None)
    columns = [name for name in schema if name != key]
    said = frame.group_by(key).agg(pl.col(name).drop_nulls().unique().sort() for name in columns)
    issues = []
    for name in columns:
        contrary = said.filter(pl.col(name).list.len() > 1).sort(key)
        if not contrary.height:
            continue
        if name == "direction":
            raise ContentError(
                f"one direction of benchmark {contrary[key][0]!r}",
                found="'higher' in some documents and 'lower' in others",
                remedy="Read them apart, or correct the documents that are wrong.",
            )
        subjects = listed(contrary[key])
        issues.append(
            Issue(
                what=f"documents differ on the {name.replace('_', ' ')} of {contrary.height} {key}(s); "
                f"none was taken: {subjects}",
                remedy="A benchmarks.toml beside the scores can settle it." if key == "benchmark" else "",
            )
        )
    lone = [
        pl.when(pl.col(name).list.len() == 1).then(pl.col(name).list.first()).alias(name) for name in columns
    ]
    return said.select(key, *lone), issues
