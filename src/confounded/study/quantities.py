"""What the cells of a column of the scores measure: numbers, days, or sizes of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from confounded.scores.dates import day_number, read_dates
from confounded.scores.sizes import looks_like_size, read_size

__all__ = ["Quantity", "quantity_of"]

FloatArray = NDArray[np.float64]

UNITS: Final = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a column measures.

    Parameters
    ----------
    values : ndarray of shape (M,)
        NaN where it is not known.
    shown : callable
        How a value is written.
    """

    values: FloatArray = field(repr=False)
    shown: Callable[[float], str]


def quantity_of(cells: Sequence[str | None]) -> Quantity | None:
    """Return what cells measure; None where one of them is no such thing, or all are empty.

    Parameters
    ----------
    cells : sequence of (str or None)
        One a model; None where it is empty.
    """
    there = np.array([cell is not None for cell in cells], dtype=np.bool_)
    said = [str(cell) for cell in cells if cell is not None]
    for read, shown in ((_numbers, "{:.12g}".format), (_days, _day), (_sizes, _size)):
        if said and (found := read(said)) is not None:
            values = np.full(len(cells), np.nan)
            values[there] = found
            return Quantity(values, shown)
    return None


def _numbers(said: Sequence[str]) -> list[float] | None:
    """Return cells as numbers, None where one is none."""
    try:
        # Python reads 1_000 as a number, and no table means that.
        found = [float(cell.replace("_", " ")) for cell in said]
    except ValueError:
        return None
    return found if np.isfinite(found).all() else None


def _days(said: Sequence[str]) -> list[float] | None:
    """Return cells as days, None where one is not known to the month."""
    found = [day_number(told) for told in read_dates(said).values]
    return found if np.isfinite(found).all() else None


def _sizes(said: Sequence[str]) -> list[float] | None:
    """Return cells as numbers of parameters, NaN where they are of several experts; None where one is no size."""
    if not all(map(looks_like_size, said)):
        return None
    found = [np.nan if (size := read_size(cell)) is None else size for cell in said]
    return found if np.isfinite(found).any() else None


def _day(value: float) -> str:
    return date.fromordinal(int(value)).isoformat()


def _size(value: float) -> str:
    """Return a number of parameters as people write it."""
    unit, sign = next(((unit, sign) for unit, sign in UNITS if value >= unit), (1.0, ""))
    return f"{value / unit:.6g}{sign}"
