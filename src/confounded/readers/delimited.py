"""The cells of comma- and tab-separated files; what they mean is in `confounded.readers.tabular`."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.files import check_size
from confounded.readers.tabular import Cells, check_header, read_cells
from confounded.scores import ScoreTable

__all__ = ["read_delimited"]


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
    return read_cells(_cells(path))


def _cells(path: Path) -> Cells:
    """Return the file's cells as text, under the names of its header, and the line each row begins on."""
    check_size(path)
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            # The standard library's reader, because it is strict: a row that is cut short is an error here.
            reader = csv.reader(stream, delimiter=separator, strict=True)
            names = [name.strip() for name in next(reader, [])]
            check_header(names, str(path))
            rows: list[list[str]] = []
            lines: list[int] = []
            line = reader.line_num + 1
            for row in reader:
                if row:
                    _check_width(row, names, line, path)
                    rows.append(row)
                    lines.append(line)
                line = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableError(
            f"a readable {path.suffix[1:].upper()} file", found=str(problem), where=str(path)
        ) from problem
    if not rows:
        raise UnreadableError("rows below the header line", found="none", where=str(path))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return Cells(frame, where=str(path), source=path.name, row_word="line", numbers=lines)


def _check_width(row: list[str], names: list[str], line: int, path: Path) -> None:
    """Raise where a row has more or fewer cells than the header."""
    if len(row) != len(names):
        raise ContentError(
            f"{len(names)} cells on every row, as in the header",
            found=f"{len(row)}",
            where=f"{path}, line {line}",
            remedy="The file may be cut short, or a cell with a separator in it lacks its quotes.",
        )
