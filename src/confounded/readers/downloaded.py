"""What tables as downloaded have in common: numbers in cells of text, words in cells, and cells that are neither.

A cell that should be a number and is none is left out, and an issue that stops names its place.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from confounded.readers.cells import MISSING, Cells
from confounded.readers.cures import cure
from confounded.scores import Issue

__all__ = ["MOST_TOLD", "numbers", "words"]

MOST_TOLD: Final = 20
"""Cells of one column that are told one by one; the rest are counted, so that a report stays readable."""

LONGEST_SHOWN: Final = 60
"""Characters of a cell that a message shows."""

THOUSANDS: Final = r"(\d),(\d{3})"
"""A comma between digits, as in ``1,013.01``."""


def words(table: Cells, column: str) -> pl.Series:
    """Return a column as text without blanks around it, null where the cell or the whole column is not there.

    Parameters
    ----------
    table : Cells
    column : str

    Returns
    -------
    polars.Series
        String, one value a row.
    """
    if column not in table.frame.columns:
        return pl.Series(column, [None] * table.frame.height, dtype=pl.String)
    text = table.frame[column].cast(pl.String).str.strip_chars()
    return pl.select(pl.when(text != "").then(text)).to_series().alias(column)


def numbers(
    table: Cells, column: str, models: pl.Series, issues: list[Issue], *, thousands: bool = False
) -> pl.Series:
    """Return a column as finite numbers, null where there is none, and add an issue for each cell of another kind.

    Parameters
    ----------
    table : Cells
    column : str
        Null in every row where the table has no such column.
    models : polars.Series of shape (rows,)
        Whose cells they are, for messages.
    issues : list of Issue
        To which issues are added.
    thousands : bool, optional
        Whether a comma stands between thousands.

    Returns
    -------
    polars.Series
        Float64, one value a row.
    """
    given = table.frame[column] if column in table.frame.columns else None
    if given is not None and given.dtype.is_numeric():
        text, values = given.cast(pl.String), given.cast(pl.Float64)
        present = given.is_not_null() & ~values.is_nan().fill_null(value=False)
    else:
        text = words(table, column)
        plain = text.str.replace_all(THOUSANDS, "$1$2") if thousands else text
        present = text.is_not_null() & ~text.str.to_lowercase().is_in(list(MISSING))
        values = plain.cast(pl.Float64, strict=False)
    usable = present & values.is_finite().fill_null(value=False)
    unusable = (present & ~usable).arg_true().to_list()
    lines = table.numbers or range(1, table.frame.height + 1)
    for row in unusable[:MOST_TOLD]:
        issues.append(
            Issue(
                f"{_shown(text[row])} is no number that can be used; it was left out",
                where=f"{table.where}, {table.row_word} {lines[row]} (model {_shown(models[row])}), column {column!r}",
                remedy=cure(text[row]),
                stops=True,
            )
        )
    if len(unusable) > MOST_TOLD:
        more = len(unusable) - MOST_TOLD
        where = f"{table.where}, column {column!r}"
        issues.append(Issue(f"{more} more cells are no number and were left out", where=where, stops=True))
    return pl.select(pl.when(usable).then(values)).to_series().alias(column)


def _shown(value: object) -> str:
    """Return a cell as it is printed."""
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
