"""Scores collected from many documents, and what the documents say of models and benchmarks between them.

Documents that describe runs (unlike tables) repeat what they know of a model in each file. Where two say
different things, none is taken, and an issue says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from confounded.scores import Issue, ScoreTable
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA, SCORE_SCHEMA, agreed

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
    columns : list of polars.DataFrame
        What is said of models in further columns, as `ScoreTable.columns` has it.
    """

    scores: list[dict[str, Any]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    benchmarks: list[dict[str, Any]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    columns: list[pl.DataFrame] = field(default_factory=list)

    def table(self, place: str = "") -> ScoreTable:
        """Return everything as one score table; a score may stand in it twice.

        Parameters
        ----------
        place : str, optional
            Where all of it stands, for the issues of what contradicts itself.
        """
        scores = pl.DataFrame(self.scores, schema=dict(SCORE_SCHEMA), infer_schema_length=None)
        with_scores = set(scores["model"])
        models, of_models = agreed(_frame(self.models, "model", with_scores, MODEL_SCHEMA), "model", place)
        known = set(scores["benchmark"])
        benchmarks, of_benchmarks = agreed(
            _frame(self.benchmarks, "benchmark", known, BENCHMARK_SCHEMA), "benchmark", place
        )
        issues = (*self.issues, *of_models, *of_benchmarks)
        columns = pl.concat(self.columns).unique(maintain_order=True) if self.columns else pl.DataFrame()
        return ScoreTable(scores=scores, models=models, benchmarks=benchmarks, issues=issues, columns=columns)


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


def _frame(
    rows: Iterable[dict[str, Any]], key: str, wanted: set[str], schema: Mapping[str, type[pl.DataType]]
) -> pl.DataFrame:
    """Return the rows of wanted models or benchmarks as a frame."""
    chosen = [row for row in rows if row[key] in wanted]
    return pl.DataFrame(chosen, schema=dict(schema), infer_schema_length=None)
