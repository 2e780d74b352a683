"""How much a benchmark moves with capability beside how closely: after figure 4 of the paper.

The text of the paper that was read (v3 of arXiv 2407.21792, converted to Markdown) lacks its figure 4. What is known of
it is what a reader and an author said of it in public in 2024: a diagram of the method, and the one place where the
slope of the regression line stands beside the correlation, since a benchmark that goes closely with capability but
hardly moves with it need not be liable for safetywashing. Its bound on a slope, if it has one, is not known. This
figure puts the study's benchmarks where such a diagram would: the correlation across, the slope upwards, without a
bound on it.
"""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.labels import Point, placed
from confounded.report.figures.overview import safety_rows
from confounded.report.figures.panels import NAME_SIZE, SIZE
from confounded.report.figures.rows import verdict_look
from confounded.report.figures.theme import ROLES, config
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.report.verdicts import decided
from confounded.report.words import interval_words, plural, share, shortened, signed_percent

__all__ = ["correlation_slope"]

Spec = dict[str, Any]

HEIGHTS: Final = (160, 400)
ROW: Final = 8
"""Pixels that a benchmark adds to the height, within these."""
AXIS: Final = 46
HALF_MARK: Final = 4.0
LONGEST: Final = 26
ROOM: Final = 0.06
HALO: Final = {
    "stroke": ROLES["paper"][0],
    "strokeWidth": 2,
    "strokeOpacity": 0.75,
    "strokeJoin": "round",
    "fill": ROLES["paper"][0],
}


def correlation_slope(index: Index, population: str, width: int) -> Spec | None:
    """Return the specification (Vega-Lite) of correlations and slopes; None where no benchmark has both.

    Whole safety benchmarks, as in the forest. One whose lowest and highest scores are not known has no slope on a
    common scale; the figure counts those.
    """
    rows = [row for _, entries in safety_rows(index, population) for row in entries]
    shown = [
        (entry, one, one.rho, one.description.slope_of_scale)
        for entry, one in rows
        if one.rho is not None and one.description and one.description.slope_of_scale is not None
    ]
    if not shown:
        return None
    inner = width - AXIS
    height = min(max(HEIGHTS[0], ROW * len(shown)), HEIGHTS[1])
    slopes = [100 * slope for _, _, _, slope in shown]
    low, high = min(*slopes, 0.0), max(*slopes, 0.0)
    room = (high - low or 1.0) * ROOM
    bottom, top = low - room, high + room
    points = [
        Point(inner * (rho + 1) / 2, height * (top - 100 * slope) / (top - bottom))
        for _, _, rho, slope in shown
    ]
    names = [shortened(short(entry.facts.name), LONGEST) for entry, *_ in shown]
    before = [decided(one.verdict) for _, one, _, _ in shown]
    labels = placed(points, names, inner, height, NAME_SIZE, HALF_MARK, before)
    marks = [
        {
            "x": 100 * rho,
            "y": 100 * slope,
            "low": None if one.interval is None or one.interval.low is None else 100 * one.interval.low,
            "high": None if one.interval is None or one.interval.high is None else 100 * one.interval.high,
            "verdict": short(one.verdict),
            "stroke": verdict_look(one.verdict)["stroke"],
            "says": f"{short(entry.facts.name)}: {signed_percent(rho)}{interval_words(one.interval, before=', ')}, "
            f"{short(one.verdict)}; {share(slope)} of its scale for a standard deviation of capability",
        }
        for entry, one, rho, slope in shown
    ]
    texts = [
        {"text": name, "px": point.x + label.dx, "py": point.y + label.dy, "align": label.align}
        for name, point, label in zip(names, points, labels, strict=True)
        if label is not None
    ]
    margin = 100 * index.result.provenance.settings.margin
    left_out = len(rows) - len(shown)
    note = "Shaded: the margin. Lines: intervals of the correlation." + (
        f" {plural(left_out, 'benchmark')} without a known scale left out." if left_out else ""
    )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"How much {len(shown)} safety benchmarks move with capability, and how closely, over the "
        f"{population} models. {note}",
        "config": config(SIZE),
        "title": {
            "text": note,
            "anchor": "start",
            "frame": "group",
            "fontSize": SIZE,
            "fontWeight": "normal",
            "color": ROLES["muted"][0],
        },
        "width": inner,
        "height": height,
        "layer": _layers(marks, texts, margin, (bottom, top), inner, height),
    }


def _layers(
    marks: list[Spec],
    texts: list[Spec],
    margin: float,
    span: tuple[float, float],
    width: float,
    height: float,
) -> list[Spec]:
    x: Spec = {
        "type": "quantitative",
        "scale": {"domain": [-100, 100], "nice": False},
        "title": "capabilities correlation, %",
        "axis": {"values": list(range(-100, 101, 20)), "domain": False, "grid": False, "labelFlush": False},
    }
    y: Spec = {
        "type": "quantitative",
        "scale": {"domain": list(span), "nice": False, "zero": False},
        "title": "change per standard deviation of capability, % of the scale",
        "axis": {"tickCount": 6, "domain": False, "ticks": False, "titlePadding": 6},
    }
    verdicts = sorted({mark["verdict"] for mark in marks}, key=lambda one: (not decided(one), one))

    def looks(channel: str) -> Spec:
        found = [verdict_look(one)[channel] for one in verdicts]
        return {
            "field": "verdict",
            "type": "nominal",
            "title": None,
            "scale": {"domain": verdicts, "range": found},
            "legend": {
                "orient": "top",
                "direction": "horizontal",
                "labelFontSize": SIZE,
                "labelColor": ROLES["ink"][0],
                "symbolSize": 32,
                "symbolOpacity": 1,
                "offset": 2,
            },
        }

    return [
        {
            "data": {"values": [{"from": -margin, "to": margin}]},
            "mark": {"type": "rect", "fill": ROLES["band"][0], "opacity": 1, "aria": False},
            "encoding": {
                "x": {**x, "field": "from"},
                "x2": {"field": "to"},
                "y": {"value": 0},
                "y2": {"value": height},
            },
        },
        {
            "data": {"values": [{"at": 0}]},
            "mark": {"type": "rule", "stroke": ROLES["muted"][0], "strokeWidth": 0.8, "aria": False},
            "encoding": {"y": {**y, "field": "at"}, "x": {"value": 0}, "x2": {"value": width}},
        },
        {
            "data": {"values": marks},
            "transform": [{"filter": {"field": "low", "valid": True}}],
            "mark": {"type": "rule", "strokeWidth": 0.6, "strokeOpacity": 0.3, "aria": False},
            "encoding": {
                "x": {**x, "field": "low"},
                "x2": {"field": "high"},
                "y": {**y, "field": "y"},
                "stroke": {"field": "stroke", "type": "nominal", "scale": None},
            },
        },
        *_names(texts),
        {
            "data": {"values": marks},
            "mark": {"type": "point", "strokeWidth": 1.2, "opacity": 1, "size": 32},
            "encoding": {
                "x": {**x, "field": "x"},
                "y": {**y, "field": "y"},
                "stroke": looks("stroke"),
                "fill": looks("fill"),
                "shape": looks("shape"),
                "description": {"field": "says"},
            },
        },
    ]


def _names(texts: list[Spec]) -> list[Spec]:
    """Return the layers of the names, with paper around each, so that no line runs through it."""
    pixels: Spec = {"type": "quantitative", "scale": None, "axis": None}
    return [
        {
            "data": {"values": texts},
            "transform": [{"filter": {"field": "align", "equal": align}}],
            "mark": {
                "type": "text",
                "align": align,
                "baseline": "middle",
                "fontSize": NAME_SIZE,
                "aria": False,
                **look,
            },
            "encoding": {
                "x": {"field": "px", **pixels},
                "y": {"field": "py", **pixels},
                "text": {"field": "text"},
            },
        }
        for look in (HALO, {"fill": ROLES["ink"][0]})
        for align in ("left", "right", "center")
    ]
