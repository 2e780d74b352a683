"""The cells of comma- and tab-separated files; what they mean is in `confounded.readers.tabular`."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import TextIO

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.files import check_size
from confounded.readers.tabular import Cells, check_header, read_cells
from confounded.scores import Issue, ScoreTable

__all__ = ["cells_of_stream", "cut_short", "delimited_cells", "read_delimited"]


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
    return read_cells(delimited_cells(path)).with_issues(*cut_short(path))


def cut_short(path: Path) -> list[Issue]:
    """Return an issue where a file ends within a line, as one does whose copying broke off.

    Parameters
    ----------
    path : Path
        A text table, not empty. Its last cell may lack digits, which nothing else can show.

    Raises
    ------
    UnreadableError
        If the file cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) in (b"\n", b"\r"):
                return []
    except OSError as problem:
        raise UnreadableError("a readable file", found=str(problem), where=str(path)) from problem
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
        The file, UTF-8, separated by tabs if it ends in ``.tsv`` and by commas if not.

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
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return cells_of_stream(stream, str(path), path.name)
    except OSError as problem:
        raise UnreadableError("a readable file", found=str(problem), where=str(path)) from problem


def cells_of_stream(stream: TextIO, where: str, source: str) -> Cells:
    """Return the cells of delimited text, as `delimited_cells` does of a file.

    Parameters
    ----------
    stream : text stream
        Opened with ``newline=""``.
    where : str
        What the text is, for messages; tabs separate where it ends in ``.tsv``.
    source : str
        What the scores name as their source.

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
    ending = where.lower()[-4:]
    separator = "\t" if ending == ".tsv" else ","
    try:
        # The standard library's reader, because it is strict: a row that is cut short is an error here.
        reader = csv.reader(stream, delimiter=separator, strict=True)
        names = [name.strip() for name in next(reader, [])]
        check_header(names, where)
        rows: list[list[str]] = []
        lines: list[int] = []
        line = reader.line_num + 1
        for row in reader:
            if row:
                _check_width(row, names, line, where)
                rows.append(row)
                lines.append(line)
            line = reader.line_num + 1
    except (UnicodeDecodeError, csv.Error) as problem:
        kind = "TSV" if ending == ".tsv" else "CSV"
        raise UnreadableError(f"a readable {kind} file", found=str(problem), where=where) from problem
    if not rows:
        raise UnreadableError("rows below the header line", found="none", where=where)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return Cells(frame, where=where, source=source, row_word="line", numbers=lines)


def _check_width(row: list[str], names: list[str], line: int, where: str) -> None:
    """Raise where a row has more or fewer cells than the header."""
    if len(row) != len(names):
        raise ContentError(
            f"{len(names)} cells on every row, as in the header",
            found=f"{len(row)}",
            where=f"{where}, line {line}",
            remedy="The file may be cut short, or a cell with a separator in it lacks its quotes.",
        )
