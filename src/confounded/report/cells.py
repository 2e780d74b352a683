"""Models counted in the cells of a grid, where there are too many to show each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["MOST_MODELS", "Cell", "counted"]

MOST_MODELS: Final = 500
"""Models up to which a scatter has a mark for each."""
CELLS: Final = (40, 26)
"""Across and up: cells of some 14 pixels."""


class Cell(NamedTuple):
    """The middle of a cell, and how many models are in it."""

    x: float
    y: float
    n: int


class Range(NamedTuple):
    """The least and the greatest value along an axis."""

    low: float
    high: float


def counted(
    points: Sequence[tuple[float, float]], over: Sequence[tuple[float, float]] | None = None
) -> list[Cell]:
    """Count points in cells.

    Parameters
    ----------
    points : sequence of (float, float)
    over : sequence of (float, float), optional
        The points whose range the grid covers, where several counts are to have the same grid; else `points`.

    Returns
    -------
    list of Cell
        Those with a point, from left to right and upwards.
    """
    whole = points if over is None else over
    if not points:
        return []
    bounds = [Range(min(values), max(values)) for values in zip(*whole, strict=True)]
    steps = [(one.high - one.low) / n or 1.0 for one, n in zip(bounds, CELLS, strict=True)]
    places = [
        [min(int((value - low) / step), n - 1) for value in values]
        for values, (low, _), step, n in zip(zip(*points, strict=True), bounds, steps, CELLS, strict=True)
    ]
    counts = Counter(zip(*places, strict=True))
    return [
        Cell(bounds[0].low + (across + 0.5) * steps[0], bounds[1].low + (up + 0.5) * steps[1], n)
        for (across, up), n in sorted(counts.items())
    ]
