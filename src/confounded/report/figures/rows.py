"""One chart for everything that stands in rows: marks with intervals on one scale, with a name before each row.

The overview, forests, the strip without each family, the robustness set and the scores of models are all such charts.
Rows are placed by whoever makes them, in pixels from the top, so that headings and gaps need no scale of their own;
`stacked` places them one under the other. The page fills the same specification (`template`) from its own data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confounded.report.figures.theme import ROLES, VERDICT_SYMBOLS, config
from confounded.report.verdicts import decided, role_of
from confounded.report.words import shortened

__all__ = [
    "CHARACTER",
    "FEW_PERCENT_TICKS",
    "NARROW",
    "PERCENT_TICKS",
    "Mark",
    "percent_ticks",
    "rows_chart",
    "stacked",
    "template",
    "verdict_look",
]

Spec = dict[str, Any]

PERCENT_TICKS: Final = (-100, -80, -60, -40, -20, 0, 20, 40, 60, 80, 100)
FEW_PERCENT_TICKS: Final = (-100, -50, 0, 50, 100)
NARROW: Final = 420
"""Pixels of a plot under which there is no room for all ticks."""
CHARACTER: Final = 0.53
"""Mean width of a character as a share of the size of the type."""
MARK_SIZE: Final = 46.0
SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"


def verdict_look(verdict: str) -> dict[str, str]:
    """Return how a mark of a verdict is drawn: shape and colour say the same; hollow is what settles nothing."""
    colour = ROLES[role_of(verdict)][0]
    return {
        "stroke": colour,
        "fill": colour if decided(verdict) else ROLES["paper"][0],
        "shape": VERDICT_SYMBOLS.get(verdict, VERDICT_SYMBOLS["undecided"]),
    }


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark in a row of `stacked`: where it stands on the scale, its interval, its look and its text alternative."""

    row: int
    at: float
    low: float | None
    high: float | None
    look: Mapping[str, str] = field(repr=False)
    says: str = field(repr=False)


def percent_ticks(width: float) -> Sequence[int]:
    """Return the ticks of a scale of correlations that have room in a plot of that width."""
    return FEW_PERCENT_TICKS if width < NARROW else PERCENT_TICKS


def stacked(
    names: Sequence[str],
    marks: Sequence[Mark],
    *,
    width: float,
    left: float,
    step: float,
    size: float,
    area: float = MARK_SIZE,
    **chart: Any,
) -> Spec:
    """Return the specification of a chart of rows that stand one under the other at equal distances.

    Parameters
    ----------
    names : sequence of str
        Of the rows, from the top.
    marks : sequence of Mark
    width, left : float
        Of the plot, and of the names before it; pixels.
    step, size : float
        From row to row, and of the type; pixels.
    area : float
        Of a mark, square pixels.
    **chart
        Passed to `rows_chart`.
    """
    most = int((left - 10) / (CHARACTER * size))
    places = [(row + 0.5) * step for row in range(len(names))]
    return rows_chart(
        [
            {
                "at": mark.at,
                "low": mark.low,
                "high": mark.high,
                "y": places[mark.row],
                "size": area,
                **mark.look,
                "says": mark.says,
            }
            for mark in marks
        ],
        [
            {"text": shortened(name, most), "y": y, "x": -10, "align": "right"}
            for name, y in zip(names, places, strict=True)
        ],
        [{"y": y} for y in places],
        width=width,
        height=step * max(1, len(names)),
        size=size,
        **chart,
    )


def rows_chart(
    marks: Any,
    labels: Any,
    lines: Any = (),
    *,
    width: Any,
    height: Any,
    title: Any = "capabilities correlation, %",
    domain: Any = (-100, 100),
    ticks: Any = PERCENT_TICKS,
    band: Any = (),
    zero: Any = ({"at": 0},),
    description: Any = "",
    size: float = 11,
    opacity: float = 1,
    linked: bool = False,
) -> Spec:
    """Return the specification of a chart of rows.

    Parameters
    ----------
    marks : sequence of dict
        ``at``, and ``low`` and ``high`` or None, on the scale; ``y``; ``stroke``, ``fill``, ``shape``; ``size`` (area
        of the mark, square pixels); ``says``, the text alternative; ``href`` where they are linked.
    labels : sequence of dict
        ``text``, ``y``, ``x`` (pixels from the left edge of the plot), ``align``, and ``weight`` of a heading.
    lines : sequence of dict
        ``y`` of faint lines across the plot.
    width, height : float
        Of the plot, in pixels.
    title : str
        Of the scale.
    domain, ticks : sequence of float
    band : sequence of dict
        ``from`` and ``to`` of what is shaded: the margin.
    zero : sequence of dict
        ``at`` of upright lines.
    description : str
        The text alternative of the whole.
    size : float
        Of the type, in pixels.
    opacity : float
        Of the marks.
    linked : bool
        Whether each mark has an ``href``.

    Returns
    -------
    dict
        Vega-Lite.
    """
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False}}
    x = {
        "type": "quantitative",
        "scale": {"domain": _listed(domain), "nice": False, "zero": False},
        "axis": {
            "title": title,
            "values": _listed(ticks),
            "domain": False,
            "labelFlush": False,
            "grid": False,
        },
    }
    unscaled = {"type": "nominal", "scale": None}
    return {
        "$schema": SCHEMA,
        "description": description,
        "config": config(size),
        "width": width,
        "height": height,
        "layer": [
            {
                "data": {"values": _listed(band)},
                "mark": {"type": "rect", "fill": ROLES["band"][0], "aria": False, "clip": True},
                "encoding": {
                    "x": {**x, "field": "from"},
                    "x2": {"field": "to"},
                    "y": {"value": 0},
                    "y2": {"value": height},
                },
            },
            {
                "data": {"values": _listed(lines)},
                "mark": {"type": "rule", "stroke": ROLES["faint"][0], "strokeWidth": 1, "aria": False},
                "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": width}},
            },
            {
                "data": {"values": _listed(zero)},
                "mark": {"type": "rule", "stroke": ROLES["muted"][0], "strokeWidth": 1, "aria": False},
                "encoding": {"x": {**x, "field": "at"}, "y": {"value": 0}, "y2": {"value": height}},
            },
            {
                "data": {"values": _listed(labels)},
                "mark": {
                    "type": "text",
                    "baseline": "middle",
                    "align": {"expr": "datum.align"},
                    "fontWeight": {"expr": "datum.weight || 'normal'"},
                    "fill": ROLES["ink"][0],
                    "fontSize": size,
                    "aria": False,
                },
                "encoding": {
                    "x": {"field": "x", "type": "quantitative", "scale": None},
                    "y": y,
                    "text": {"field": "text"},
                },
            },
            {
                "data": {"values": _listed(marks)},
                "transform": [{"filter": {"field": "low", "valid": True}}],
                "mark": {"type": "rule", "strokeWidth": 1.5, "aria": False, "clip": True},
                "encoding": {
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    "y": y,
                    "stroke": {"field": "stroke", **unscaled},
                },
            },
            {
                "data": {"values": _listed(marks)},
                "transform": [{"filter": {"field": "at", "valid": True}}],
                "mark": {"type": "point", "strokeWidth": 1.4, "opacity": opacity},
                "encoding": {
                    "x": {**x, "field": "at"},
                    "y": y,
                    "stroke": {"field": "stroke", **unscaled},
                    "fill": {"field": "fill", **unscaled},
                    "shape": {"field": "shape", **unscaled},
                    "size": {"field": "size", "type": "quantitative", "scale": None},
                    "description": {"field": "says"},
                    **({"href": {"field": "href"}} if linked else {}),
                },
            },
        ],
    }


def template() -> Spec:
    """Return the chart with a ``$name`` wherever the page has to put something.

    The page places the rows itself, in `rowsChart` of ``templates/app/charts.js``: how wide a plot is, and with it what
    is left of a name, is known only in the browser, and a reader's filters choose the rows. What stands in them is the
    same as in a figure for a paper; the tests of the page hold the one against the other.
    """
    return rows_chart(
        "$marks",
        "$labels",
        "$lines",
        width="$width",
        height="$height",
        title="$title",
        domain="$domain",
        ticks="$ticks",
        band="$band",
        zero="$zero",
        description="$description",
        size=12,
    )


def _listed(values: Any) -> Any:
    return list(values) if isinstance(values, Sequence) and not isinstance(values, str) else values
