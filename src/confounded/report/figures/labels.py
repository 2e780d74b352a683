"""Where the names of marks stand, so that none covers another: the most telling names first, the others where room is.

Vega's own placing of labels needs a canvas, which the program that draws without a browser has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["FONT_SIZE", "Label", "Point", "placed"]

FONT_SIZE: Final = 10.5
CHARACTER: Final = 0.56
"""Mean width of a character, as a share of the size of the type; names have many narrow and some wide ones."""

MARK: Final = 6.0
"""Half the side of a mark, in pixels, with a little room around it."""


class Point(NamedTuple):
    """Where a mark is, in pixels from the top left."""

    x: float
    y: float


class Label(NamedTuple):
    """Where its name stands: how far from it, and to which side."""

    dx: float
    dy: float
    align: str


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


_PLACES: Final = (
    Label(9, 0, "left"),
    Label(-9, 0, "right"),
    Label(0, -12, "center"),
    Label(0, 13, "center"),
    Label(8, -9, "left"),
    Label(8, 10, "left"),
    Label(-8, -9, "right"),
    Label(-8, 10, "right"),
)


def placed(
    points: Sequence[Point],
    names: Sequence[str],
    width: float,
    height: float,
    size: float = FONT_SIZE,
    mark: float = MARK,
    before: Sequence[bool] = (),
) -> list[Label | None]:
    """Place names beside marks, those of marks far from the middle first.

    Parameters
    ----------
    points : sequence of Point
    names : sequence of str
    width, height : float
        Of the plot, in pixels; no name reaches beyond it.
    size : float
        Of the type, in pixels.
    mark : float
        Half the side of a mark, in pixels.
    before : sequence of bool
        Which names are placed before all others; by default none.

    Returns
    -------
    list of Label or None
        None where there is no room.
    """
    marks = [_Box(x - mark, y - mark, x + mark, y + mark) for x, y in points]
    places = [Label(one.dx * mark / MARK, one.dy * mark / MARK, one.align) for one in _PLACES]
    n = max(len(points), 1)
    middle = Point(sum(p.x for p in points) / n, sum(p.y for p in points) / n)
    order = sorted(
        range(len(points)),
        key=lambda i: (
            not (before and before[i]),
            -(abs(points[i].x - middle.x) / width + abs(points[i].y - middle.y) / height),
            i,
        ),
    )
    taken: list[_Box] = []
    found: list[Label | None] = [None] * len(points)
    for i in order:
        for label in places:
            box = _box(points[i], names[i], label, size)
            inside = box.left >= 0 and box.top >= 0 and box.right <= width and box.bottom <= height
            others = (mark for j, mark in enumerate(marks) if j != i)
            if inside and not any(map(box.meets, taken)) and not any(map(box.meets, others)):
                found[i] = label
                taken.append(box)
                break
    return found


def _box(point: Point, name: str, label: Label, size: float) -> _Box:
    """Return the room that a name takes."""
    length = len(name) * CHARACTER * size
    x, y = point.x + label.dx, point.y + label.dy
    left = {"left": x, "right": x - length, "center": x - length / 2}[label.align]
    return _Box(left - 1, y - size / 2 - 1, left + length + 1, y + size / 2 + 1)
