"""The item table: what each model got on each item, the grain below a score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from confounded.scores.table import (
    BENCHMARK_SCHEMA,
    MODEL_SCHEMA,
    Issue,
    ScoreTable,
    agreed,
    conformed,
)
from confounded.stats.items import are_crossed, crossed_error_variance

__all__ = ["ITEM_SCHEMA", "ItemTable"]

ITEM_SCHEMA: Final[Mapping[str, type[pl.DataType]]] = {
    "model": pl.String,
    "benchmark": pl.String,
    "metric": pl.String,
    "item": pl.String,
    "score": pl.Float64,
    "source": pl.String,
}

MOST_NAMED: Final = 8

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
            Where each item of a benchmark was answered by two models or more, the standard error leaves out what an
            item adds for all models alike (`stats.items`), so that the reliability that follows from it is Cronbach's
            alpha; an issue says so. Else it is that of a mean of independent items, s / √n with n - 1 in the
            variance. Null for a single item.
        """
        score = pl.col("score")
        means = self.items.group_by("model", "benchmark", "metric", "source", maintain_order=True).agg(
            score.mean(),
            stderr=pl.when(score.len() >= FEWEST_FOR_ERROR).then(score.std() / score.len().sqrt()),
            n_items=score.len().cast(pl.Int64),
        )
        crossed, names = _crossed_errors(self.items)
        if names:
            means = (
                means.join(crossed, on=["model", "benchmark", "metric"], how="left", nulls_equal=True)
                .with_columns(stderr=pl.coalesce("crossed", "stderr"))
                .drop("crossed")
            )
        issues = (*self.issues, *([_of_crossed(names)] if names else []))
        return ScoreTable(means, self.models, self.benchmarks, issues)

    def joined_with(self, *others: ItemTable) -> ItemTable:
        """Return one table of the items of all.

        Where they say different things of a model or a benchmark, nothing is taken, and an issue says so.
        """
        tables = (self, *others)
        models, of_models = agreed(pl.concat([one.models for one in tables]), "model")
        benchmarks, of_benchmarks = agreed(pl.concat([one.benchmarks for one in tables]), "benchmark")
        issues = (*(issue for one in tables for issue in one.issues), *of_models, *of_benchmarks)
        return ItemTable(pl.concat([one.items for one in tables]), models, benchmarks, issues)


def _crossed_errors(items: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return the standard errors on the benchmarks whose items can be told apart, and the names of these."""
    found, names = [], []
    for (benchmark, metric), own in items.group_by("benchmark", "metric", maintain_order=True):
        if own.select(pl.struct("model", "item").is_duplicated().any()).item() or own["item"].null_count():
            continue
        wide = own.pivot(on="item", index="model", values="score", maintain_order=True)
        cells = wide.drop("model").to_numpy().astype(np.float64)
        if not are_crossed(cells):
            continue
        errors = np.sqrt(crossed_error_variance(cells))
        found.append(
            pl.DataFrame({"model": wide["model"], "crossed": errors}).with_columns(
                pl.lit(benchmark, pl.String).alias("benchmark"),
                pl.lit(metric, pl.String).alias("metric"),
                pl.col("crossed").fill_nan(None),
            )
        )
        names.append(str(benchmark))
    empty = pl.DataFrame(
        schema={"model": pl.String, "crossed": pl.Float64, "benchmark": pl.String, "metric": pl.String}
    )
    return pl.concat([empty, *found]), names


def _of_crossed(names: list[str]) -> Issue:
    shown = ", ".join(names[:MOST_NAMED]) + (
        f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    )
    return Issue(
        f"scores on single items were put together as means on {shown}; their standard errors leave out what an item "
        "adds for all models alike, so that the reliability over all models of the file is Cronbach's alpha (for items "
        "worth 0 or 1, formula 20 of Kuder and Richardson)"
    )
