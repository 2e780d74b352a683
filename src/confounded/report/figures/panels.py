"""Scatters side by side, a mark a model: what several figures for a paper are made of.

Names stand beside their marks where there is room. The specification is Vega-Lite, so names are placed here, in pixels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from confounded.report.figures.labels import Point, placed
from confounded.report.figures.theme import OTHER_FAMILIES, ROLES, FamilyMark, config
from confounded.report.plain import short
from confounded.report.verdicts import role_of
from confounded.report.words import shortened
from confounded.study.result import FittedCurve, ModelResult, PopulationResult

__all__ = ["ONE_COLUMN", "SIZE", "TWO_COLUMNS", "Panel", "scatter_panels"]

Spec = dict[str, Any]

ONE_COLUMN: Final = 238
TWO_COLUMNS: Final = 486
"""Widths of a figure in a paper of two columns: 3.3 and 6.75 inches, in points; a pixel is drawn as a point."""

SIZE: Final = 7.0
"""Of the type, in pixels: what stands on a page of 10 point type as a note."""
NAME_SIZE: Final = 6.0
WIDE_NAME_SIZE: Final = 7.5
WIDE_PANEL: Final = 300
"""From this width on a panel has room for larger names."""
MARK_AREA: Final = 30.0
HALF_MARK: Final = 4.0

AXIS: Final = 44
"""What the vertical axis and its title take of the width."""
GAP: Final = 14
ROOM: Final = 0.06
"""Share of the range that is left free at either end, so that no mark lies on the frame."""

MOST_NAMED: Final = 80
"""With more models than this, names would hide the marks; the marks are then small and see-through."""
MOST_MARKS: Final = 2000
"""Of more models every so many-th is drawn, in the order of the horizontal axis, and the panel says so."""
MOST_IN_ROW: Final = 2
LEGEND_ENTRY: Final = 80
"""Pixels that an entry of the legend takes."""
TITLE_LENGTH: Final = 46
WRITTEN: Final = 0.52
"""Mean width of a character as a share of the size of the type."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One scatter.

    Parameters
    ----------
    title, note : str
        What stands above it: a name, and the correlation in words.
    verdict : str or None
        Whose colour the note has.
    x, y : sequence of (float or None)
        In the order of the population's models.
    x_title, y_title : str
    curve : FittedCurve or None
    logarithmic : bool
        Whether the horizontal axis is, its labels being powers of ten.
    """

    title: str
    note: str
    verdict: str | None
    x: Sequence[float | None] = field(repr=False)
    y: Sequence[float | None] = field(repr=False)
    x_title: str = "capabilities score"
    y_title: str = ""
    curve: FittedCurve | None = field(default=None, repr=False)
    logarithmic: bool = False


def scatter_panels(
    population: PopulationResult,
    panels: Sequence[Panel],
    marks: Mapping[str, FamilyMark],
    description: str,
    *,
    width: int = TWO_COLUMNS,
    height: int = 170,
    note: str = "",
) -> Spec:
    """Return the specification (Vega-Lite) of some scatters.

    Parameters
    ----------
    population : PopulationResult
    panels : sequence of Panel
    marks : mapping of str to FamilyMark
    description : str
        The text alternative.
    width : int
        Of the whole, pixels.
    height : int
        Of a panel.
    note : str
        A line under the whole, such as what is missing.
    """
    columns = min(MOST_IN_ROW, len(panels))
    inner = (width - (columns - 1) * GAP) / columns - AXIS
    legend = _Legend.of(population, panels, marks)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": description,
        "config": config(SIZE)
        | {
            "concat": {"spacing": GAP, "columns": columns},
            "legend": {
                "orient": "bottom",
                "direction": "horizontal",
                "columns": max(3, width // LEGEND_ENTRY),
                "labelFontSize": SIZE,
                "labelColor": ROLES["ink"][0],
                "symbolSize": MARK_AREA,
                "symbolOpacity": 1,
                "symbolStrokeWidth": 0,
                "title": None,
                "offset": 6,
            },
        },
        **({"title": _under(note, width)} if note else {}),
        "columns": columns,
        "concat": [_panel(population, panel, legend, inner, height) for panel in panels],
    }


@dataclass(frozen=True, slots=True)
class _Legend:
    """The families as they stand in the legend: those that share a mark share an entry."""

    entry_of: Mapping[str, str]
    marks: Mapping[str, FamilyMark]

    @classmethod
    def of(
        cls, population: PopulationResult, panels: Sequence[Panel], marks: Mapping[str, FamilyMark]
    ) -> _Legend:
        families = {model.family for panel in panels for model, _, _ in _drawable(population, panel)}
        own = [family for family in marks if family in families]
        others = [family for family in own if marks[family] is OTHER_FAMILIES]
        other = f"{len(others):,} other families" if len(others) > 1 else ""
        entry_of = {family: other if family in others and other else short(family) for family in own}
        return cls(entry_of, {entry: marks[family] for family, entry in entry_of.items()})


def _panel(population: PopulationResult, panel: Panel, legend: _Legend, width: float, height: float) -> Spec:
    models = _drawable(population, panel)
    named = len(models) <= MOST_NAMED
    models.sort(key=lambda row: (row[1], row[2], row[0].model))
    drawn = models[:: max(1, -(-len(models) // MOST_MARKS))]
    across = [math.log10(x) if panel.logarithmic else x for _, x, _ in drawn]
    domains = _domain(across), _domain([y for _, _, y in drawn])
    at = [
        Point(
            width * (x - domains[0][0]) / (domains[0][1] - domains[0][0]),
            height * (domains[1][1] - y) / (domains[1][1] - domains[1][0]),
        )
        for x, (_, _, y) in zip(across, drawn, strict=True)
    ]
    points = [
        {
            "x": x,
            "y": y,
            "family": legend.entry_of[model.family],
            "says": f"{short(model.name)} ({short(model.family)}): {x:.4g}, {y:.4g}",
        }
        for model, x, y in drawn
    ]
    thinned = "" if len(drawn) == len(models) else f"; {len(drawn):,} of {len(models):,} marks drawn"
    x_scale = [10**end for end in domains[0]] if panel.logarithmic else domains[0]
    x = _axis("x", panel.x_title, x_scale, logarithmic=panel.logarithmic)
    y = _axis("y", shortened(panel.y_title, round(height / (WRITTEN * SIZE))), domains[1])
    return {
        "title": {
            "text": shortened(panel.title, TITLE_LENGTH),
            "subtitle": _lines(f"{panel.note}{thinned}", width + AXIS - 8),
            "anchor": "start",
            "frame": "group",
            "fontSize": SIZE + 0.5,
            "fontWeight": "bold",
            "color": ROLES["ink"][0],
            "subtitleFontSize": SIZE,
            "subtitleColor": ROLES[role_of(panel.verdict) if panel.verdict else "muted"][0],
            "offset": 5,
            "subtitlePadding": 2,
        },
        "width": width,
        "height": height,
        "layer": [
            *(_curve(panel.curve, x, y) if named else _curve(panel.curve, x, y)[:1]),
            {
                "data": {"values": points},
                "mark": {"type": "point", "filled": True, "strokeWidth": 0}
                | ({"size": MARK_AREA, "opacity": 1} if named else {"size": 10, "opacity": 0.5}),
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": _families(legend, [mark.light for mark in legend.marks.values()]),
                    "shape": _families(legend, [mark.path for mark in legend.marks.values()]),
                    "description": {"field": "says"},
                },
            },
            # Of so many marks the line would be under them.
            *(
                _names([model.name for model, _, _ in drawn], at, width, height)
                if named
                else _curve(panel.curve, x, y)[1:]
            ),
        ],
    }


def _drawable(population: PopulationResult, panel: Panel) -> list[tuple[ModelResult, float, float]]:
    """Return the models that have both figures."""
    return [
        (model, x, y)
        for model, x, y in zip(population.models, panel.x, panel.y, strict=True)
        if x is not None and y is not None and (x > 0 or not panel.logarithmic)
    ]


def _families(legend: _Legend, looks: list[str]) -> Spec:
    scale = {"domain": list(legend.marks), "range": looks}
    return {"field": "family", "type": "nominal", "title": None, "scale": scale}


def _names(names: Sequence[str], at: Sequence[Point], width: float, height: float) -> list[Spec]:
    """Return the layers of the names: one for each side of a mark that they stand on."""
    shown = [short(name) for name in names]
    size = WIDE_NAME_SIZE if width >= WIDE_PANEL else NAME_SIZE
    rows: dict[str, list[Spec]] = {}
    for name, point, label in zip(shown, at, placed(at, shown, width, height, size, HALF_MARK), strict=True):
        if label is not None:
            row = {"text": name, "px": point.x + label.dx, "py": point.y + label.dy}
            rows.setdefault(label.align, []).append(row)
    return [
        {
            "data": {"values": values},
            "mark": {
                "type": "text",
                "align": align,
                "baseline": "middle",
                "fontSize": size,
                "fill": ROLES["muted"][0],
                "aria": False,
            },
            "encoding": {
                "x": {"field": "px", "type": "quantitative", "scale": None, "axis": None},
                "y": {"field": "py", "type": "quantitative", "scale": None, "axis": None},
                "text": {"field": "text"},
            },
        }
        for align, values in sorted(rows.items())
    ]


def _curve(curve: FittedCurve | None, x: Spec, y: Spec) -> list[Spec]:
    """Return the layers of a fitted curve and its band, which lie under the marks."""
    if curve is None:
        return []
    rows = [
        {"x": a, "y": b, "low": low, "high": high}
        for a, b, low, high in zip(curve.x, curve.y, curve.low, curve.high, strict=True)
    ]
    band = [row for row in rows if row["low"] is not None and row["high"] is not None]
    return [
        {
            "data": {"values": band},
            "mark": {
                "type": "area",
                "fill": ROLES["band"][0],
                "opacity": 1,
                "interpolate": "monotone",
                "clip": True,
                "aria": False,
            },
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": {"values": rows},
            "mark": {
                "type": "line",
                "stroke": ROLES["muted"][0],
                "strokeWidth": 1.2,
                "interpolate": "monotone",
                "clip": True,
                "aria": False,
            },
            "encoding": {"x": x, "y": y},
        },
    ]


def _axis(channel: str, title: str, domain: Sequence[float], *, logarithmic: bool = False) -> Spec:
    scale: Spec = {"domain": list(domain), "nice": False, "zero": False}
    axis: Spec = {"tickCount": 5, "domain": False, "ticks": False, "labelFlush": False, "titlePadding": 5}
    if logarithmic:
        scale["type"] = "log"
        powers = range(math.ceil(math.log10(domain[0])), math.floor(math.log10(domain[1])) + 1)
        axis |= {
            "values": [float(10**power) for power in powers],
            "labelExpr": "format(round(log(datum.value) / LN10), 'd')",
        }
    return {"field": channel, "type": "quantitative", "title": title, "scale": scale, "axis": axis}


def _under(note: str, width: int) -> Spec:
    return {
        "text": _lines(note, width),
        "orient": "bottom",
        "anchor": "start",
        "fontSize": SIZE,
        "fontWeight": "normal",
        "color": ROLES["muted"][0],
        "offset": 8,
    }


def _lines(text: str, width: float) -> list[str]:
    """Break a text into lines that fit."""
    most = max(20, int(width / (WRITTEN * SIZE)))
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _domain(values: Sequence[float]) -> list[float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low or abs(high) or 1.0) * ROOM
    return [low - room, high + room]
