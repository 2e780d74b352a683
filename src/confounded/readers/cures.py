"""What to do about a cell that should hold a number and holds something else, by what it holds."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["cure"]

CURES: Final = (
    (
        re.compile(r"[-+]?\d{1,3}(,\d{3})+"),
        "A comma may stand before decimals or between thousands: write the number with a decimal point and no comma.",
    ),
    (re.compile(r"[-+]?\d+,\d+"), "Write numbers with a decimal point, such as 0.71."),
    (
        re.compile(r"[-+]?[\d.,]+\s*%"),
        "Write either all scores of a benchmark with a percent sign or all without, and all in one unit.",
    ),
    (
        re.compile(r"#[A-Z0-9/]+[!?]?"),
        "It is an error of the spreadsheet: correct its formula, or empty the cell where there is no score.",
    ),
    (
        re.compile(r".*(±|\+/-|\+-).*"),
        "Write the score alone; standard errors stand in a column 'stderr' of a table with one score a row.",
    ),
    (re.compile(r"[-+]?[\d.]+\s*[*†‡]+"), "Remove the mark behind the number."),
)
"""What a whole cell looks like, and what settles it; first wins."""

OTHERWISE: Final = "Correct the cell, or empty it where there is no score."


def cure(cell: object) -> str:
    """Return what to do about a cell that is no number.

    Parameters
    ----------
    cell : object
        What it holds.
    """
    text = str(cell).strip()
    return next((said for pattern, said in CURES if pattern.fullmatch(text)), OTHERWISE)
