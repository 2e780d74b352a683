"""The scatter of a card, with every model named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confounded.report.figures.labels import FONT_SIZE, Point, placed
from confounded.report.figures.scatter import MOST_LABELS, scatter
from confounded.report.figures.theme import FONT, OTHER_FAMILIES, ROLES, FamilyMark
from confounded.report.plain import short
from confounded.report.projection import across
from confounded.scores.table import accuracy_data_set
from confounded.study.result import BenchmarkFacts, Correlation, PopulationResult

__all__ = ["PHONE_WIDTH", "WIDTH", "card_scatter"]

Spec = dict[str, Any]

WIDTH: Final = 640
PHONE_WIDTH: Final = 350
"""What a phone of 390 pixels leaves for a figure."""
HEIGHT: Final = 420
AXIS: Final = 52
"""What the vertical axis and its title take of the width."""
ROOM: Final = 0.05
"""Share of the range that is left free at either end, so that no mark lies on the frame."""


def card_scatter(
    population: PopulationResult,
    benchmark: str,
    one: Correlation,
    facts: BenchmarkFacts,
    marks: Mapping[str, FamilyMark],
    width: int = WIDTH,
) -> Spec:
    """Return the specification (Vega) of a benchmark's scores against capability, a mark a model."""
    is_own = accuracy_data_set(one.correlated_with) in population.scores
    x = across(one, population)
    y = population.scores[benchmark]
    points = [
        (place, float(along), float(up))
        for place, (along, up) in enumerate(zip(x, y, strict=True))
        if along is not None and up is not None
    ]
    domains = [_domain([point[side] for point in points]) for side in (1, 2)]
    inner = width - AXIS
    names = [short(population.models[place].name) for place, _, _ in points]
    at = [
        Point(
            inner * (along - domains[0][0]) / (domains[0][1] - domains[0][0]),
            HEIGHT * (domains[1][1] - up) / (domains[1][1] - domains[1][0]),
        )
        for _, along, up in points
    ]
    # Of so many none would be readable, and finding their places takes long.
    labels = placed(at, names, inner, HEIGHT) if len(at) <= MOST_LABELS else [None] * len(at)
    values = []
    for (place, along, up), name, label in zip(points, names, labels, strict=True):
        model = population.models[place]
        mark = marks.get(model.family, OTHER_FAMILIES)
        values.append(
            {
                "x": along,
                "y": up,
                "name": name if label else "",
                "dx": label.dx if label else 0,
                "dy": label.dy if label else 0,
                "align": label.align if label else "left",
                "family": short(model.family),
                "fill": mark.light,
                "shape": mark.path,
                "says": f"{name} ({short(model.family)}): {along:.4g}, {up:.4g}",
            }
        )
    spec = scatter()
    turned = ", sign turned" if facts.direction == "lower" else ""
    signals = {
        "xTitle": f"{one.correlated_with}"
        if is_own
        else "capability"
        if width < WIDTH
        else f"capability: {short(population.capabilities.title)}",
        "yTitle": f"{short(facts.name)}{turned}",
        "xDomain": domains[0],
        "yDomain": domains[1],
    }
    for signal in spec["signals"]:
        signal["value"] = signals[signal["name"]]
    spec["data"][0]["values"] = values
    if one.curve is not None:
        spec["data"][1]["values"] = [
            {"x": x, "y": y, "low": low, "high": high}
            for x, y, low, high in zip(one.curve.x, one.curve.y, one.curve.low, one.curve.high, strict=True)
        ]
    spec["marks"][-1] = _names()
    spec |= {"width": width, "height": HEIGHT}
    spec["description"] = f"{short(facts.name)} against capability, a mark for each of {len(points)} models"
    return spec


def _names() -> Spec:
    """Return the mark of the names, which stand where they were placed: the program that draws cannot place them."""
    return {
        "type": "text",
        "interactive": False,
        "from": {"data": "models"},
        "encode": {
            "enter": {
                "x": {"scale": "x", "field": "x", "offset": {"field": "dx"}},
                "y": {"scale": "y", "field": "y", "offset": {"field": "dy"}},
                "align": {"field": "align"},
                "baseline": {"value": "middle"},
                "text": {"field": "name"},
                "font": {"value": FONT},
                "fontSize": {"value": FONT_SIZE},
                "fill": {"value": ROLES["muted"][0]},
                "aria": {"value": False},
            }
        },
    }


def _domain(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    room = (high - low or abs(high) or 1.0) * ROOM
    return [low - room, high + room]
