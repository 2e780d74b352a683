"""Tables of text, as wide as they take or within a width, with every cell whole."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from itertools import zip_longest
from typing import Final

__all__ = ["table_lines"]

GAP: Final = "  "
NARROWEST: Final = 6
"""Columns below which a cell is not broken further: at some width a table can only run over."""


def table_lines(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[str] = (),
    width: int | None = None,
) -> list[str]:
    """Return the lines of a table, those of the header first unless it is empty.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequence of str
        A cell for each column.
    right : collection of str, optional
        The columns that are set to the right: numbers, which are never broken.
    width : int, optional
        What the lines may take. The widest columns give way first, and the first column last; their cells go on in
        further lines.

    Returns
    -------
    list of str
        Where cells are broken, a row takes several lines.
    """
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    if width is not None:
        rigid = [place for place, name in enumerate(header) if name in right]
        _narrow(widths, width - len(GAP) * (len(widths) - 1), rigid)
    shown = (header, *rows) if any(header) else rows
    return [line for row in shown for line in _row(row, widths, [name in right for name in header])]


def _narrow(widths: list[int], available: int, rigid: Collection[int]) -> None:
    """Take from the widest of the columns that may give way until all fit."""
    for giving in ([place for place in range(1, len(widths)) if place not in rigid], [0]):
        while sum(widths) > available:
            widest = max(giving, key=lambda place: widths[place], default=None)
            if widest is None or widths[widest] <= NARROWEST:
                break
            widths[widest] -= 1


def _row(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    """Return the lines of one row."""
    broken = [_broken(cell, width) for cell, width in zip(row, widths, strict=True)]
    lines = []
    for parts in zip_longest(*broken, fillvalue=""):
        cells = (
            part.rjust(width) if number else part.ljust(width)
            for part, width, number in zip(parts, widths, right, strict=True)
        )
        lines.append(GAP.join(cells).rstrip())
    return lines


def _broken(cell: str, width: int) -> list[str]:
    """Break a cell between words where that is enough, and within a word where it is not."""
    return [cell] if len(cell) <= width else textwrap.wrap(cell, width)
