"""Figures in rows under headings, each with its interval and the models that it is of.

The rows are made once for the page, which lays them out at its own width, and for figures of papers (`row_figure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from confounded.report.figures.rows import rows_chart, verdict_look
from confounded.report.figures.theme import ROLES, STROKE_SHAPE, SUM_SHAPE
from confounded.report.plain import short
from confounded.report.words import NBSP, plural, shortened, significant

__all__ = ["Row", "heading", "percent", "row_figure"]

Spec = dict[str, Any]

ROW: Final = 13.0
HEADING: Final = 18.0
LEFT: Final = 170
RIGHT: Final = 62
LONGEST: Final = 40
LONGEST_HEADING: Final = 90
SIZE: Final = 8.0
MARK_SIZE: Final = 30
SPREAD: Final = 3.0
"""Times the largest figure that a scale without ends of its own reaches: a wide interval must not flatten all rows."""
ROOM: Final = 1.08


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row: a heading alone, or a figure with its interval, on the scale of the picture.

    Parameters
    ----------
    text : str
    is_heading : bool
    at, low, high : float or None
        Of a correlation, in percent (`percent`). Without `at` only the limits are known.
    n_models, n_families : int or None
        What it is of.
    compared : float or None
        What it is to be compared with, drawn as an upright stroke.
    verdict : str or None
        Where there is one, the mark is that of the verdict.
    is_sum : bool
        Whether it sums up other rows, and is drawn so.
    is_open : bool
        Whether it settles nothing, and is drawn hollow.
    reason : str or None
        Why there is no figure, or no interval.
    """

    text: str
    is_heading: bool = False
    at: float | None = None
    low: float | None = None
    high: float | None = None
    n_models: int | None = None
    n_families: int | None = None
    compared: float | None = None
    verdict: str | None = None
    is_sum: bool = False
    is_open: bool = False
    reason: str | None = None


def heading(text: str) -> Row:
    """Return a heading over the rows that follow."""
    return Row(text=text, is_heading=True)


def percent(value: float | None) -> float | None:
    """Return a correlation in percent."""
    return None if value is None else 100 * value


def row_figure(
    rows: Sequence[Row], description: str, width: int, *, margin: float | None = None, title: str = ""
) -> Spec:
    """Return the specification (Vega-Lite) of some rows, for a paper.

    Parameters
    ----------
    rows : sequence of Row
    description : str
        The text alternative.
    width : int
        Of the whole, pixels.
    margin : float, optional
        What is shaded, where the rows are correlations.
    title : str, optional
        Of the scale, where they are not.
    """
    plot = width - LEFT - RIGHT
    end = plot + RIGHT - 4
    marks: list[Spec] = []
    labels: list[Spec] = []
    if any(row.n_models is not None for row in rows):
        labels.append({"text": "models in families", "y": HEADING / 2, "x": end, "align": "right"})
    lines: list[Spec] = []
    top = 0.0 if rows and rows[0].is_heading else HEADING
    for row in rows:
        tall = HEADING if row.is_heading else ROW
        y = top + tall / 2
        if row.is_heading:
            text = shortened(short(row.text), LONGEST_HEADING)
            labels.append({"text": text, "y": y, "x": -LEFT, "align": "left", "weight": "bold"})
        else:
            lines.append({"y": y})
            labels.append({"text": shortened(short(row.text), LONGEST), "y": y, "x": -8, "align": "right"})
            labels.append({"text": _count(row), "y": y, "x": end, "align": "right"})
            marks += _marks(row, y, unit="" if margin is None else f"{NBSP}%")
        top += tall
    if margin is None:
        scale: Spec = {"domain": _domain(rows), "ticks": None, "title": title}
    else:
        scale = {"ticks": (-100, -50, 0, 50, 100), "band": [{"from": -100 * margin, "to": 100 * margin}]}
    return rows_chart(
        marks, labels, lines, width=plot, height=top, description=description, size=SIZE, **scale
    )


def _domain(rows: Sequence[Row]) -> tuple[float, float]:
    """Return a range that holds every figure and 0; intervals may reach beyond it."""
    known = [abs(value) for row in rows for value in (row.at, row.low, row.high) if value is not None]
    most = min(
        max(known, default=1.0),
        SPREAD * max((abs(row.at) for row in rows if row.at is not None), default=1.0),
    )
    return -most * ROOM, most * ROOM


def _count(row: Row) -> str:
    return " in ".join(f"{n:,}" for n in (row.n_models, row.n_families) if n is not None)


def _marks(row: Row, y: float, unit: str) -> list[Spec]:
    if row.at is None and row.low is None:
        return []
    ink, paper = ROLES["ink"][0], ROLES["paper"][0]
    look = {
        "stroke": ink,
        "fill": paper if row.is_open else ink,
        "shape": SUM_SHAPE if row.is_sum else "circle",
    }
    mark = {
        "at": row.at,
        "low": row.low,
        "high": row.high,
        "y": y,
        "size": MARK_SIZE,
        **(look if row.verdict is None else verdict_look(row.verdict)),
        "says": _words(row, unit),
    }
    if row.compared is None:
        return [mark]
    stroke = {
        "at": row.compared,
        "low": None,
        "high": None,
        "shape": STROKE_SHAPE,
        "says": f"{short(row.text)}: compared with {significant(row.compared)}{unit}",
    }
    return [mark | stroke, mark]


def _words(row: Row, unit: str) -> str:
    at = "" if row.at is None else f" {significant(row.at)}{unit}"
    limits = "" if row.low is None else f" {significant(row.low)} to {significant(row.high)}"
    count = "" if row.n_models is None else f"; {plural(row.n_models, 'model')}"
    return f"{short(row.text)}:{at}{limits}{count}"
