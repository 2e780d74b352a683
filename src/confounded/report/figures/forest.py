"""The forest plot: each whole benchmark's capabilities correlation with its interval, by area, coloured by verdict."""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.overview import scale_layers
from confounded.report.figures.render import PAGE
from confounded.report.figures.theme import POPULATION_SHAPES, ROLES, config
from confounded.report.index import Index
from confounded.report.verdicts import decided, role_of
from confounded.report.words import interval_words, plural, shortened, signed_percent

__all__ = ["forest"]

Spec = dict[str, Any]

PLOT: Final = 520
LABEL_LIMIT: Final = 310
LABEL_LENGTH: Final = 54
"""Characters that fit there; the drawing program is slow where it has to cut."""
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
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False}}
    colour = {"field": "colour", "type": "nominal", "scale": None}
    label = {
        "type": "text",
        "baseline": "middle",
        "align": "right",
        "limit": LABEL_LIMIT,
        "fill": ROLES["ink"][0],
    }
    layers = scale_layers(100 * index.result.provenance.settings.margin, height, list(range(-100, 101, 20)))
    layers += [
        {
            "data": {"values": titles},
            "mark": {**label, "fontWeight": "bold", "fontSize": 12},
            "encoding": {
                "x": {"value": -12},
                "y": y,
                "text": {"field": "title"},
                "description": {"field": "title"},
            },
        },
        {
            "data": {"values": names},
            "mark": label,
            "encoding": {
                "x": {"value": -12},
                "y": y,
                "text": {"field": "name"},
                "description": {"field": "name"},
                "href": {"field": "href"},
            },
        },
    ]
    for population in index.populations:
        own = [mark for mark in marks if mark["population"] == population]
        layers += [
            {
                "data": {"values": [mark for mark in own if "low" in mark]},
                "mark": {"type": "rule", "strokeWidth": 1.3, "aria": False},
                "encoding": {
                    "x": {"field": "low", "type": "quantitative"},
                    "x2": {"field": "high"},
                    "y": y,
                    "stroke": colour,
                },
            },
            {
                "data": {"values": own},
                "mark": {
                    "type": "point",
                    "shape": POPULATION_SHAPES.get(population, "square"),
                    "size": 28,
                    "strokeWidth": 1.3,
                    "opacity": 1,
                },
                "encoding": {
                    "x": {"field": "percent", "type": "quantitative"},
                    "y": y,
                    "stroke": colour,
                    "fill": {"field": "fill", "type": "nominal", "scale": None},
                    "description": {"field": "says"},
                },
            },
        ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"The capabilities correlations of {plural(len(names), 'benchmark')} with their intervals, by "
        f"area, for {' and '.join(index.populations)} models, coloured by verdict. "
        "The same figures stand in the tables by area.",
        "config": config(),
        "width": PLOT,
        "height": height,
        "layer": layers,
    }


def _layout(index: Index) -> tuple[list[Spec], list[Spec], list[Spec], float]:
    """Place intervals, names of benchmarks and titles of areas; return them with the height that they take."""
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
        titles.append({"title": shortened(group.title, LABEL_LENGTH), "y": top + AREA_TITLE / 2 + 3})
        top += AREA_TITLE
        for entry, found in rows:
            start = top
            for one in found:
                colour = ROLES[role_of(one.verdict)][0]
                mark: Spec = {
                    "percent": 100 * (one.rho or 0.0),
                    "population": one.population,
                    "y": top + LINE / 2,
                    "colour": colour,
                    "fill": colour if decided(one.verdict) else ROLES["paper"][0],
                    "says": f"{entry.facts.name}, {one.population} models: {signed_percent(one.rho)}"
                    f"{interval_words(one.interval, before=', ')}; {one.verdict}",
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
            names.append(
                {
                    "name": shortened(entry.facts.name, LABEL_LENGTH),
                    "y": (start + top) / 2,
                    "href": f"{PAGE}{entry.anchor}",
                }
            )
            top += ROW_GAP
    return marks, names, titles, max(top, 1.0)
