"""How a text table is written: in which encoding, and with what between its cells.

Tables are UTF-8 and separated as their ending says. What a spreadsheet program saves is often neither, and is read
where the file itself says so:

- UTF-16 and UTF-32, which the mark at the beginning of the file tells;
- another separator, where the header has no single one of the usual ones, or no column of models with it.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TextIO

from confounded.errors import UnreadableError
from confounded.readers.tabular import looks_like_scores
from confounded.scores import Issue

__all__ = ["LONGEST_LINE", "SEPARATORS", "Dialect", "dialect_of", "usual_separator"]

LONGEST_LINE: Final = 16 * 2**20
"""Characters of a header above which a file is refused: one of 100,000 columns has some 2 million."""

SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""What may stand between cells, and what it is called."""

MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Marks at the beginning of a file and the encodings they tell; a longer mark begins with a shorter one."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text table is written.

    Parameters
    ----------
    encoding : str
    separator : str
    header : tuple of str
        The names in the header, as far as its first line tells.
    issues : tuple of Issue
        Where the separator is not that of the ending.
    """

    encoding: str = "utf-8-sig"
    separator: str = ","
    header: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = field(default=(), repr=False)


def usual_separator(name: str) -> str:
    """Return what stands between the cells of a file of this name."""
    return "\t" if name.lower().endswith(".tsv") else ","


def dialect_of(path: Path) -> Dialect:
    """Look at the beginning of a text table.

    Raises
    ------
    UnreadableError
        If the file cannot be opened, or its first line is longer than any header.
    """
    usual = usual_separator(path.name)
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            line = _first_line(stream, path)
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem
    except UnicodeError:
        return Dialect(encoding, usual)  # its reader says where
    if "\x00" in line:
        raise UnreadableError(
            "text in UTF-8",
            found="NUL bytes in the header, as UTF-16 has them",
            where=str(path),
            remedy="Save the file as CSV in UTF-8.",
        )
    separator = _separator(line, usual)
    header = tuple(_names(line, separator))
    if separator == usual:
        return Dialect(encoding, usual, header)
    said = f"the cells are separated by {SEPARATORS[separator]}, not {SEPARATORS[usual]}, as the header shows"
    return Dialect(encoding, separator, header, (Issue(said, where=str(path)),))


def _encoding(path: Path) -> str:
    """Return the encoding that the mark at the beginning of a file tells."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as problem:
        raise UnreadableError("a readable file", found=problem.strerror or "", where=str(path)) from problem
    return next((encoding for mark, encoding in MARKS if start.startswith(mark)), "utf-8-sig")


def _first_line(stream: TextIO, path: Path) -> str:
    """Return the first line that is not blank."""
    line = "\n"
    while line and not line.strip():
        line = stream.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise UnreadableError(
                f"a header of at most {LONGEST_LINE // 2**20} million characters",
                found="a longer one",
                where=str(path),
            )
    return line


def _separator(line: str, usual: str) -> str:
    """Return what separates the names of a header."""
    by_separator = {one: _names(line, one) for one in (usual, *SEPARATORS)}
    if looks_like_scores(by_separator[usual]):
        return usual
    telling = [one for one, names in by_separator.items() if len(names) > 1 and looks_like_scores(names)]
    if len(telling) == 1:
        return telling[0]
    several = [one for one, names in by_separator.items() if len(names) > 1]
    return several[0] if len(several) == 1 else usual


def _names(line: str, separator: str) -> list[str]:
    """Return the names in a header, none where it cannot be taken apart: its reader says why."""
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []
