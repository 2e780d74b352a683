"""The overview: every benchmark's capabilities correlation as a dot, by area and population."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from confounded.report.figures.render import PAGE
from confounded.report.figures.theme import POPULATION_COLOURS, ROLES, config
from confounded.report.index import Index
from confounded.report.standing import standing
from confounded.report.words import interval_words, plural, signed_percent

__all__ = ["overview"]

Spec = dict[str, Any]

WIDE: Final = 860
NARROW_BELOW: Final = 560
"""Below this width the names of the areas stand over their rows instead of beside them."""

DOT: Final = 7.0
"""Diameter of the dot of a whole benchmark, pixels."""
PART_DOT: Final = 4.4
"""Diameter of the dot of a part of a benchmark: its whole is there itself."""
STEP: Final = 3.5
"""What a dot gives way by where it would cover another, pixels."""
LANE: Final = 13.0
"""Least height of the dots of one population in one area, pixels."""
GAP: Final = 11.0
"""Between two areas, pixels."""
TITLE_HEIGHT: Final = 17.0
LABEL_LIMIT: Final = 250


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
    dots, titles, lines, height = _layout(index, plot, over=narrow)
    margin = 100 * index.result.provenance.settings.margin
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False}}
    x = {
        "field": "percent",
        "type": "quantitative",
        "scale": {"domain": [-100, 100], "nice": False},
        "axis": {
            "title": "capabilities correlation, %",
            "values": [-100, -50, 0, 50, 100] if narrow else list(range(-100, 101, 20)),
            "format": "d",
            "domain": False,
        },
    }
    layers: list[Spec] = [
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
        {
            "data": {"values": lines},
            "mark": {"type": "rule", "stroke": ROLES["rule"][0], "strokeWidth": 0.75, "aria": False},
            "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": plot}},
        },
        {
            "data": {"values": titles},
            "mark": {
                "type": "text",
                "align": "left" if narrow else "right",
                "baseline": "middle",
                "limit": plot if narrow else LABEL_LIMIT,
                "fontSize": 12,
                "fontWeight": "bold" if narrow else "normal",
                "fill": ROLES["ink"][0],
            },
            "encoding": {"x": {"value": 0 if narrow else -14}, "y": y, "text": {"field": "title"}},
        },
    ]
    layers += [_dots(dots, population, x, y) for population in index.populations]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": _description(index),
        "config": config(),
        "width": plot,
        "height": height,
        "layer": layers,
        "resolve": {"axis": {"x": "shared", "y": "shared"}},
    }


def _layout(index: Index, plot: int, *, over: bool) -> tuple[list[Spec], list[Spec], list[Spec], float]:
    """Place dots, names of areas and lines between areas; return them with the height that they take."""
    dots: list[Spec] = []
    titles: list[Spec] = []
    lines: list[Spec] = []
    margin = index.result.provenance.settings.margin
    top = GAP / 2
    for group in index.groups:
        if lines or titles:
            lines.append({"y": top - GAP / 2})
        if over:
            titles.append({"title": group.title, "y": top + TITLE_HEIGHT / 2})
            top += TITLE_HEIGHT
        start = top
        for population in index.populations:
            points = [
                (entry, one.rho, standing(one, margin) != "undecided")
                for entry in group.entries
                if (one := entry.correlations.get(population)) is not None and one.rho is not None
            ]
            if not points:
                continue
            offsets = _swarm([(rho + 1) / 2 * plot for _, rho, _ in points])
            reach = max(map(abs, offsets))
            lane = max(LANE, 2 * reach + DOT + 2)
            dots += [
                {
                    "percent": 100 * rho,
                    "y": top + lane / 2 + offset,
                    "population": population,
                    "decided": decided,
                    "size": 3.1416 * ((PART_DOT if entry.depth else DOT) / 2) ** 2,
                    "says": f"{entry.facts.name}, {population} models: {signed_percent(rho)}"
                    f"{interval_words(entry.correlations[population].interval, before=', ')}",
                    "href": f"{PAGE}{entry.anchor}",
                }
                for (entry, rho, decided), offset in zip(points, offsets, strict=True)
            ]
            top += lane
        if not over:
            titles.append({"title": group.title, "y": (start + top) / 2})
        top += GAP
    return dots, titles, lines, max(top - GAP / 2, 1.0)


def _swarm(positions: Sequence[float]) -> list[float]:
    """Move dots off a line, as little as is needed, until none covers another by more than its edge."""
    offsets = [0.0] * len(positions)
    placed: list[tuple[float, float]] = []
    for place in sorted(range(len(positions)), key=lambda i: (positions[i], i)):
        x = positions[place]
        near = [(a, b) for a, b in placed if abs(a - x) < DOT]
        step = 0
        # 0, +1, -1, +2, ...: the middle first, so that a lone dot stays on its line.
        while True:
            y = STEP * ((step + 1) // 2) * (1 if step % 2 else -1)
            if all((a - x) ** 2 + (b - y) ** 2 >= (0.92 * DOT) ** 2 for a, b in near):
                break
            step += 1
        offsets[place] = y
        placed.append((x, y))
    return offsets


def _dots(dots: Sequence[Spec], population: str, x: Spec, y: Spec) -> Spec:
    """Return the layer of one population: discs where the interval decides, rings where it does not."""
    colour = POPULATION_COLOURS.get(population, ROLES["ink"][0])
    fill = {"condition": {"test": "datum.decided", "value": colour}, "value": ROLES["paper"][0]}
    return {
        "data": {"values": [dot for dot in dots if dot["population"] == population]},
        "mark": {
            "type": "point",
            "shape": "circle",
            "stroke": colour,
            "strokeWidth": 1.25,
            "opacity": 1,
        },
        "encoding": {
            "x": x,
            "y": y,
            "fill": fill,
            "size": {"field": "size", "type": "quantitative", "scale": None, "legend": None},
            "description": {"field": "says"},
            "href": {"field": "href"},
        },
    }


def _description(index: Index) -> str:
    number = sum(len(group.entries) for group in index.groups)
    populations = " and ".join(index.populations)
    return (
        f"A dot for the capabilities correlation of each of {plural(number, 'benchmark')}, in rows by area, "
        f"for {populations} models. The same figures stand in the tables by area."
    )
