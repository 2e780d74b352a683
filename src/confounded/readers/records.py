"""The cells of JSON records (a list of objects) and of JSON lines (an object a line).

Each object is a row and each of its fields a cell, wide or long as in `confounded.readers.tabular`; a field
that an object lacks is an empty cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers.cells import Cells
from confounded.readers.files import parse, read_bytes
from confounded.readers.tabular import read_cells
from confounded.scores import ScoreTable

__all__ = ["read_json_lines", "read_json_records"]


def read_json_records(path: Path) -> ScoreTable:
    """Read a ``.json`` file that holds a list of records.

    Returns
    -------
    ScoreTable
        Scores as they stand in the file.

    Raises
    ------
    UnreadableError
        If the file is no JSON or no list of objects.
    ContentError
        If a field is missing, a value is no finite number, or a score stands twice.
    """
    records = parse(read_bytes(path), path)
    if not isinstance(records, list):
        raise UnreadableError("a list of records", found="other JSON", where=str(path))
    return _read(records, range(1, len(records) + 1), path, "record")


def read_json_lines(path: Path) -> ScoreTable:
    """Read a ``.jsonl`` file: one record a line; blank lines are passed over.

    Returns
    -------
    ScoreTable
        Scores as they stand in the file.

    Raises
    ------
    UnreadableError
        If a line is no JSON object; the message names the line.
    ContentError
        If a field is missing, a value is no finite number, or a score stands twice.
    """
    records: list[Any] = []
    lines: list[int] = []
    for number, line in enumerate(read_bytes(path).split(b"\n"), start=1):
        if line.strip():
            # A path that ends in its line is only ever printed.
            records.append(parse(line, Path(f"{path}, line {number}")))
            lines.append(number)
    return _read(records, lines, path, "line")


def _read(records: list[Any], numbers: Sequence[int], path: Path, word: str) -> ScoreTable:
    """Read the scores in some records."""
    if not records:
        raise UnreadableError("records of scores", found="none", where=str(path))
    names: dict[str, None] = {}
    for number, record in zip(numbers, records, strict=True):
        if not isinstance(record, dict):
            raise UnreadableError(
                "an object with fields", found=type(record).__name__, where=f"{path}, {word} {number}"
            )
        names |= dict.fromkeys(record)
    columns = {
        name: [
            _cell(record.get(name), f"{path}, {word} {number}, field {name!r}")
            for number, record in zip(numbers, records, strict=True)
        ]
        for name in names
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    return read_cells(Cells(frame, where=str(path), source=path.name, row_word=word, numbers=list(numbers)))


def _cell(value: object, where: str) -> str | None:
    """Return a value as the text of a cell; the text of a number reads back as the same number, NaN is no cell."""
    if value is None or isinstance(value, str):
        return value
    if value != value:  # NaN, which must not become a model of that name
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value)) if isinstance(value, float) else str(value)
    kind = "true or false" if isinstance(value, bool) else "a list or an object"
    raise ContentError("text, a number or null", found=kind, where=where)
