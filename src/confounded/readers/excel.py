"""Spreadsheets: ``.xlsx``, ``.xlsm``, ``.xls`` and ``.ods``, wide or long as in `confounded.readers.tabular`.

- Every visible sheet with a header that looks like scores is read, and their scores are joined; other sheets with
  content, and hidden ones, are named in an issue.
- The header is the first of the first `FIRST_ROWS` rows that has a column of models. What stands above it (a title,
  merged headings) is not read, and an issue says so.
- Empty rows and columns around the table are passed over, and so is a first column without a name that only counts
  the rows, as data frames write it. Any other column without a name is an error.
- Error values (``#N/A``, ``#DIV/0!``) and formulas whose value was never computed are left out; an issue that stops
  names each. In ``.xls`` they cannot be told from empty cells; an issue says how many cells are empty.
- Merged cells within the table are an error: they would read as one value and empty cells.
- Dates, and true or false, are text here, so that they are not taken where a score should stand.

Formulas are never computed, and links and macros never followed.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from confounded.errors import ContentError, UnreadableError
from confounded.readers import _excel_child
from confounded.readers.attributes import is_attribute
from confounded.readers.cells import Cells
from confounded.readers.collected import listed
from confounded.readers.downloaded import MOST_TOLD
from confounded.readers.excel_archive import Place, cells_without_value
from confounded.readers.files import check_size
from confounded.readers.tabular import looks_like_scores, read_cells
from confounded.scores import Issue, ScoreTable

__all__ = ["ENDINGS", "read_excel"]

ENDINGS: Final = (".xlsx", ".xlsm", ".xls", ".ods")

FIRST_ROWS: Final = 20
"""Rows in which the header is looked for: titles and notes above a table seldom take more than a few."""

MOST_CELLS: Final = 5_000_000
"""Cells of a spreadsheet above which it is refused: 20,000 models × 250 columns."""

MOST_TEXT: Final = 100_000_000
"""Characters of all text cells together above which a spreadsheet is refused: a text may stand in many cells and in
the file once."""

MOST_MEMORY: Final = 2 * 2**30
"""Bytes of memory in which a spreadsheet is unpacked."""

MOST_SECONDS: Final = 10
"""Seconds after which unpacking is given up; a table of 7,000 models × 20 columns takes 0.3."""

LARGEST_BINARY: Final = 64 * 2**20
"""Bytes of an ``.xls`` file: 65,536 rows × 256 columns of numbers, the most that a sheet can hold, take 240 MB, and
a table of 7,000 models × 20 columns 2 MB."""

LARGEST_WHOLE: Final = 2**53
"""Up to here a whole number is written without a decimal point: a float holds every one."""

_Cell = str | float | int | None


class _Sheet(msgspec.Struct):
    """A sheet as the child process hands it on."""

    name: str
    hidden: bool
    rows: list[list[_Cell]]
    merged: list[tuple[int, int, int, int]]


def read_excel(paths: Sequence[Path]) -> ScoreTable:
    """Read spreadsheets of scores.

    Parameters
    ----------
    paths : sequence of Path
        With one of the endings of `ENDINGS`.

    Returns
    -------
    ScoreTable
        Scores as they stand in the cells; a score may stand twice if sheets or files repeat it.

    Raises
    ------
    UnreadableError
        If a file cannot be opened, is no spreadsheet or holds too much, or the package that reads them is missing.
    ContentError
        If no sheet has a header of scores, or the cells of one cannot be used.
    """
    first, *others = [_read(path) for path in paths]
    return first.joined_with(*others)


def _read(path: Path) -> ScoreTable:
    """Read one spreadsheet."""
    check_size(path)
    _check_installed(path)
    without_value = _checked(path)
    sheets = _sheets(path)
    shown = [sheet for sheet in sheets if not sheet.hidden]
    tables, passed_over = [], [f"{sheet.name} (hidden)" for sheet in sheets if sheet.hidden]
    for sheet in shown:
        header = _header(sheet.rows)
        if header is not None:
            source = path.name if len(shown) == 1 else f"{path.name}, sheet {sheet.name!r}"
            tables.append(_table(sheet, header, path, source, without_value.get(sheet.name, [])))
        elif any(cell is not None for row in sheet.rows for cell in row):
            passed_over.append(sheet.name)
    if not tables:
        raise ContentError(
            "a sheet with a column 'model' and a column of scores among its first rows",
            found=f"the sheets {listed(passed_over)}" if passed_over else "empty sheets",
            where=str(path),
            remedy="Name the column of model names 'model'.",
        )
    joined = tables[0].joined_with(*tables[1:])
    if not passed_over:
        return joined
    what = f"{len(passed_over)} sheet(s) without scores, or hidden, were not read: {listed(passed_over)}"
    return joined.with_issues(Issue(what, where=path.name))


def _check_installed(path: Path) -> None:
    """Raise where the package that reads spreadsheets is missing."""
    try:
        # By name, because an extra brings it: the program does not depend on it.
        importlib.import_module("python_calamine")
    except ModuleNotFoundError as problem:
        raise UnreadableError(
            "the package python-calamine, which spreadsheets need",
            found="it is not installed",
            where=str(path),
            remedy='Run `pip install "confounded[excel]"`.',
        ) from problem


def _checked(path: Path) -> dict[str, list[Place]]:
    """Return the cells that hold no value by sheet, after a look at how large a file is."""
    if zipfile.is_zipfile(path):
        return cells_without_value(path)
    if path.stat().st_size > LARGEST_BINARY:
        raise UnreadableError(
            f"a spreadsheet of at most {LARGEST_BINARY // 2**20} MiB", found="a larger one", where=str(path)
        )
    return {}


def _sheets(path: Path) -> list[_Sheet]:
    """Return the sheets of a spreadsheet, unpacked by a process of their own."""
    limits = map(str, (MOST_CELLS, MOST_TEXT, MOST_MEMORY))
    command = [sys.executable, "-P", str(Path(_excel_child.__file__)), str(path), *limits]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired as problem:
        raise UnreadableError(
            "a spreadsheet of bearable size",
            found=f"one that takes more than {MOST_SECONDS} s",
            where=str(path),
        ) from problem
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        # A process that was ended by a signal (a negative code) says nothing that a reader could use.
        found = said[-1] if said and done.returncode > 0 else "damaged content, or more than fits into memory"
        raise UnreadableError("a readable spreadsheet", found=found, where=str(path))
    return msgspec.convert(json.loads(done.stdout), list[_Sheet])


def _header(rows: Sequence[Sequence[_Cell]]) -> int | None:
    """Return which row is the header of a table of scores, None where there is none."""
    for number, row in enumerate(rows[:FIRST_ROWS]):
        names = [str(cell).strip() for cell in row if cell is not None]
        # A list of what models are, without a score, is no table of scores.
        if looks_like_scores(names) and not all(map(is_attribute, names[1:])):
            return number
    return None


def _table(sheet: _Sheet, header: int, path: Path, source: str, without_value: Sequence[Place]) -> ScoreTable:
    """Read the scores of one sheet."""
    where = f"{path}, sheet {sheet.name!r}"
    rows = sheet.rows
    columns = _columns(rows, header, where)
    numbers = [
        number
        for number in range(header + 1, len(rows))
        if any(rows[number][one] is not None for one in columns)
    ]
    if not numbers:
        raise UnreadableError("rows below the header", found="none", where=where)
    _refuse_merged(sheet, header, columns, numbers[-1], where)
    names = {column: str(rows[header][column]).strip() for column in columns}
    doubled = sorted({name for name in names.values() if list(names.values()).count(name) > 1})
    if doubled:
        raise ContentError(
            "a header that names every column once", found=f"{listed(doubled)} more than once", where=where
        )
    frame = pl.DataFrame(
        {name: [_text(rows[number][column]) for number in numbers] for column, name in names.items()},
        schema=dict.fromkeys(names.values(), pl.String),
    )
    table = read_cells(Cells(frame, where=where, source=source, numbers=[number + 1 for number in numbers]))
    issues = _told(without_value, names, header, where)
    if any(cell is not None for row in rows[:header] for cell in row):
        issues.append(
            Issue("what stands above the header was not read", where=f"{where}, rows 1 to {header}")
        )
    empty = int(frame.null_count().sum_horizontal()[0])
    if path.suffix.lower() == ".xls" and empty:
        what = f"{empty} cell(s) are empty; in .xls files these may be errors such as #N/A, which cannot be told apart"
        issues.append(Issue(what, where=where, remedy="Save the file as .xlsx to be sure."))
    return table.with_issues(*issues)


def _columns(rows: Sequence[Sequence[_Cell]], header: int, where: str) -> list[int]:
    """Return the columns of a table: those with a name; a first one without that counts the rows is left out."""
    named = []
    for column, name in enumerate(rows[header]):
        below = [row[column] for row in rows[header + 1 :]]
        if name is not None:
            named.append(column)
        elif any(cell is not None for cell in below) and (named or not _counts(below)):
            raise ContentError(
                "a name for every column", found=f"column {_letters(column)} without a name", where=where
            )
    return named


def _counts(cells: Sequence[_Cell]) -> bool:
    """Return whether cells count the rows from 0 or 1."""
    given = [cell for cell in cells if cell is not None]
    return any(given == list(range(start, start + len(given))) for start in (0, 1))


def _refuse_merged(sheet: _Sheet, header: int, columns: Sequence[int], last: int, where: str) -> None:
    """Raise where cells of a table are merged."""
    for top, left, bottom, right in sheet.merged:
        within = bottom >= header and top <= last and right >= columns[0] and left <= columns[-1]
        if within:
            first, end = f"{_letters(left)}{top + 1}", f"{_letters(right)}{bottom + 1}"
            raise ContentError(
                "a table without merged cells",
                found=f"{first} to {end} merged",
                where=where,
                remedy="Unmerge them, and write the value into each cell that it is meant for.",
            )


def _told(without_value: Sequence[Place], names: dict[int, str], header: int, where: str) -> list[Issue]:
    """Return an issue for each cell of a table that holds no value."""
    columns = {_letters(column): name for column, name in names.items()}
    within = [one for one in without_value if not one.row or (one.row > header + 1 and one.column in columns)]
    issues = [
        Issue(
            f"{one.what}; the cell was left out",
            where=f"{where}, row {one.row}, column {columns[one.column]!r}" if one.row else where,
            remedy="Correct the cell, or empty it where there is no score; a spreadsheet program computes formulas.",
            stops=True,
        )
        for one in within[:MOST_TOLD]
    ]
    if len(within) > MOST_TOLD:
        issues.append(Issue(f"{len(within) - MOST_TOLD} more such cells", where=where, stops=True))
    return issues


def _text(cell: _Cell) -> str | None:
    """Return a cell as text; that of a number reads back as the same number."""
    if cell is None or isinstance(cell, str):
        return cell
    return str(int(cell)) if abs(cell) < LARGEST_WHOLE and cell == int(cell) else repr(cell)


def _letters(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
