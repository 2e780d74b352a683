"""Sizes of models as people write them: ``7B``, ``350M``, ``1.5 billion``, ``7000000000``.

A size is the number of all parameters. ``8x7B`` is none: its experts share parameters, so that it is fewer than 56
billion, and how many does not show. ``30B-A3B`` is 30 billion, of which 3 are active at a time.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["FEWEST_PARAMETERS", "is_number", "is_of_experts", "looks_like_size", "read_size"]

FEWEST_PARAMETERS: Final = 10_000.0
"""Parameters below which a number is no count of them, but one of millions or billions that does not say so: the
smallest model of any leaderboard seen has 300,000."""

_UNITS: Final = {
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "mn", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "billions", "g"), 1e9),
    **dict.fromkeys(("t", "tn", "trillion", "trillions"), 1e12),
}
_UNIT: Final = "|".join(sorted(_UNITS, key=len, reverse=True))
_COUNT: Final = r"(?P<number>\d+(?:\.\d+)?)"
_OF: Final = r"(?: ?(?:parameters|params|param))?"

_SIZE: Final = re.compile(rf"~?{_COUNT} ?(?P<unit>{_UNIT}){_OF}(?:[- ]a\d+(?:\.\d+)?[mb])?")
_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?(?:e\+?\d+)?")
_EXPERTS: Final = re.compile(rf"~?\d+ ?[x\N{{MULTIPLICATION SIGN}}*] ?\d+(?:\.\d+)? ?(?:{_UNIT})?{_OF}")


def read_size(cell: str, unit: float | None = None) -> float | None:
    """Return how many parameters a cell says that a model has; None where it does not say so.

    Parameters
    ----------
    cell : str
    unit : float, optional
        What a plain number counts, where its column says it: 1e9 for billions.

    Examples
    --------
    >>> [read_size(cell) for cell in ("7B", "350M", "30B-A3B", "8x7B", "7")]
    [7000000000.0, 350000000.0, 30000000000.0, None, None]
    >>> read_size("7", unit=1e9)
    7000000000.0
    """
    text = " ".join(cell.split()).lower()
    if found := _SIZE.fullmatch(text):
        return _times(found["number"], _UNITS[found["unit"]])
    if not _NUMBER.fullmatch(text):
        return None
    count = _times(text.replace(",", ""), unit or 1.0)
    return count if count == 0.0 or count >= FEWEST_PARAMETERS else None


def looks_like_size(cell: str) -> bool:
    """Return whether a cell is a size with its unit, or one of several experts."""
    text = " ".join(cell.split()).lower()
    return _SIZE.fullmatch(text) is not None or is_of_experts(cell)


def is_of_experts(cell: str) -> bool:
    """Return whether a cell says of what size each of several experts is, and not what all of them have."""
    return _EXPERTS.fullmatch(" ".join(cell.split()).lower()) is not None


def is_number(cell: str) -> bool:
    """Return whether a cell is a plain number that is not negative, thousands apart or not."""
    try:
        return float(cell.replace(",", "").replace("_", " ")) >= 0
    except ValueError:
        return False


def _times(number: str, unit: float) -> float:
    """Return a number of such units, rounded to what its digits say: 1.1 billion is 1100000000."""
    return float(f"{float(number) * unit:.15g}")
