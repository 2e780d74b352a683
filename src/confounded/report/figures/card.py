"""The two figures of a card: the scatter with every model named, and the correlation without each family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confounded.report.figures.labels import FONT_SIZE, Point, placed
from confounded.report.figures.scatter import MOST_LABELS, scatter
from confounded.report.figures.theme import FONT, OTHER_FAMILIES, ROLES, FamilyMark, config
from confounded.report.plain import short
from confounded.report.projection import across
from confounded.report.verdicts import decided, role_of
from confounded.scores.table import accuracy_data_set
from confounded.study.result import BenchmarkFacts, Correlation, PopulationResult

__all__ = ["PHONE_WIDTH", "WIDTH", "card_scatter", "family_strip"]

Spec = dict[str, Any]

WIDTH: Final = 640
PHONE_WIDTH: Final = 350
"""What a phone of 390 pixels leaves for a figure."""
HEIGHT: Final = 420
AXIS: Final = 52
"""What the vertical axis and its title take of the width."""
ROOM: Final = 0.05
"""Share of the range that is left free at either end, so that no mark lies on the frame."""

LABEL_LIMIT: Final = 190
ROW: Final = 20
MOST_FAMILIES: Final = 40
"""More families than this make a strip that nobody reads; those that move the correlation most are shown."""


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


def family_strip(one: Correlation, margin: float, width: int = WIDTH) -> Spec | None:
    """Return the specification (Vega-Lite) of the correlation without each family; None where there are none."""
    whole = one.rho
    left = [w for w in one.without_family if w.rho is not None]
    if whole is None or not left:
        return None
    left = sorted(left, key=lambda w: -abs((w.rho or 0.0) - whole))[:MOST_FAMILIES]
    rows: list[Spec] = [
        {
            "family": f"without {short(w.family)}",
            "rho": w.rho,
            "colour": ROLES[role_of(w.verdict or "undecided")][0],
            "fill": ROLES[role_of(w.verdict or "")][0]
            if w.verdict and decided(w.verdict)
            else ROLES["paper"][0],
        }
        for w in left
    ]
    order = ["all models", *(row["family"] for row in rows)]
    colour = ROLES[role_of(one.verdict)][0]
    everything: Spec = {
        "family": order[0],
        "rho": whole,
        "colour": colour,
        "fill": colour if decided(one.verdict) else ROLES["paper"][0],
    }
    interval = one.interval
    if interval is not None and interval.low is not None:
        everything |= {"low": interval.low, "high": interval.high}
    return _strip([everything, *rows], order, margin, whole, width)


def _strip(values: Sequence[Spec], order: Sequence[str], margin: float, whole: float, width: int) -> Spec:
    x = {
        "type": "quantitative",
        "scale": {"domain": [-1, 1], "nice": False},
        "title": "capabilities correlation (ρ)",
        "axis": {
            "values": [-1, -0.8, -0.4, 0, 0.4, 0.8, 1] if width < WIDTH else [n / 5 for n in range(-5, 6)],
            "format": "+.1f",
            "labelOverlap": False,
            "labelFlush": False,
            "domain": False,
        },
    }
    y = {
        "field": "family",
        "type": "nominal",
        "sort": list(order),
        "title": None,
        "axis": {"labelLimit": min(LABEL_LIMIT, width // 3), "grid": False, "domain": False, "ticks": False},
    }
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"The correlation with all models and without each of {len(order) - 1} families; "
        f"the band is the "
        "margin",
        "config": config(12) | {"padding": {"left": 16, "top": 4, "right": 4, "bottom": 4}},
        "width": width - min(LABEL_LIMIT, width // 3),
        "height": {"step": ROW},
        "layer": [
            {
                "data": {"values": [{"from": -margin, "to": margin}]},
                "mark": {"type": "rect", "fill": ROLES["band"][0], "aria": False},
                "encoding": {"x": {**x, "field": "from"}, "x2": {"field": "to"}},
            },
            {
                "data": {"values": [{"at": whole}]},
                "mark": {"type": "rule", "stroke": ROLES["rule"][0], "strokeDash": [3, 3], "aria": False},
                "encoding": {"x": {**x, "field": "at"}},
            },
            {
                "data": {"values": [value for value in values if "low" in value]},
                "mark": {"type": "rule", "strokeWidth": 1.6, "aria": False},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "stroke": colour},
            },
            {
                "data": {"values": list(values)},
                "mark": {"type": "point", "size": 44, "strokeWidth": 1.6, "opacity": 1},
                "encoding": {
                    "x": {**x, "field": "rho"},
                    "y": y,
                    "stroke": colour,
                    "fill": {"field": "fill", "type": "nominal", "scale": None},
                },
            },
        ],
    }


def _domain(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    room = (high - low or abs(high) or 1.0) * ROOM
    return [low - room, high + room]
