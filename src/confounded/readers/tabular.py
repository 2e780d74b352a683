"""What the cells of a table mean: one model a row, or one score a row.

*Wide*: one model a row, a column ``model``, one column a benchmark; columns named in `ATTRIBUTES` describe
the model. *Long*: one score a row, with the columns ``model``, ``benchmark`` and ``score``.

A cell that is no number is left out, and a score that stands twice is taken as the mean of the two; each is an issue
that stops.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.cures import cure
from confounded.scores import Issue, ScoreTable
from confounded.scores.settling import MOST_LISTED, without_repeats
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA, SCORE_SCHEMA, agreed

__all__ = [
    "ATTRIBUTES",
    "LINE",
    "MISSING",
    "Cells",
    "check_header",
    "counts_rows",
    "looks_like_scores",
    "model_column",
    "read_cells",
]

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
    "base_model": "base_model",
    "released": "released",
    "release_date": "released",
    "release date": "released",
    "model family": "family",
    "model size (b)": "parameters",
    "flops (1e21)": "training_flop",
    "pair": "pair",
}
"""Column names (in any case) that describe a model, and what they are called here."""

SCALES: Final[Mapping[str, float]] = {"model size (b)": 1e9, "flops (1e21)": 1e21}
"""What the numbers of such a column are multiplied by, where its name says in what they are counted."""

NOT_SCORES: Final = frozenset({"pretraining data size (t)"})
"""Column names (in lower case) that describe a model in a way that nothing here uses."""

MODEL_COLUMNS: Final = ("model", "model_name", "model name", "model_id", "model id")
"""Column names (in any case) of the models, first wins."""

MISSING: Final = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
"""Cells (in any case) that say there is no score."""

POPULATIONS: Final = ("base", "chat", "mixed")
"""What a population column may say."""

INDEX: Final = re.compile(r"index|level_\d|Unnamed: \d+|__index_level_\d__")
"""What pandas calls a column that was the index of a frame."""

LINE: Final = "\N{SECTION SIGN}line"
"""The column of row numbers beside a table's own columns, under a name that no file is likely to use."""

PLACE: Final = f"{LINE}place"
"""The column that says where a score stands."""

LARGEST_COUNT: Final = 2**53
"""The largest whole number up to which a float holds every one: a larger count has lost digits on its way."""

DATE: Final = r"^\d{4}-\d{2}(-\d{2}([T ][\d:.+Z-]*)?)?$"
"""A date or moment as ISO 8601 has it."""

LONG_COLUMNS: Final = ("model", "benchmark", "score")


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one table, before anything is made of them.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a row of the table, columns as it names them, of text or numbers; null is an empty cell.
    where : str
        The file, or what else the table is, for messages.
    source : str
        What the scores name as their source.
    row_word : str
        What one row is called in messages: ``line``, ``row`` or ``record``.
    numbers : sequence of int, optional
        The number of each row in the file; counted from 1 if it is not given.
    issues : sequence of Issue, optional
        What was met in taking the cells from the file.
    """

    frame: pl.DataFrame = field(repr=False)
    where: str
    source: str
    row_word: str = "row"
    numbers: Sequence[int] = field(default=(), repr=False)
    issues: Sequence[Issue] = field(default=(), repr=False)

    def numbered(self) -> pl.DataFrame:
        """Return the frame with the number of each row before its own columns."""
        numbers = self.numbers or range(1, self.frame.height + 1)
        return self.frame.select(pl.Series(LINE, numbers, dtype=pl.Int64), pl.all())


def looks_like_scores(names: Sequence[str]) -> bool:
    """Return whether a table with these columns can be one of scores."""
    return model_column(names) is not None


def model_column(names: Sequence[str]) -> str | None:
    """Return the name of the column of models, None where there is none."""
    by_meaning = {name.strip().lower(): name for name in reversed(names)}
    return next((by_meaning[one] for one in MODEL_COLUMNS if one in by_meaning), None)


def check_header(names: Sequence[str], where: str) -> None:
    """Raise where a header is empty or names a column twice.

    Raises
    ------
    UnreadableError
        If no column has a name.
    ContentError
        If a name is missing or doubled.
    """
    if not any(names):
        raise UnreadableError("a table with a header line", found="an empty file", where=where)
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled or LINE in names:
        raise ContentError(
            "a header that names every column once",
            found=_listed(doubled or [LINE]) + " more than once",
            where=where,
        )
    if "" in names:
        raise ContentError(
            "a name for every column",
            found=f"column {names.index('') + 1} without a name",
            where=where,
            remedy="Name it in the header; the column of model names is called 'model'.",
        )


def counts_rows(cells: pl.Series) -> bool:
    """Return whether the cells of a column count its rows from 0 or 1, as data frames write their index."""
    numbers = cells.cast(pl.Int64, strict=False)
    return any(
        numbers.equals(pl.Series(range(start, start + cells.len()), dtype=pl.Int64)) for start in (0, 1)
    )


def read_cells(cells: Cells) -> ScoreTable:
    """Read the scores in the cells of a table, wide or long.

    Returns
    -------
    ScoreTable
        Scores as they stand in the table; nothing is rescaled or turned round.

    Raises
    ------
    UnreadableError
        If there is no row.
    ContentError
        If a column is missing or doubled, or a row has no model.
    """
    names = [name.strip() for name in cells.frame.columns]
    check_header(names, cells.where)
    if not looks_like_scores(names):
        raise ContentError(
            "a column 'model'",
            found=f"the columns {_listed(names)}"
            + (" (separated by semicolons?)" if any(";" in name for name in names) else ""),
            where=cells.where,
            remedy="Name the column of model names 'model'.",
        )
    if not cells.frame.height:
        raise UnreadableError("rows of scores", found="none", where=cells.where)
    numbered = cells.numbered()
    named = model_column(names)
    alike = [name for name in names if named is not None and name.lower() == named.lower()]
    if len(alike) > 1:
        raise ContentError("one column of models", found=_listed(alike), where=cells.where)
    numbered.columns = [LINE, *("model" if name == named else name for name in names)]
    lower = {name.lower() for name in numbered.columns}
    counting = [name for name in names if INDEX.fullmatch(name) and counts_rows(numbered[name])]
    if counting:
        numbered = numbered.drop(counting)
        what = f"the column {_listed(counting)} only counts the rows and was not read"
        cells = replace(cells, issues=(*cells.issues, Issue(what, where=cells.where)))
    return _long(numbered, cells) if lower.issuperset(LONG_COLUMNS) else _wide(numbered, cells)


def _long(cells: pl.DataFrame, table: Cells) -> ScoreTable:
    """Read one score a row."""
    meanings = {name: ATTRIBUTES.get(name.lower(), name.lower()) for name in cells.columns}
    _refuse_shared_meanings(meanings, table)
    cells = cells.rename(meanings)
    known = {*SCORE_SCHEMA, *MODEL_SCHEMA, *BENCHMARK_SCHEMA}
    unknown = sorted(set(cells.columns[1:]) - known)
    if unknown:
        raise ContentError(
            f"columns among {_listed(sorted(known))}",
            found=_listed(unknown),
            where=table.where,
            remedy="Remove or rename the others.",
        )
    issues = list(table.issues)
    # An error without the sign beside scores that have it may be in another unit.
    shares = [name for name in ("score", "stderr") if name in cells.columns and _present_text(cells[name])]
    percent = bool(shares) and all(_in_percent(cells[name]) for name in shares)
    if percent:
        cells = cells.with_columns(_without_sign(shares))
    numeric = [name for name in ("score", "stderr", "n_items") if name in cells.columns]
    scores = cells.select(
        _text(cells, "model", table),
        _text(cells, "benchmark", table),
        *(_text(cells, name, table) for name in ("metric",) if name in cells.columns),
        *(_numbers(cells, name, table, issues, whole=name == "n_items") for name in numeric),
        _places(cells, table),
        source=pl.lit(table.source),
    )
    models = _declared(cells, "model", MODEL_SCHEMA, table, issues)
    benchmarks = _declared(cells, "benchmark", BENCHMARK_SCHEMA, table, issues, not_from=("name",))
    if percent and "unit" not in benchmarks.columns:
        benchmarks = benchmarks.with_columns(unit=pl.lit("percent"))
    return _table(scores, models, benchmarks, table, issues)


def _table(
    scores: pl.DataFrame, models: pl.DataFrame, benchmarks: pl.DataFrame, table: Cells, issues: list[Issue]
) -> ScoreTable:
    """Return the scores that are there, each once."""
    once, repeats = without_repeats(scores.filter(pl.col("score").is_not_null()), PLACE, table.where)
    return ScoreTable(once.drop(PLACE), models, benchmarks, (*issues, *repeats))


def _wide(cells: pl.DataFrame, table: Cells) -> ScoreTable:
    """Read one model a row, one benchmark a column."""
    attributes = {name: ATTRIBUTES[name.lower()] for name in cells.columns if name.lower() in ATTRIBUTES}
    _refuse_shared_meanings(attributes, table)
    unused = [name for name in cells.columns if name.lower() in NOT_SCORES]
    benchmarks = [name for name in cells.columns[1:] if name not in attributes and name not in unused]
    if not benchmarks:
        raise ContentError("at least one column of scores", found="none", where=table.where)
    scales = {attributes[name]: SCALES[name.lower()] for name in attributes if name.lower() in SCALES}
    cells = cells.rename(attributes)
    issues = list(table.issues)
    if unused:
        issues.append(
            Issue(f"columns that hold no scores were not read: {_listed(unused)}", where=table.where)
        )
    words = [name for name in benchmarks if _holds_words(cells[name])]
    if words:
        issues.append(Issue(f"columns without any number are left out: {_listed(words)}", where=table.where))
        benchmarks = [name for name in benchmarks if name not in words]
    if not benchmarks:
        raise ContentError("at least one column of scores", found="only words", where=table.where)
    percent = [name for name in benchmarks if _in_percent(cells[name])]
    cells = cells.with_columns(_without_sign(percent))
    numbers = cells.select(
        _text(cells, "model", table),
        _places(cells, table),
        *(_numbers(cells, name, table, issues) for name in benchmarks),
    )
    empty = [name for name in benchmarks if numbers[name].null_count() == numbers.height]
    if empty:
        issues.append(
            Issue(f"There are no scores at all in the columns {_listed(empty)}.", where=table.where)
        )
    # Under names that no column of a file has, since a benchmark may be called "score".
    long = numbers.unpivot(
        index=["model", PLACE], on=benchmarks, variable_name=f"{LINE}benchmark", value_name=f"{LINE}score"
    )
    scores = long.rename({f"{LINE}benchmark": "benchmark", f"{LINE}score": "score"}).with_columns(
        source=pl.lit(table.source)
    )
    models = _declared(cells, "model", MODEL_SCHEMA, table, issues)
    models = models.with_columns(pl.col(name) * scale for name, scale in scales.items())
    units = pl.DataFrame({"benchmark": benchmarks}).with_columns(
        unit=pl.when(pl.col("benchmark").is_in(percent)).then(pl.lit("percent"))
    )
    return _table(scores, models, units, table, issues)


def _present(cells: pl.Series) -> pl.Series:
    """Return the cells of a column of text that say something."""
    text = cells.str.strip_chars()
    return text.filter(text.is_not_null() & ~text.str.to_lowercase().is_in(list(MISSING)))


def _holds_words(cells: pl.Series) -> bool:
    """Return whether a column is one of words or dates: not one of its cells begins like another number."""
    if cells.dtype != pl.String:
        return False
    present = _present(cells)
    numeric = present.str.to_lowercase().str.contains(r"^[-+.]*\d|^[-+]?inf")
    return present.len() > 0 and not (numeric & ~present.str.contains(DATE)).any()


def _present_text(cells: pl.Series) -> bool:
    """Return whether some cells of a column hold text that says something."""
    return cells.dtype == pl.String and _present(cells).len() > 0


def _without_sign(columns: Sequence[str]) -> pl.Expr:
    """Return columns without the percent sign behind each number."""
    return pl.col(columns).str.strip_chars().str.strip_chars_end("% ")


def _in_percent(cells: pl.Series) -> bool:
    """Return whether every number of a column has a percent sign after it."""
    if cells.dtype != pl.String:
        return False
    present = _present(cells)
    return present.len() > 0 and present.str.ends_with("%").all()


def _places(cells: pl.DataFrame, table: Cells) -> pl.Series:
    """Return where each row stands."""
    return cells.select(
        (pl.lit(f"{table.row_word} ") + pl.col(LINE).cast(pl.String)).alias(PLACE)
    ).to_series()


def _refuse_shared_meanings(meanings: Mapping[str, str], table: Cells) -> None:
    """Raise where two columns would be read as the same thing."""
    taken = sorted(meanings.values())
    doubled = sorted({name for name in taken if taken.count(name) > 1})
    if doubled:
        raise ContentError(
            f"one column for the {_listed(doubled)} of a model",
            found=_listed([name for name, meaning in meanings.items() if meaning in doubled]),
            where=table.where,
        )


def _numbers(
    cells: pl.DataFrame, column: str, table: Cells, issues: list[Issue], *, whole: bool = False
) -> pl.Series:
    """Return a column as numbers (whole ones if it counts something), null where there is none, and add issues."""
    given = cells[column]
    if given.dtype == pl.Null:
        return given.cast(pl.Float64)
    if given.dtype.is_numeric():
        values = given.cast(pl.Float64)
        present = given.is_not_null() & ~values.is_nan().fill_null(value=False)
    else:
        text = _as_text(given, table).str.strip_chars()
        present = text.is_not_null() & ~text.str.to_lowercase().is_in(list(MISSING))
        values = text.cast(pl.Float64, strict=False)
    usable = values.is_finite()
    if whole:
        usable &= (values == values.floor()) & values.is_between(0, LARGEST_COUNT)
    unusable = present & ~usable.fill_null(value=False)
    wanted = "count" if whole else "number"
    if unusable.sum() > 1 and unusable.sum() == present.sum():
        issues.append(_unusable_column(given.filter(unusable)[0], column, table, wanted))
    else:
        issues += _unusable_cells(cells.filter(unusable), column, table, wanted)
    return pl.select(pl.when(present & usable).then(values)).to_series().alias(column)


def _unusable_column(first: object, column: str, table: Cells, wanted: str) -> Issue:
    """Return the issue of a column in which not one cell holds what it should."""
    return Issue(
        f"not one cell of column {column!r} is a {wanted} that can be used (the first is {_shown(first)}); "
        "all are left out",
        where=f"{table.where}, column {column!r}",
        remedy=f"{cure(first)} If the column holds no scores, remove it.",
        stops=True,
    )


def _unusable_cells(rows: pl.DataFrame, column: str, table: Cells, wanted: str) -> list[Issue]:
    """Return an issue for each cell that should hold a number and holds something else."""
    told = [
        Issue(
            f"{_shown(row[column])} is no {wanted} that can be used; it is left out",
            where=f"{table.where}, {table.row_word} {row[LINE]} (model {_shown(row['model'])}), column {column!r}",
            remedy=cure(row[column]),
            stops=True,
        )
        for row in rows.head(MOST_LISTED).iter_rows(named=True)
    ]
    rest = rows.height - len(told)
    if rest:
        where = f"{table.where}, column {column!r}"
        told.append(Issue(f"{rest} more cells are no {wanted} and are left out", where=where, stops=True))
    return told


def _shown(value: object, most: int = 60) -> str:
    """Return a cell as it is printed: no longer than a message can bear."""
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


def _declared(
    cells: pl.DataFrame,
    key: str,
    schema: Mapping[str, type[pl.DataType]],
    table: Cells,
    issues: list[Issue],
    not_from: tuple[str, ...] = (),
) -> pl.DataFrame:
    """Return what the file says of each model or benchmark, and add issues; a row without a name is refused."""
    columns = [name for name in schema if name in cells.columns and name != key and name not in not_from]
    said = cells.select(
        _text(cells, key, table),
        *(
            _text(cells, name, table)
            if schema[name] == pl.String
            else _numbers(cells, name, table, issues, whole=schema[name] == pl.Int64)
            for name in columns
        ),
    )
    if said[key].is_null().any():
        raise ContentError(f"a {key} on every row", found="an empty cell", where=table.where)
    _check_population(said, table)
    declared, contrary = agreed(said, key, table.where)
    issues += contrary
    return declared


def _check_population(said: pl.DataFrame, table: Cells) -> None:
    """Raise where a population is none that is known."""
    if "population" not in said.columns:
        return
    other = said.filter(~pl.col("population").str.to_lowercase().is_in(POPULATIONS)).sort("model")
    if other.height:
        raise ContentError(
            f"{_listed(POPULATIONS)} as the population (or type) of a model",
            found=f"{other['population'][0]!r} for model {other['model'][0]!r}",
            where=table.where,
        )


def _text(cells: pl.DataFrame, column: str, table: Cells) -> pl.Series:
    """Return a column of words, null where the cell is empty."""
    text = _as_text(cells[column], table).str.strip_chars()
    return pl.select(pl.when(text != "").then(text)).to_series().alias(column)


def _as_text(given: pl.Series, table: Cells) -> pl.Series:
    """Return a column as text, refusing what is neither words nor numbers."""
    words = given.dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null)
    if not words and not given.dtype.is_numeric():
        raise ContentError(
            "text or numbers in every column",
            found=str(given.dtype),
            where=f"{table.where}, column {given.name!r}",
        )
    return given.cast(pl.String)


def _listed(names: list[str] | tuple[str, ...], most: int = 12) -> str:
    """Return some names as a readable list."""
    shown = ", ".join(map(str, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
