"""The item table: what each model got on each item, the grain below a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from confounded.scores.table import (
    BENCHMARK_SCHEMA,
    MODEL_SCHEMA,
    Issue,
    ScoreTable,
    agreed,
    conformed,
)

__all__ = ["ITEM_SCHEMA", "ItemTable"]

ITEM_SCHEMA: Final[Mapping[str, type[pl.DataType]]] = {
    "model": pl.String,
    "benchmark": pl.String,
    "metric": pl.String,
    "item": pl.String,
    "score": pl.Float64,
    "source": pl.String,
}

FEWEST_FOR_ERROR: Final = 2
"""Items below which their spread, and so the standard error of their mean, is not known."""


@dataclass(frozen=True, slots=True)
class ItemTable:
    """Scores on single items, in long form.

    Parameters
    ----------
    items : polars.DataFrame
        One item a row: model, benchmark, metric, item, score, source. Where an item was answered several times
        (epochs), the score is what the format makes of these. A missing score is a row that is not there.
    models, benchmarks : polars.DataFrame, optional
        What the files declare, as in `ScoreTable`.
    issues : tuple of Issue
        What was met on the way in.

    Raises
    ------
    ContentError
        If a frame has columns that are not in its schema.
    """

    items: pl.DataFrame = field(repr=False)
    models: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    benchmarks: pl.DataFrame = field(default_factory=pl.DataFrame, repr=False)
    issues: tuple[Issue, ...] = ()

    def __post_init__(self) -> None:
        set_once = object.__setattr__
        set_once(self, "items", conformed(self.items, ITEM_SCHEMA, "items"))
        for key, schema in (("model", MODEL_SCHEMA), ("benchmark", BENCHMARK_SCHEMA)):
            declared = getattr(self, f"{key}s")
            said = declared if declared.width else self.items.select(key).unique()
            set_once(self, f"{key}s", conformed(said, schema, f"{key}s").sort(key))

    def scores(self) -> ScoreTable:
        """Return the mean score of each model on each benchmark, its standard error and the number of items.

        Items from two sources, such as two runs of one model, are two scores.

        Returns
        -------
        ScoreTable
            The standard error is that of a mean of independent items, s / √n with n - 1 in the variance;
            null for a single item.
        """
        score = pl.col("score")
        means = self.items.group_by("model", "benchmark", "metric", "source", maintain_order=True).agg(
            score.mean(),
            stderr=pl.when(score.len() >= FEWEST_FOR_ERROR).then(score.std() / score.len().sqrt()),
            n_items=score.len().cast(pl.Int64),
        )
        return ScoreTable(means, self.models, self.benchmarks, self.issues)

    def joined_with(self, *others: ItemTable) -> ItemTable:
        """Return one table of the items of all.

        Where they say different things of a model or a benchmark, nothing is taken, and an issue says so.
        """
        tables = (self, *others)
        models, of_models = agreed(pl.concat([one.models for one in tables]), "model")
        benchmarks, of_benchmarks = agreed(pl.concat([one.benchmarks for one in tables]), "benchmark")
        issues = (*(issue for one in tables for issue in one.issues), *of_models, *of_benchmarks)
        return ItemTable(pl.concat([one.items for one in tables]), models, benchmarks, issues)
