"""Responses of models to single items in a text table, wide or long.

*Wide*: one model a row, one column an item. Nothing in such a table tells it from one of benchmarks, so that it is
read as responses only where a file ``items.csv`` beside it lists all its items (``item``, and the ``benchmark`` or
``subset`` each is of; without the latter the name of the table's file is the benchmark). *Long*: one response a row,
with the columns ``model``, ``item``, ``score`` and, unless there is only one, ``benchmark`` (or ``subset``).

The score of a model on a benchmark is the mean over the items that it has a response to; an issue counts those that
are missing. Nothing is said of the direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from confounded.errors import ContentError
from confounded.readers.cells import LINE, Cells
from confounded.readers.collected import listed
from confounded.readers.delimited import delimited_cells
from confounded.readers.dialects import dialect_of
from confounded.readers.downloaded import numbers, words
from confounded.readers.tabular import model_column
from confounded.scores import Issue, ItemTable, ScoreTable
from confounded.scores.items import ITEM_SCHEMA

__all__ = [
    "ITEMS_FILE",
    "is_item_matrix",
    "is_list_of_items",
    "read_item_matrix",
    "read_item_matrix_scores",
]

ITEMS_FILE: Final = "items.csv"
"""The name of the list of items beside a table of responses."""

ITEM: Final = "item"
SCORE: Final = "score"
BENCHMARK_COLUMNS: Final = ("benchmark", "subset")
METRIC: Final = "mean over items"
RIGHT_OR_WRONG: Final = (0.0, 1.0)


def is_list_of_items(names: Sequence[str]) -> bool:
    """Return whether a header is that of a list of items, which holds no scores."""
    return ITEM in names and SCORE not in names and model_column(names) is None


def is_item_matrix(names: Sequence[str], path: Path) -> bool:
    """Return whether a header is that of a table of responses to items.

    Parameters
    ----------
    names : sequence of str
    path : Path
        Its file, beside which a list of items is looked for.
    """
    model = model_column(names)
    if model is None:
        return False
    if {ITEM, SCORE} <= set(names):
        return True
    beside = path.parent / ITEMS_FILE
    if len(names) < 2 or not beside.is_file() or not is_list_of_items(dialect_of(beside).header):
        return False
    items = [name for name in names if name != model]
    listed_items = set(_benchmark_of_item(beside, ""))
    return (
        sum(name in listed_items for name in items) > len(items) / 2
    )  # the rest is told of where it is read


def read_item_matrix_scores(paths: Sequence[Path]) -> ScoreTable:
    """Read the mean of each model over its responses to the items of each benchmark.

    Parameters
    ----------
    paths : sequence of Path

    Returns
    -------
    ScoreTable
        With standard errors and numbers of items.

    Raises
    ------
    UnreadableError, ContentError
        As of `read_item_matrix`.
    """
    return read_item_matrix(paths).scores()


def read_item_matrix(paths: Sequence[Path]) -> ItemTable:
    """Read tables of responses to items.

    Parameters
    ----------
    paths : sequence of Path
        Text tables. Lists of items among them are passed over: they are read beside the responses.

    Returns
    -------
    ItemTable

    Raises
    ------
    UnreadableError
        If a file cannot be opened or is no text table.
    ContentError
        If the responses of a model to an item stand twice, or a list of items has one twice.
    """
    tables = [_read(path) for path in paths if not is_list_of_items(dialect_of(path).header)]
    if not tables:
        raise ContentError(
            "responses of models to items", found="only a list of items", where=listed(map(str, paths))
        )
    joined = tables[0].joined_with(*tables[1:])
    _refuse_twice(joined.items, listed(map(str, paths)))
    return joined


def _read(path: Path) -> ItemTable:
    """Read one table."""
    table = delimited_cells(path)
    issues = list(table.issues)
    items = _long(table, path, issues) if ITEM in table.frame.columns else _wide(table, path, issues)
    missing = items.filter(pl.col("score").is_null())
    if missing.height:
        what = (
            f"{missing.height} of {items.height} responses are missing, of {missing['model'].n_unique()} of "
            f"{items['model'].n_unique()} models; a score is the mean over the items that a model has a response to"
        )
        issues.append(Issue(what, where=table.where))
    answered = items.filter(pl.col("score").is_not_null()).with_columns(
        metric=pl.lit(METRIC), source=pl.lit(table.source)
    )
    return ItemTable(
        answered.select(list(ITEM_SCHEMA)), benchmarks=_described(answered), issues=tuple(issues)
    )


def _long(table: Cells, path: Path, issues: list[Issue]) -> pl.DataFrame:
    """Return model, benchmark, item and score of a table of one response a row; a missing score is null."""
    names = table.frame.columns
    named = next((name for name in BENCHMARK_COLUMNS if name in names), None)
    models = words(table, model_column(names) or "").alias("model")
    benchmarks = words(table, named) if named else pl.Series([path.stem] * table.frame.height)
    items = pl.DataFrame(
        [
            models,
            benchmarks.alias("benchmark"),
            words(table, ITEM).alias("item"),
            numbers(table, SCORE, models, issues).alias("score"),
        ]
    )
    if items.select("model", "benchmark", "item").null_count().sum_horizontal().item():
        raise ContentError(
            "a model, a benchmark and an item on every row", found="an empty cell", where=table.where
        )
    return items


def _wide(table: Cells, path: Path, issues: list[Issue]) -> pl.DataFrame:
    """Return model, benchmark, item and score of a table of one model a row; a missing score is null."""
    model = model_column(table.frame.columns) or ""
    models = words(table, model).alias("model")
    if models.null_count():
        raise ContentError("a model on every row", found="an empty cell", where=table.where)
    if models.is_duplicated().any():
        raise ContentError(
            "one row a model",
            found=f"several for {listed(models.filter(models.is_duplicated()))}",
            where=table.where,
            remedy="Keep the one that counts, or give them different names.",
        )
    benchmarks = _benchmark_of_item(path.parent / ITEMS_FILE, path.stem)
    items = [name for name in table.frame.columns if name != model]
    strangers = [item for item in items if item not in benchmarks]
    if strangers:
        raise ContentError(
            f"columns of items that {ITEMS_FILE} beside it lists",
            found=f"also {listed(strangers)}",
            where=table.where,
            remedy="Add them to the list, or remove the columns.",
        )
    lines = pl.Series(LINE, table.numbers or range(1, models.len() + 1), dtype=pl.Int64)
    # One long column is some ten times faster than thousands of short ones.
    long = (
        table.frame.select(items)
        .with_columns(models, lines)
        .unpivot(index=["model", LINE], on=items, variable_name="item", value_name="score")
    )
    cells = replace(table, frame=long.select("score"), numbers=long[LINE].to_list())
    scores = numbers(cells, "score", long["model"], issues)
    return long.select(
        "model",
        pl.col("item").replace_strict(benchmarks, return_dtype=pl.String).alias("benchmark"),
        "item",
        scores.alias("score"),
    )


def _benchmark_of_item(path: Path, otherwise: str) -> dict[str, str]:
    """Return the benchmark of each item that a list of items names."""
    table = delimited_cells(path)
    named = next((name for name in BENCHMARK_COLUMNS if name in table.frame.columns), None)
    items = words(table, ITEM)
    benchmarks = words(table, named) if named else pl.Series([otherwise] * items.len())
    if items.null_count() or items.is_duplicated().any() or benchmarks.null_count():
        raise ContentError(
            "every item once, with its benchmark", found="an empty or doubled one", where=table.where
        )
    return dict(zip(items.to_list(), benchmarks.to_list(), strict=True))


def _refuse_twice(items: pl.DataFrame, where: str) -> None:
    """Raise where a model has two responses to an item."""
    key = ["model", "benchmark", "item"]
    twice = items.filter(items.select(key).is_duplicated())
    if twice.height:
        first = twice.row(0, named=True)
        raise ContentError(
            "one response of a model to an item",
            found=f"several of model {first['model']!r} to item {first['item']!r} of {first['benchmark']!r}",
            where=where,
            remedy="Average repeated responses to an item first, or keep the one that counts.",
        )


def _described(items: pl.DataFrame) -> pl.DataFrame:
    """Return what the responses tell of each benchmark: whether each is right or wrong, and how many items it has."""
    all_binary = pl.col("score").is_in(RIGHT_OR_WRONG).all()
    return (
        items.group_by("benchmark", maintain_order=True)
        .agg(all_binary.alias("binary"), pl.col("item").n_unique().cast(pl.Int64).alias("items"))
        .with_columns(
            item_type=pl.when("binary").then(pl.lit("binary mean")),
            unit=pl.when("binary").then(pl.lit("fraction")),
            floor=pl.when("binary").then(0.0),
            ceiling=pl.when("binary").then(1.0),
        )
        .drop("binary")
    )
