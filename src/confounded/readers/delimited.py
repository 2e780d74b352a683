"""Comma- and tab-separated score files, wide and long.

*Wide*: one model a row, a column ``model``, one column a benchmark; columns named in `ATTRIBUTES` describe
the model. *Long*: one score a row, with the columns ``model``, ``benchmark`` and ``score``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.scores import ScoreTable
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA, SCORE_SCHEMA, refuse_repeated_scores

__all__ = ["ATTRIBUTES", "read_delimited"]

ATTRIBUTES: Final[Mapping[str, str]] = {
    "model": "model",
    "name": "name",
    "population": "population",
    "type": "population",
    "family": "family",
    "organisation": "organisation",
    "organization": "organisation",
    "parameters": "parameters",
    "model_size": "parameters",
    "training_flop": "training_flop",
    "flop": "training_flop",
}
"""Column names (in any case) that describe a model, and what they are called here."""

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
"""Cells (in any case) that say there is no score."""

POPULATIONS: Final = ("base", "chat", "mixed")
"""What a population column may say."""

LINE: Final = "\N{SECTION SIGN}line"
"""The column of line numbers beside the file's own columns, under a name that no file is likely to use."""

LONG_COLUMNS: Final = ("model", "benchmark", "score")


def read_delimited(path: Path) -> ScoreTable:
    """Read a ``.csv`` or ``.tsv`` file of scores, wide or long.

    Parameters
    ----------
    path : Path
        The file, UTF-8.

    Returns
    -------
    ScoreTable
        Scores as they stand in the file; nothing is rescaled or turned round.

    Raises
    ------
    UnreadableError
        If the file cannot be opened, is empty or is not text of that form.
    ContentError
        If a column is missing or doubled, a cell is no finite number, or a score stands twice.
    """
    cells = _cells(path)
    lower = {name.lower() for name in cells.columns}
    if "model" not in lower:
        raise ContentError(
            "a column 'model'",
            found=f"the columns {_listed(cells.columns[1:])}",
            where=str(path),
            remedy="Name the column of model names 'model'.",
        )
    return _long(cells, path) if lower.issuperset(LONG_COLUMNS) else _wide(cells, path)


def _cells(path: Path) -> pl.DataFrame:
    """Return the file's cells as text, under the names of its header, and the line each row begins on."""
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            # The standard library's reader, because it is strict: a row that is cut short is an error here.
            reader = csv.reader(stream, delimiter=separator, strict=True)
            names = [name.strip() for name in next(reader, [])]
            _check_header(names, path)
            rows = []
            line = reader.line_num + 1
            for row in reader:
                if row:
                    _check_width(row, names, line, path)
                    rows.append([line, *row])
                line = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableError(
            f"a readable {path.suffix[1:].upper()} file", found=str(problem), where=str(path)
        ) from problem
    if not rows:
        raise UnreadableError("rows below the header line", found="none", where=str(path))
    return pl.DataFrame(rows, schema={LINE: pl.Int64, **dict.fromkeys(names, pl.String)}, orient="row")


def _check_header(names: list[str], path: Path) -> None:
    """Raise where the header is empty or names a column twice."""
    if not any(names):
        raise UnreadableError("a table with a header line", found="an empty file", where=str(path))
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled or LINE in names:
        raise ContentError(
            "a header that names every column once",
            found=_listed(doubled or [LINE]) + " more than once",
            where=str(path),
        )
    if "" in names:
        raise ContentError("a name for every column", found="a column without a name", where=str(path))


def _check_width(row: list[str], names: list[str], line: int, path: Path) -> None:
    """Raise where a row has more or fewer cells than the header."""
    if len(row) != len(names):
        raise ContentError(
            f"{len(names)} cells on every row, as in the header",
            found=f"{len(row)}",
            where=f"{path}, line {line}",
            remedy="The file may be cut short, or a cell with a separator in it lacks its quotes.",
        )


def _long(cells: pl.DataFrame, path: Path) -> ScoreTable:
    """Read one score a row."""
    cells = cells.rename({name: ATTRIBUTES.get(name.lower(), name.lower()) for name in cells.columns})
    known = {*SCORE_SCHEMA, *MODEL_SCHEMA, *BENCHMARK_SCHEMA}
    unknown = sorted(set(cells.columns[1:]) - known)
    if unknown:
        raise ContentError(
            f"columns among {_listed(sorted(known))}",
            found=_listed(unknown),
            where=str(path),
            remedy="Remove or rename the others.",
        )
    numeric = [name for name in ("score", "stderr", "n_items") if name in cells.columns]
    scores = cells.select(
        pl.col("model").str.strip_chars(),
        pl.col("benchmark").str.strip_chars(),
        *(pl.col(name) for name in ("metric",) if name in cells.columns),
        *(_numbers(cells, name, path) for name in numeric),
        source=pl.lit(path.name),
    )
    scores = scores.filter(pl.col("score").is_not_null())
    refuse_repeated_scores(scores.with_columns(metric=pl.lit("")))
    return ScoreTable(
        scores=scores,
        models=_declared(cells, "model", MODEL_SCHEMA, path),
        benchmarks=_declared(cells, "benchmark", BENCHMARK_SCHEMA, path, not_from=("name",)),
    )


def _wide(cells: pl.DataFrame, path: Path) -> ScoreTable:
    """Read one model a row, one benchmark a column."""
    attributes = {name: ATTRIBUTES[name.lower()] for name in cells.columns if name.lower() in ATTRIBUTES}
    taken = sorted(attributes.values())
    doubled = sorted({name for name in taken if taken.count(name) > 1})
    if doubled:
        raise ContentError(
            f"one column for the {_listed(doubled)} of a model",
            found=_listed([name for name, meaning in attributes.items() if meaning in doubled]),
            where=str(path),
        )
    benchmarks = [name for name in cells.columns[1:] if name not in attributes]
    if not benchmarks:
        raise ContentError("at least one column of scores", found="none", where=str(path))
    cells = cells.rename(attributes)
    repeated = cells.filter(pl.col("model").is_duplicated())["model"]
    if repeated.len():
        raise ContentError(
            "one row a model",
            found=f"{(repeated == repeated[0]).sum()} rows of {repeated[0]!r}",
            where=str(path),
            remedy="Keep the one that counts, or give the runs different model names.",
        )
    numbers = cells.select(
        pl.col("model").str.strip_chars(), *(_numbers(cells, name, path) for name in benchmarks)
    )
    scores = (
        numbers.unpivot(index="model", variable_name="benchmark", value_name="score")
        .filter(pl.col("score").is_not_null())
        .with_columns(source=pl.lit(path.name))
    )
    return ScoreTable(scores=scores, models=_declared(cells, "model", MODEL_SCHEMA, path))


def _numbers(cells: pl.DataFrame, column: str, path: Path) -> pl.Series:
    """Return a column as numbers, null where it says there is none."""
    text = cells[column].str.strip_chars()
    present = text.is_not_null() & ~text.str.to_lowercase().is_in(list(MISSING))
    values = text.cast(pl.Float64, strict=False)
    unusable = present & ~values.is_finite().fill_null(value=False)
    if unusable.any():
        first = cells.filter(unusable).row(0, named=True)
        raise ContentError(
            "a number, or an empty cell where there is none",
            found=f"{first[column]!r}",
            where=f"{path}, line {first[LINE]} (model {first['model']!r}), column {column!r}",
            remedy="Correct the cell, or empty it.",
        )
    return pl.select(pl.when(present).then(values)).to_series().alias(column)


def _declared(
    cells: pl.DataFrame,
    key: str,
    schema: Mapping[str, type[pl.DataType]],
    path: Path,
    not_from: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Return what the file says of each model or benchmark, refusing contradictions and empty names."""
    columns = [name for name in schema if name in cells.columns and name != key and name not in not_from]
    said = cells.select(
        pl.col(key).str.strip_chars(),
        *(
            _text(cells, name) if schema[name] == pl.String else _numbers(cells, name, path)
            for name in columns
        ),
    )
    if said[key].is_null().any() or (said[key] == "").any():
        raise ContentError(f"a {key} on every row", found="an empty cell", where=str(path))
    _check_population(said, path)
    grouped = said.group_by(key).agg(pl.col(name).drop_nulls().unique() for name in columns)
    for name in columns:
        contrary = grouped.filter(pl.col(name).list.len() > 1).sort(key)
        if contrary.height:
            subject, values = contrary.select(key, name).row(0)
            raise ContentError(
                f"one {name} for {key} {subject!r}",
                found=" and ".join(map(repr, sorted(values))),
                where=str(path),
            )
    return grouped.select(key, *(pl.col(name).list.first() for name in columns))


def _check_population(said: pl.DataFrame, path: Path) -> None:
    """Raise where a population is none that is known."""
    if "population" not in said.columns:
        return
    other = said.filter(~pl.col("population").is_in(POPULATIONS)).sort("model")
    if other.height:
        raise ContentError(
            f"{_listed(POPULATIONS)} as the population (or type) of a model",
            found=f"{other['population'][0]!r} for model {other['model'][0]!r}",
            where=str(path),
        )


def _text(cells: pl.DataFrame, column: str) -> pl.Series:
    """Return a column of words, null where the cell is empty."""
    text = cells[column].str.strip_chars()
    return pl.select(pl.when(text != "").then(text)).to_series().alias(column)


def _listed(names: list[str] | tuple[str, ...], most: int = 12) -> str:
    """Return some names as a readable list."""
    shown = ", ".join(map(str, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
