"""The overview: every benchmark's capabilities correlation as a mark, by area and population."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from confounded.report.figures.render import PAGE
from confounded.report.figures.theme import POPULATION_SHAPES, ROLES, config
from confounded.report.index import Index
from confounded.report.verdicts import decided, role_of
from confounded.report.words import interval_words, plural, shortened, signed_percent

__all__ = ["overview", "scale_layers"]

Spec = dict[str, Any]

WIDE: Final = 900
NARROW_BELOW: Final = 560
"""Below this width the names of the areas stand over their rows instead of beside them."""

DOT: Final = 7.0
"""Diameter of the mark of a whole benchmark, pixels."""
PART_DOT: Final = 4.4
"""Diameter of the mark of a part of a benchmark: its whole is there itself."""
STEP: Final = 3.5
"""What a mark gives way by where it would cover another, pixels."""
OVERLAP: Final = 0.92
"""Share of a diameter that two marks must be apart."""
LANE: Final = 13.0
"""Least height of the marks of one population in one area, pixels."""
GAP: Final = 11.0
"""Between two areas, pixels."""
TITLE_HEIGHT: Final = 17.0
LABEL_LIMIT: Final = 250
LABEL_LENGTH: Final = 36
"""Characters that fit there; the drawing program is slow where it has to cut."""
LANE_LABEL: Final = 36
"""Room for the name of a population before its lane, pixels."""


def overview(index: Index, width: int = WIDE) -> Spec:
    """Return the specification of the overview figure.

    Parameters
    ----------
    index : Index
        The result, indexed.
    width : int
        The whole width, pixels; the names of the areas take their part of it where there is room.

    Returns
    -------
    dict
        Vega-Lite.
    """
    narrow = width < NARROW_BELOW
    plot = width - (24 if narrow else LABEL_LIMIT + 24)
    marks, titles, lanes, lines, height = _layout(index, plot, over=narrow)
    if narrow:
        # On a phone nothing points, and a mark leads to all that it would say.
        marks = [{**mark, "says": ""} for mark in marks]
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False}}
    ticks = [-100, -50, 0, 50, 100] if narrow else list(range(-100, 101, 20))
    layers = scale_layers(100 * index.result.provenance.settings.margin, height, ticks)
    text = {"type": "text", "baseline": "middle", "fill": ROLES["ink"][0]}
    layers += [
        {
            "data": {"values": lines},
            "mark": {"type": "rule", "stroke": ROLES["rule"][0], "strokeWidth": 0.75, "aria": False},
            "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": plot}},
        },
        {
            "data": {"values": titles},
            "mark": {
                **text,
                "align": "left" if narrow else "right",
                "limit": plot if narrow else LABEL_LIMIT - LANE_LABEL,
                "fontSize": 12,
                "fontWeight": "bold" if narrow else "normal",
            },
            "encoding": {
                "x": {"value": 0 if narrow else -14 - LANE_LABEL},
                "y": y,
                "text": {"field": "title"},
                "description": {"field": "title"},
            },
        },
    ]
    if not narrow:
        layers.append(
            {
                "data": {"values": lanes},
                "mark": {**text, "align": "right", "fontSize": 10, "fill": ROLES["muted"][0], "aria": False},
                "encoding": {
                    "x": {"value": -10},
                    "y": y,
                    "text": {"field": "population"},
                    "description": {"field": "population"},
                },
            }
        )
    layers += [_marks(marks, population, y) for population in index.populations]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": _description(index),
        "config": config(),
        "width": plot,
        "height": height,
        "layer": layers,
    }


def scale_layers(margin: float, height: float, ticks: Sequence[int]) -> list[Spec]:
    """Return the layers behind all correlations: the scale from -100 to 100 %, the margin, and a line at 0.

    Parameters
    ----------
    margin : float
        In percent.
    height : float
        Of the plot, pixels.
    ticks : sequence of int
        In percent.
    """
    axis = {"title": "capabilities correlation, %", "values": list(ticks), "format": "d", "domain": False}
    x = {
        "field": "percent",
        "type": "quantitative",
        "scale": {"domain": [-100, 100], "nice": False},
        "axis": {**axis, "labelFlush": False},
    }
    return [
        {
            "data": {"values": [{"from": -margin, "to": margin}]},
            "mark": {"type": "rect", "fill": ROLES["band"][0], "aria": False},
            "encoding": {
                "x": {"field": "from", "type": "quantitative"},
                "x2": {"field": "to"},
                "y": {"value": 0},
                "y2": {"value": height},
            },
        },
        {
            "data": {"values": [{"percent": 0}]},
            "mark": {"type": "rule", "stroke": ROLES["muted"][0], "strokeWidth": 1, "aria": False},
            "encoding": {"x": x, "y": {"value": 0}, "y2": {"value": height}},
        },
    ]


def _layout(
    index: Index, plot: int, *, over: bool
) -> tuple[list[Spec], list[Spec], list[Spec], list[Spec], float]:
    """Place marks, names of areas, names of lanes and lines between areas; return them with the height."""
    marks: list[Spec] = []
    titles: list[Spec] = []
    lanes: list[Spec] = []
    lines: list[Spec] = []
    top = GAP / 2
    for group in index.groups:
        if titles:
            lines.append({"y": top - GAP / 2})
        if over:
            titles.append({"title": shortened(group.title, LABEL_LENGTH), "y": top + TITLE_HEIGHT / 2})
            top += TITLE_HEIGHT
        start = top
        for population in index.populations:
            found = [
                (entry, one, one.rho)
                for entry in group.entries
                if (one := entry.correlations.get(population)) is not None and one.rho is not None
            ]
            if not found:
                continue
            offsets = _swarm([(rho + 1) / 2 * plot for _, _, rho in found])
            lane = max(LANE, 2 * max(map(abs, offsets)) + DOT + 2)
            lanes.append({"population": population, "y": top + lane / 2})
            for (entry, one, rho), offset in zip(found, offsets, strict=True):
                colour = ROLES[role_of(one.verdict)][0]
                marks.append(
                    {
                        "percent": 100 * rho,
                        "y": top + lane / 2 + offset,
                        "population": population,
                        "size": math.pi * ((PART_DOT if entry.depth else DOT) / 2) ** 2,
                        "stroke": colour,
                        "fill": colour if decided(one.verdict) else ROLES["paper"][0],
                        "says": f"{entry.facts.name}, {population} models: {signed_percent(rho)}"
                        f"{interval_words(one.interval, before=', ')}; {one.verdict}",
                        "href": f"{PAGE}{entry.anchor}",
                    }
                )
            top += lane
        if not over:
            titles.append({"title": shortened(group.title, LABEL_LENGTH), "y": (start + top) / 2})
        top += GAP
    return marks, titles, lanes, lines, max(top - GAP / 2, 1.0)


def _swarm(positions: Sequence[float]) -> list[float]:
    """Move marks off a line, as little as is needed, until none covers another by more than its edge."""
    offsets = [0.0] * len(positions)
    placed: list[tuple[float, float]] = []
    for place in sorted(range(len(positions)), key=lambda i: (positions[i], i)):
        x = positions[place]
        near = [(a, b) for a, b in placed if abs(a - x) < DOT]
        step = 0
        # 0, +1, -1, +2, ...: the middle first, so that a lone mark stays on its line.
        while True:
            y = STEP * ((step + 1) // 2) * (1 if step % 2 else -1)
            if all(math.hypot(a - x, b - y) >= OVERLAP * DOT for a, b in near):
                break
            step += 1
        offsets[place] = y
        placed.append((x, y))
    return offsets


def _marks(marks: Sequence[Spec], population: str, y: Spec) -> Spec:
    """Return the layer of one population: its shape, coloured by verdict, hollow where nothing is decided."""
    return {
        "data": {"values": [mark for mark in marks if mark["population"] == population]},
        "mark": {
            "type": "point",
            "shape": POPULATION_SHAPES.get(population, "square"),
            "strokeWidth": 1.25,
            "opacity": 1,
        },
        "encoding": {
            "x": {"field": "percent", "type": "quantitative"},
            "y": y,
            "fill": {"field": "fill", "type": "nominal", "scale": None},
            "stroke": {"field": "stroke", "type": "nominal", "scale": None},
            "size": {"field": "size", "type": "quantitative", "scale": None},
            "description": {"field": "says"},
            "href": {"field": "href"},
        },
    }


def _description(index: Index) -> str:
    number = sum(len(group.entries) for group in index.groups)
    return (
        f"A mark for the capabilities correlation of each of {plural(number, 'benchmark')}, in rows by area, "
        f"for {' and '.join(index.populations)} models, coloured by verdict. "
        "The same figures stand in the tables by area."
    )
