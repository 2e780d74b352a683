"""The cells of one table, and what a column of them holds: numbers, words, dates, percent, or the numbers of the rows.

What the columns mean is in `confounded.readers.tabular`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from confounded.errors import ContentError
from confounded.readers.cures import cure
from confounded.scores import Issue
from confounded.scores.dates import looks_like_date
from confounded.scores.settling import MOST_LISTED
from confounded.scores.sizes import is_number, looks_like_size, read_size

__all__ = [
    "LINE",
    "MISSING",
    "Cells",
    "as_text",
    "counts_rows",
    "holds_text",
    "holds_words",
    "is_in_percent",
    "names_listed",
    "numbers_of",
    "numbers_rows",
    "text_of",
    "thousands_in",
    "without_link",
    "without_sign",
]

MISSING: Final = frozenset(
    {"", "na", "n/a", "n.a.", "nan", "null", "none", "missing", "?"}
    | {"-", "--", "---", "\N{EN DASH}", "\N{EM DASH}", "\N{MINUS SIGN}"}
)
"""Cells (in any case) that say there is no score."""

LENGTH: Final = re.compile(r"(?:\d+ ?[km]|[1-9]\d{3,})(?: tokens)?", re.IGNORECASE)
"""A whole cell that can be the length of a context: ``128k``, ``1M``, ``4096``."""

LINE: Final = "\N{SECTION SIGN}line"
"""The column of row numbers beside a table's own columns, under a name that no file is likely to use."""

LARGEST_COUNT: Final = 2**53
"""The largest whole number up to which a float holds every one: a larger count has lost digits on its way."""

LINK: Final = re.compile(
    r"\s*(?:<a\b[^<>]*>(?P<text>[^<>]+)</a>|\[(?P<name>[^][]+)\]\([^()\s]*\))\W*", re.IGNORECASE
)
"""A whole cell that is a link, of HTML or Markdown, with no word after it: leaderboards write their models so."""

THOUSANDS: Final = r"^[-+]?[1-9]\d{0,2}\.\d{3}$"
"""A number whose point may stand between thousands."""

FEWEST_HUNDREDS: Final = 100.0
"""A whole number from which it may be one of the same kind, below a thousand."""

BILLION: Final = 1e9


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


def counts_rows(cells: pl.Series) -> bool:
    """Return whether the cells of a column count its rows from 0 or 1, as data frames write their index."""
    numbers = cells.cast(pl.Int64, strict=False)
    return any(
        numbers.equals(pl.Series(range(start, start + cells.len()), dtype=pl.Int64)) for start in (0, 1)
    )


def numbers_rows(cells: pl.Series) -> bool:
    """Return whether the cells of a column are whole numbers of which none stands twice, as in an index."""
    numbers = cells.cast(pl.Int64, strict=False)
    are_whole = cells.len() > 0 and numbers.null_count() == 0 and (numbers >= 0).all()
    return are_whole and numbers.is_unique().all()


def without_link(name: str | None) -> str | None:
    """Return the text of a cell that is a link, any other cell as it is."""
    link = LINK.fullmatch(name) if name else None
    return (link["text"] or link["name"]).strip() if link else name


def thousands_in(cells: pl.Series) -> str | None:
    """Return a cell whose point seems to stand between thousands, beside a whole number that is far above it.

    ``1.203`` beside ``998`` is 1203 where decimals have a comma, and otherwise 1.203.
    """
    if cells.dtype != pl.String:
        return None
    present = _present(cells)
    pointed = present.filter(present.str.contains(".", literal=True))
    whole = present.filter(present.str.contains(r"^\d+$")).cast(pl.Float64, strict=False)
    if not pointed.len() or not whole.len() or not pointed.str.contains(THOUSANDS).all():
        return None
    smallest = min(whole.to_list())
    far = smallest >= FEWEST_HUNDREDS and smallest > 10 * max(map(float, pointed.to_list()))
    return str(pointed[0]) if far else None


def _present(cells: pl.Series) -> pl.Series:
    """Return the cells of a column of text that say something."""
    text = cells.str.strip_chars()
    return text.filter(text.is_not_null() & ~text.str.to_lowercase().is_in(list(MISSING)))


def holds_words(cells: pl.Series) -> bool:
    """Return whether a column is one of words, dates, sizes or lengths: not one of its cells could be a score."""
    if cells.dtype != pl.String:
        return False
    present = _present(cells).unique()
    numeric = present.str.to_lowercase().str.contains(r"^[-+.~]*\d|^[-+]?inf")
    like_numbers = present.filter(numeric).to_list()
    cells_said = present.to_list()
    if cells_said and (
        all(map(_is_written_date, like_numbers)) or _are_sizes(cells_said) or _are_lengths(cells_said)
    ):
        return True
    # Such as "4bit" beside "bfloat16": nothing but words, of which some begin with a digit.
    is_word = present.str.contains(r"[^\W\d_]") & present.cast(pl.Float64, strict=False).is_null()
    return is_word.all() and not numeric.all() and present.len() > 0


def _is_written_date(cell: str) -> bool:
    """Return whether a cell is a date, or may be read as two, and not as a number."""
    return looks_like_date(cell) and not is_number(cell)


def _are_sizes(cells: Sequence[str]) -> bool:
    """Return whether all cells are sizes of models, some in billions: what is in thousands may be a score."""
    sizes = [read_size(cell) for cell in cells]
    return all(map(looks_like_size, cells)) and any(size is None or size >= BILLION for size in sizes)


def _are_lengths(cells: Sequence[str]) -> bool:
    """Return whether all cells are lengths of contexts, some in thousands: no benchmark counts in whole thousands."""
    return all(map(LENGTH.fullmatch, cells)) and not all(cell.isdecimal() for cell in cells)


def holds_text(cells: pl.Series) -> bool:
    """Return whether some cells of a column hold text that says something."""
    return cells.dtype == pl.String and _present(cells).len() > 0


def without_sign(columns: Sequence[str]) -> pl.Expr:
    """Return columns without the percent sign behind each number."""
    return pl.col(columns).str.strip_chars().str.strip_chars_end("% ")


def is_in_percent(cells: pl.Series) -> bool:
    """Return whether every number of a column has a percent sign after it."""
    if cells.dtype != pl.String:
        return False
    present = _present(cells)
    return present.len() > 0 and present.str.ends_with("%").all()


def numbers_of(
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
        text = as_text(given, table).str.strip_chars()
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


def text_of(cells: pl.DataFrame, column: str, table: Cells) -> pl.Series:
    """Return a column of words, null where the cell is empty."""
    text = as_text(cells[column], table).str.strip_chars()
    return pl.select(pl.when(text != "").then(text)).to_series().alias(column)


def as_text(given: pl.Series, table: Cells) -> pl.Series:
    """Return a column as text, refusing what is neither words nor numbers."""
    words = given.dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null)
    if not words and not given.dtype.is_numeric():
        raise ContentError(
            "text or numbers in every column",
            found=str(given.dtype),
            where=f"{table.where}, column {given.name!r}",
        )
    return given.cast(pl.String)


def names_listed(names: list[str] | tuple[str, ...], most: int = 12) -> str:
    """Return some names as a readable list."""
    shown = ", ".join(map(str, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
