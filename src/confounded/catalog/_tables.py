"""Reading the catalogue's own CSV files: text in, typed cells out, an empty cell is "not known"."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Final, TypeVar

from confounded.errors import DatasetError

__all__ = ["cell", "checked", "flag", "known", "rows"]

T = TypeVar("T")

FLAGS: Final[Mapping[str, bool]] = {"yes": True, "no": False}


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a CSV file of the catalogue.

    Raises
    ------
    DatasetError
        If the installation lacks the file.
    """
    file = resources.files("confounded.catalog") / "data" / name
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise DatasetError(
            f"the catalogue file {name}", found=str(problem), remedy="Install the package again."
        ) from problem
    return list(csv.DictReader(io.StringIO(text)))


def cell(row: Mapping[str, str], column: str, kind: Callable[[str], T]) -> T:
    """Return a cell that must be there, as a value of some kind.

    Raises
    ------
    DatasetError
        If the cell is empty or cannot be read as that kind.
    """
    try:
        text = row[column]
        if not text:
            raise ValueError("an empty cell")
        return kind(text)
    except (KeyError, ValueError) as problem:
        subject = next(iter(row.values()), "")
        raise DatasetError(
            f"a usable cell in column {column!r} of the catalogue",
            found=str(problem),
            where=f"the row that begins with {subject!r}",
            remedy="Correct the file, or install the package again.",
        ) from problem


def known(row: Mapping[str, str], column: str, kind: Callable[[str], T]) -> T | None:
    """Return a cell as a value of some kind, or None where it is empty."""
    return cell(row, column, kind) if row.get(column) else None


def checked(allowed: Mapping[str, T]) -> Callable[[str], T]:
    """Return a reader of cells that accepts only the words of a list."""

    def read(text: str) -> T:
        if text not in allowed:
            raise ValueError(f"{text!r}, which is none of {', '.join(allowed)}")
        return allowed[text]

    return read


flag: Final = checked(FLAGS)
"""Read ``yes`` or ``no``."""
