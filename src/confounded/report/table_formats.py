"""The formats of the tables: CSV, Markdown, LaTeX (booktabs) and Parquet.

CSV and Parquet have numbers at full precision; Markdown and LaTeX, which are read by people, have four significant
digits. Texts come from files: each format writes them so that they stay texts.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from types import NoneType
from typing import TYPE_CHECKING

from confounded.report.index import Index
from confounded.report.plain import formula_free, latex, markdown, short
from confounded.report.tables import TABLES, Cell, columns_of
from confounded.report.words import significant

if TYPE_CHECKING:
    from polars.datatypes import DataTypeClass

__all__ = ["SUFFIXES", "tables"]

SUFFIXES = ("csv", "md", "tex", "parquet")
DIGITS = 4
MOST_READ = 20_000
"""Rows of a table for people: one with more is written for programs only."""
QUOTE = '"'
_SPECIAL = frozenset('",\r\n')

Columns = Sequence[Sequence[Cell]]
"""The cells of a table by column, each column with one for each row."""


def tables(index: Index) -> dict[str, bytes]:
    """Return every table in every format, by the name of its file."""
    files: dict[str, bytes] = {}
    for name, table in TABLES.items():
        names, columns = list(table.columns), columns_of(table, index)
        files[f"{name}.csv"] = as_csv(names, columns)
        files[f"{name}.parquet"] = as_parquet(names, columns)
        if len(columns[0]) <= MOST_READ:
            files[f"{name}.md"] = as_markdown(names, columns)
            files[f"{name}.tex"] = as_latex(names, columns)
    return files


def as_csv(names: Sequence[str], columns: Columns) -> bytes:
    """Write rows under a header: UTF-8, an empty cell for what is not known."""
    lines = [",".join(names), *map(",".join, zip(*map(_exact_column, columns), strict=True))]
    return ("\n".join(lines) + "\n").encode()


def as_markdown(names: Sequence[str], columns: Columns) -> bytes:
    """Write a pipe table."""
    lines = [_piped(map(markdown, names)), _piped("---" for _ in names)]
    lines += [_piped(markdown(_read(cell)) for cell in row) for row in zip(*columns, strict=True)]
    return ("\n".join(lines) + "\n").encode()


def as_latex(names: Sequence[str], columns: Columns) -> bytes:
    """Write a longtable with the rules of booktabs, which a document must load."""
    head = [
        "% needs \\usepackage{booktabs,longtable}; numbers have four significant digits, the CSV has them in full",
        f"\\begin{{longtable}}{{{'l' * len(names)}}}",
        "\\toprule",
        f"{' & '.join(map(latex, names))} \\\\",
        "\\midrule",
        "\\endhead",
    ]
    body = [f"{' & '.join(latex(_read(cell)) for cell in row)} \\\\" for row in zip(*columns, strict=True)]
    return ("\n".join([*head, *body, "\\bottomrule", "\\end{longtable}"]) + "\n").encode()


def as_parquet(names: Sequence[str], columns: Columns) -> bytes:
    """Write a Parquet file, of types that are found in the cells; a column that is empty is one of texts."""
    import polars as pl

    frame = pl.DataFrame(
        {name: pl.Series(name, cells, dtype=_type(cells)) for name, cells in zip(names, columns, strict=True)}
    )
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def _type(cells: Sequence[Cell]) -> DataTypeClass:
    """Return the narrowest of the types that holds all cells of a column."""
    import polars as pl

    kinds = set(map(type, cells)) - {NoneType}
    if kinds == {bool}:
        return pl.Boolean
    if kinds == {int}:
        return pl.Int64
    return pl.Float64 if kinds and kinds <= {int, float} else pl.String


def _exact_column(cells: Sequence[Cell]) -> list[str]:
    """Write the cells of a column like `_exact`: most columns hold numbers only, or the same texts again and again."""
    kinds = set(map(type, cells))
    if kinds <= {int, float}:
        return list(map(repr, cells))
    if kinds <= {str}:
        known = {text: _exact(text) for text in set(cells)}
        return [known[text] for text in cells]
    return list(map(_exact, cells))


def _exact(cell: Cell) -> str:
    """Write truth as JSON does, a float so that it reads back as the same float, and a text so that it stays one."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if not isinstance(cell, str):
        return repr(cell)
    text = formula_free(cell)
    # The standard library's writer leaves a lone carriage return unquoted, where readers end the line.
    return f'"{text.replace(QUOTE, QUOTE * 2)}"' if _SPECIAL.intersection(text) else text


def _read(cell: Cell) -> str:
    """Write a cell as people read it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return significant(cell, DIGITS) if isinstance(cell, float) else short(str(cell))


def _piped(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
