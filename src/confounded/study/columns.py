"""Columns of a score table that hold no scores, by which models can be parted or a correlation be given.

They are asked for by name (`Settings.by`). Where a column of numbers is asked for that would otherwise be a benchmark,
to ask for it says that it is none, unless something else says that it is one: the catalogue, a direction, or the suite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from confounded.errors import UsageError
from confounded.scores import ScoreTable
from confounded.scores.table import COLUMN_SCHEMA
from confounded.study.entries import entries_of
from confounded.study.known import bare, listed
from confounded.study.quantities import quantity_of
from confounded.study.result import Notice
from confounded.study.settings import PAPER_SUITE, Settings

__all__ = ["BY", "CHANCE", "asked_columns", "column_cells", "column_named", "with_columns_asked_for"]

CHANCE: Final = "chance"

BY: Final = ("class", "family", "organisation", "size", "released", "compute", "base_model", CHANCE)
"""All that models of any table can be parted by."""

ALIASES: Final[Mapping[str, str]] = {
    "population": "class",
    "type": "class",
    "parameters": "size",
    "model_size": "size",
    "release": "released",
    "release_date": "released",
    "training_flop": "compute",
    "flop": "compute",
    "organization": "organisation",
}
"""Columns of a table of models that are known by another word."""

MOST_NAMED: Final = 40

MOST_OF_SEVERAL: Final = 0.5
"""Share of the models of which a column may say several things: of more it does not describe models, and the few of
which it happens to say one thing are no sample of them."""

FEWEST_IN_COMMON: Final = 0.2
"""Share of the models that must have what a column says in common with another: where nearly all are alone, as by a
name or a checksum, there are no groups to look within."""


def column_named(name: str, columns: Sequence[str]) -> str | None:
    """Return which is asked for: a column of the table, or one of `BY`; None where it is neither.

    A column of exactly this name goes first, then what is known of models of any table, then a column whose name
    differs only in case, blanks and signs, if there is one such.
    """
    if name in columns:
        return name
    known = ALIASES.get(name.lower(), name.lower())
    if known in BY:
        return known
    alike = [one for one in columns if bare(one) == bare(name)]
    return alike[0] if len(alike) == 1 else None


def with_columns_asked_for(table: ScoreTable, settings: Settings) -> tuple[ScoreTable, list[Notice]]:
    """Return the table with everything among its columns that models are to be parted by.

    Parameters
    ----------
    table : ScoreTable
    settings : Settings

    Returns
    -------
    table : ScoreTable
        Without the benchmarks that are none, because they were asked for.
    notices : list of Notice

    Raises
    ------
    UsageError
        If something is asked for that is no column and is not known of models, or does not part them.
    """
    if not settings.by:
        return table, []
    own = _names(table)
    benchmarks = table.scores["benchmark"].unique().sort().to_list()
    found = {name: column_named(name, [*own, *benchmarks]) for name in settings.by}
    strange = [name for name, column in found.items() if column is None]
    if empty := [name for name in strange if name in table.benchmarks["benchmark"]]:
        raise UsageError("columns that say something", found=f"empty ones: {', '.join(empty)}", where="--by")
    if strange:
        more = listed(own, most=MOST_NAMED)
        raise UsageError(
            f"one of {', '.join(BY)}"
            + (f"; or a column of the scores that describes models: {more}" if more else "")
            + f"; or a benchmark: {listed(benchmarks, most=MOST_NAMED)}",
            found=", ".join(strange),
            where="--by",
        )
    chosen = [name for name in dict.fromkeys(found.values()) if name in own]
    notices = _several_things(table, chosen)
    _refuse_no_groups(table, chosen)
    taken = [
        name for name in dict.fromkeys(found.values()) if name and name in benchmarks and name not in own
    ]
    if not taken:
        return table, notices
    scores = table.scores.filter(pl.col("benchmark").is_in(taken))
    cells = scores.select("model", column="benchmark", value=pl.col("score").cast(pl.String))
    columns = pl.concat([table.columns, cells.select(list(COLUMN_SCHEMA))])
    moved = [name for name in taken if not _is_benchmark(name, table, settings)]
    kept = ~pl.col("benchmark").is_in(moved)
    table = replace(
        table, scores=table.scores.filter(kept), benchmarks=table.benchmarks.filter(kept), columns=columns
    )
    if moved:
        notices.append(
            Notice(
                what=f"{', '.join(moved)} {'is' if len(moved) == 1 else 'are'} taken to describe the models and not to "
                "be measured, because models are to be parted by it.",
                remedy="If it is a benchmark too, say --direction NAME=higher or =lower.",
            )
        )
    return table, notices


def _several_things(table: ScoreTable, columns: Sequence[str | None]) -> list[Notice]:
    """Say of how many models a column says several things, so that they are in no part; refuse where that is most."""
    notices = []
    for name in columns:
        said = table.columns.filter(pl.col("column") == name).unique().group_by("model").len().sort("model")
        several = said.filter(pl.col("len") > 1)
        if several.height > MOST_OF_SEVERAL * said.height:
            raise UsageError(
                "a column that says one thing of each model",
                found=f"several of {several.height} of the {said.height} models in {name!r}, such as "
                f"{several['model'][0]!r}",
                where="--by",
                remedy="It may describe runs or benchmarks: write what it says of the model into a column of its own.",
            )
        if several.height:
            notices.append(
                Notice(
                    what=f"{name!r} says several things of {several.height} of the {said.height} models, which are in "
                    f"no part by it: {listed(several['model'].to_list())}.",
                    remedy="Write one thing of each model.",
                )
            )
    return notices


def _refuse_no_groups(table: ScoreTable, columns: Sequence[str | None]) -> None:
    """Raise where a column says the same of all models, or in words something else of nearly every one."""
    for name in columns:
        said = table.columns.filter(pl.col("column") == name).unique()
        values = said["value"].unique().sort()
        if values.len() == 1:
            raise UsageError(
                "a column that says different things of the models",
                found=f"{values[0]!r} of all {said.height} of which {name!r} says something",
                where="--by",
            )
        alone = said.height - int(said["value"].is_duplicated().sum())
        if alone > (1.0 - FEWEST_IN_COMMON) * said.height and quantity_of(values.to_list()) is None:
            raise UsageError(
                f"a column that puts models into groups, at least {FEWEST_IN_COMMON:.0%} of them with another",
                found=f"{alone} of {said.height} models alone with their value in {name!r}, such as {values[0]!r}",
                where="--by",
                remedy="Name a column of fewer values, or write groups into one.",
            )


def _names(table: ScoreTable) -> list[str]:
    return table.columns["column"].unique(maintain_order=True).to_list()


def _is_benchmark(name: str, table: ScoreTable, settings: Settings) -> bool:
    """Return whether something else than a file's header says that a column is one of scores."""
    said = table.benchmarks.filter(pl.col("benchmark") == name)
    return (
        name in settings.directions
        or name in (*(settings.suite or PAPER_SUITE), settings.capabilities)
        or name in entries_of(table)
        or said.drop("benchmark", "unit").select(pl.any_horizontal(pl.all().is_not_null())).to_series().any()
    )


def asked_columns(
    table: ScoreTable, settings: Settings, models: Sequence[str]
) -> dict[str, tuple[str | None, ...]]:
    """Return the columns that were asked for, a value a model; None where the table says none, or several.

    Parameters
    ----------
    table : ScoreTable
        As of `with_columns_asked_for`.
    settings : Settings
    models : sequence of str
    """
    names = _names(table)
    wanted = dict.fromkeys(column for name in settings.by if (column := column_named(name, names)) in names)
    cells = {str(name): column_cells(table, str(name)) for name in wanted}
    return {name: tuple(own.get(model) for model in models) for name, own in cells.items()}


def column_cells(table: ScoreTable, column: str) -> dict[str, str]:
    """Return what a column that holds no scores says of each model, but for models of which it says several things.

    Parameters
    ----------
    table : ScoreTable
    column : str

    Returns
    -------
    dict of str to str
        By model.
    """
    said = (
        table.columns.filter(pl.col("column") == column)
        .unique()
        .group_by("model")
        .agg(pl.col("value").first(), pl.len().alias("n"))
        .filter(pl.col("n") == 1)
    )
    return {model: value for model, value, _ in said.iter_rows() if value is not None}
