"""What is known and what is not: from arrays, in which that is NaN, to records, in which it is None, and to words."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["bare", "counted", "first", "in_toml", "listed", "number", "signed"]

T = TypeVar("T")


def bare(name: str) -> str:
    """Return a name without case, blanks and signs, by which spellings of one name are told to be alike."""
    return re.sub(r"[\W_]+", "", name.casefold())


def number(value: float) -> float | None:
    """Return a number, or None where it is not known."""
    return None if math.isnan(value) else float(value)


def signed(value: float) -> str:
    """Return a correlation in words: with its sign, to two digits.

    In sentences it is called ρ, as on the terminal and in the pictures, so that nobody takes it for one of the
    percentages in the tables of the page, which are written as the paper does.
    """
    return f"{value:+.2f}".replace("-", "−")


def first(said: T | None, known: T | None) -> T | None:
    """Return what the file says, or else what the catalogue knows."""
    return known if said is None else said


def in_toml(name: str) -> str:
    """Return a name as it stands between quotes in TOML."""
    return name.replace("\\", "\\\\").replace('"', '\\"')


def listed(names: Sequence[str], most: int = 8) -> str:
    """Return some names as a readable list."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def counted(n: int, one: str, many: str = "") -> str:
    """Return a number with what it counts."""
    return f"{n} {one if n == 1 else many or one + 's'}"
