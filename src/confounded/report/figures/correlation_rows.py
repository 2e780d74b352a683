"""Correlations in rows under headings, each with its interval and the models that it is of.

The rows are made once for the page, which lays them out at its own width, and for figures of papers (`row_figure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from confounded.report.figures.rows import rows_chart, verdict_look
from confounded.report.figures.theme import ROLES, STROKE_SHAPE, SUM_SHAPE
from confounded.report.plain import short
from confounded.report.words import bounds, plural, shortened, signed_percent

__all__ = ["Row", "heading", "row_figure"]

Spec = dict[str, Any]

ROW: Final = 13.0
HEADING: Final = 18.0
LEFT: Final = 170
RIGHT: Final = 62
LONGEST: Final = 40
LONGEST_HEADING: Final = 90
SIZE: Final = 8.0
MARK_SIZE: Final = 30


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row: a heading alone, or a correlation.

    Parameters
    ----------
    text : str
    is_heading : bool
    rho, low, high : float or None
    n_models, n_families : int or None
        What it is of.
    beside : float or None
        Another correlation of the same models to compare it with, drawn as an upright stroke.
    verdict : str or None
        Where there is one, the mark is that of the verdict.
    is_sum : bool
        Whether it sums up other rows, and is drawn so.
    reason : str or None
        Why there is no correlation, or no interval.
    """

    text: str
    is_heading: bool = False
    rho: float | None = None
    low: float | None = None
    high: float | None = None
    n_models: int | None = None
    n_families: int | None = None
    beside: float | None = None
    verdict: str | None = None
    is_sum: bool = False
    reason: str | None = None


def heading(text: str) -> Row:
    """Return a heading over the rows that follow."""
    return Row(text=text, is_heading=True)


def row_figure(rows: Sequence[Row], margin: float, description: str, width: int) -> Spec:
    """Return the specification (Vega-Lite) of some rows, for a paper.

    Parameters
    ----------
    rows : sequence of Row
    margin : float
        What is shaded.
    description : str
        The text alternative.
    width : int
        Of the whole, pixels.
    """
    plot = width - LEFT - RIGHT
    marks: list[Spec] = []
    labels: list[Spec] = [
        {"text": "models in families", "y": HEADING / 2, "x": plot + RIGHT - 4, "align": "right"},
    ]
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
            labels.append({"text": _count(row), "y": y, "x": plot + RIGHT - 4, "align": "right"})
            marks += _marks(row, y)
        top += tall
    return rows_chart(
        marks,
        labels,
        lines,
        width=plot,
        height=top,
        ticks=(-100, -50, 0, 50, 100),
        band=[{"from": -100 * margin, "to": 100 * margin}],
        description=description,
        size=SIZE,
    )


def _count(row: Row) -> str:
    return " in ".join(f"{n:,}" for n in (row.n_models, row.n_families) if n is not None)


def _marks(row: Row, y: float) -> list[Spec]:
    if row.rho is None:
        return []
    ink = ROLES["ink"][0]
    look = {"stroke": ink, "fill": ink, "shape": SUM_SHAPE if row.is_sum else "circle"}
    count = "" if row.n_models is None else f"; {plural(row.n_models, 'model')}"
    mark = {
        "at": 100 * row.rho,
        "low": None if row.low is None else 100 * row.low,
        "high": None if row.high is None else 100 * row.high,
        "y": y,
        "size": MARK_SIZE,
        **(look if row.verdict is None else verdict_look(row.verdict)),
        "says": f"{short(row.text)}: {signed_percent(row.rho)} {bounds(row.low, row.high)}".strip() + count,
    }
    if row.beside is None:
        return [mark]
    stroke = {
        "at": 100 * row.beside,
        "low": None,
        "high": None,
        "shape": STROKE_SHAPE,
        "says": f"{short(row.text)}: compared with {signed_percent(row.beside)}",
    }
    return [mark | stroke, mark]
