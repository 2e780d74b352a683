"""The cells of comma- and tab-separated files; what they mean is in `confounded.readers.tabular`."""

from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path
from typing import Final, TextIO

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.cells import Cells, counts_rows, numbers_rows
from confounded.readers.decimal_commas import with_points
from confounded.readers.dialects import dialect_of
from confounded.readers.files import check_size
from confounded.readers.tabular import check_header, read_cells
from confounded.scores import Issue, ScoreTable

__all__ = ["cells_of_stream", "delimited_cells", "read_delimited"]

LONGEST_CHARACTER: Final = 4
"""Bytes of one character in any encoding that is read."""


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
    return read_cells(delimited_cells(path))


def _cut_short(path: Path) -> list[Issue]:
    """Return an issue where a file ends within a line, as one does whose copying broke off.

    Its last cell may then lack digits, which nothing else can show.
    """
    with path.open("rb") as stream:
        stream.seek(-min(LONGEST_CHARACTER, path.stat().st_size), os.SEEK_END)
        if stream.read().rstrip(b"\x00").endswith((b"\n", b"\r")):  # UTF-16 has a NUL behind it
            return []
    return [
        Issue(
            "the last line has no line break after it: if the file was cut short, its last cell may be too",
            where=str(path),
            remedy="Compare the last line with the original, and end it with a line break.",
        )
    ]


def delimited_cells(path: Path) -> Cells:
    """Return a file's cells as text, under the names of its header, and the line each row begins on.

    Parameters
    ----------
    path : Path
        The file, in the encoding and with the separator of `confounded.readers.dialects`.

    Returns
    -------
    Cells

    Raises
    ------
    UnreadableError
        If the file cannot be opened, is empty or is not text of that form.
    ContentError
        If the header lacks a name or has one twice, or a row is longer or shorter than the header.
    """
    check_size(path)
    dialect = dialect_of(path)
    try:
        with path.open(encoding=dialect.encoding, newline="") as stream:
            cells = cells_of_stream(stream, str(path), path.name, dialect.separator)
        return replace(cells, issues=(*dialect.issues, *cells.issues, *_cut_short(path)))
    except OSError as problem:
        raise UnreadableError("a readable file", found=str(problem), where=str(path)) from problem


def cells_of_stream(stream: TextIO, where: str, source: str, separator: str = ",") -> Cells:
    """Return the cells of delimited text, as `delimited_cells` does of a file.

    Parameters
    ----------
    stream : text stream
        Opened with ``newline=""``.
    where : str
        What the text is, for messages.
    source : str
        What the scores name as their source.
    separator : str, optional
        What stands between cells.

    Returns
    -------
    Cells

    Raises
    ------
    UnreadableError
        If it is empty or is not text of that form.
    ContentError
        If the header lacks a name or has one twice, or a row is longer or shorter than the header.
    """
    try:
        # The standard library's reader, because it is strict: a row that is cut short is an error here.
        reader = csv.reader(stream, delimiter=separator, strict=True)
        names = [name.strip() for name in next(filter(None, reader), [])]
        check_header(names[1:] if names[:1] == [""] else names, where)
        rows: list[list[str]] = []
        lines: list[int] = []
        line = reader.line_num + 1
        for row in reader:
            if row:
                _check_width(row, names, line, where)
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except UnicodeError as problem:
        raise UnreadableError(
            "text in UTF-8", found=_short(problem), where=where, remedy="Save the file as CSV in UTF-8."
        ) from problem
    except csv.Error as problem:
        kind = "TSV" if separator == "\t" else "CSV"
        raise UnreadableError(f"a readable {kind} file", found=str(problem), where=where) from problem
    if not rows:
        raise UnreadableError("rows below the header line", found="none", where=where)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    frame, issues = (frame, []) if separator == "," else with_points(frame, where)
    if names[0] == "":
        if not numbers_rows(frame[""]):
            check_header(names, where)
        if not counts_rows(frame[""]):
            issues.append(
                Issue("the first column, without a name, only numbers the rows and was not read", where=where)
            )
        frame = frame.drop("")
    return Cells(frame, where=where, source=source, row_word="line", numbers=lines, issues=issues)


def _short(problem: UnicodeError) -> str:
    """Return what went wrong, without the content that a decoding error carries."""
    at = f" at byte {problem.start} of a part" if isinstance(problem, UnicodeDecodeError) else ""
    return f"bytes that are none{at}"


def _check_width(row: list[str], names: list[str], line: int, where: str) -> None:
    """Raise where a row has more or fewer cells than the header."""
    if len(row) != len(names):
        raise ContentError(
            f"{len(names)} cells on every row, as in the header",
            found=f"{len(row)}",
            where=f"{where}, line {line}",
            remedy="Remove what stands above the header."
            if len(names) == 1
            else "The file may be cut short, or a cell with a separator in it lacks its quotes.",
        )
