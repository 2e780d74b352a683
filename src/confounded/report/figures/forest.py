"""The forest plot: each whole benchmark's capabilities correlation with its interval, by area."""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.render import PAGE
from confounded.report.figures.theme import POPULATION_COLOURS, ROLES, config
from confounded.report.index import Index
from confounded.report.standing import standing
from confounded.report.words import interval_words, plural, signed_percent

__all__ = ["forest"]

Spec = dict[str, Any]

PLOT: Final = 470
LABEL_LIMIT: Final = 300
LINE: Final = 7.5
"""Height of one interval, pixels."""
ROW_GAP: Final = 5.0
AREA_TITLE: Final = 26.0


def forest(index: Index) -> Spec:
    """Return the specification of the forest plot.

    Parts of a benchmark that is there itself are left out; so are benchmarks without any correlation.

    Returns
    -------
    dict
        Vega-Lite.
    """
    marks, names, titles, height = _layout(index)
    margin = 100 * index.result.provenance.settings.margin
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False}}
    x = {
        "field": "percent",
        "type": "quantitative",
        "scale": {"domain": [-100, 100], "nice": False},
        "axis": {
            "title": "capabilities correlation, %",
            "values": list(range(-100, 101, 20)),
            "format": "d",
            "domain": False,
        },
    }
    label = {
        "type": "text",
        "baseline": "middle",
        "align": "right",
        "limit": LABEL_LIMIT,
        "fill": ROLES["ink"][0],
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
            "data": {"values": titles},
            "mark": {**label, "fontWeight": "bold", "fontSize": 12},
            "encoding": {"x": {"value": -12}, "y": y, "text": {"field": "title"}},
        },
        {
            "data": {"values": names},
            "mark": label,
            "encoding": {"x": {"value": -12}, "y": y, "text": {"field": "name"}, "href": {"field": "href"}},
        },
    ]
    for population in index.populations:
        colour = POPULATION_COLOURS.get(population, ROLES["ink"][0])
        own = [mark for mark in marks if mark["population"] == population]
        layers += [
            {
                "data": {"values": [mark for mark in own if "low" in mark]},
                "mark": {"type": "rule", "stroke": colour, "strokeWidth": 1.4, "aria": False},
                "encoding": {
                    "x": {"field": "low", "type": "quantitative"},
                    "x2": {"field": "high"},
                    "y": y,
                },
            },
            {
                "data": {"values": own},
                "mark": {
                    "type": "point",
                    "shape": "circle",
                    "size": 26,
                    "stroke": colour,
                    "strokeWidth": 1.3,
                    "opacity": 1,
                },
                "encoding": {
                    "x": x,
                    "y": y,
                    "fill": {
                        "condition": {"test": "datum.decided", "value": colour},
                        "value": ROLES["paper"][0],
                    },
                    "description": {"field": "says"},
                },
            },
        ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"The capabilities correlations of {plural(len(names), 'benchmark')} with their intervals, by "
        f"area, for {' and '.join(index.populations)} models. The same figures stand in the tables by area.",
        "config": config(),
        "width": PLOT,
        "height": height,
        "layer": layers,
    }


def _layout(index: Index) -> tuple[list[Spec], list[Spec], list[Spec], float]:
    """Place intervals, names of benchmarks and titles of areas; return them with the height that they take."""
    margin = index.result.provenance.settings.margin
    marks: list[Spec] = []
    names: list[Spec] = []
    titles: list[Spec] = []
    top = 0.0
    for group in index.groups:
        rows = [
            (entry, found)
            for entry in group.entries
            if entry.depth == 0
            and (found := [one for one in entry.correlations.values() if one.rho is not None])
        ]
        if not rows:
            continue
        titles.append({"title": group.title, "y": top + AREA_TITLE / 2 + 3})
        top += AREA_TITLE
        for entry, found in rows:
            start = top
            for one in found:
                mark: Spec = {
                    "percent": 100 * (one.rho or 0.0),
                    "population": one.population,
                    "y": top + LINE / 2,
                    "decided": standing(one, margin) != "undecided",
                    "says": f"{entry.facts.name}, {one.population} models: {signed_percent(one.rho)}"
                    f"{interval_words(one.interval, before=', ')}",
                }
                if (
                    one.interval is not None
                    and one.interval.low is not None
                    and one.interval.high is not None
                ):
                    mark |= {"low": 100 * one.interval.low, "high": 100 * one.interval.high}
                marks.append(mark)
                top += LINE
            top = max(top, start + 2 * LINE)
            names.append({"name": entry.facts.name, "y": (start + top) / 2, "href": f"{PAGE}{entry.anchor}"})
            top += ROW_GAP
    return marks, names, titles, max(top, 1.0)
