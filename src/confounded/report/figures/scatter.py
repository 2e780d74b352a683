"""The scatter of one benchmark: its scores against capability, a mark a model.

There is one for each benchmark and population, hundreds in all, so they are not drawn here: the page holds this
one specification and the scores, and draws a scatter when its benchmark is opened. A card draws the same.

In a paper the same scatter is a panel (`panels`), and not this: the page is as wide as its reader's screen, so names
can only be placed there, for which Vega has a transform and Vega-Lite has none; on paper the width is known, the names
are placed here (`labels`), several panels share a legend, and the correlation stands above. The tests of the page hold
the marks of the one against those of the other.
"""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.theme import FONT, ROLES

__all__ = ["MOST_LABELS", "scatter"]

HEIGHT: Final = 400
MOST_LABELS: Final = 80
"""With more models than this, names beside the marks would hide them; they are then shown on pointing only."""


def scatter() -> dict[str, Any]:
    """Return the specification of a scatter, without data.

    Returns
    -------
    dict
        Vega, not Vega-Lite, which cannot place labels so that none covers another. The signals ``width``,
        ``xTitle``, ``yTitle``, ``xDomain`` and ``yDomain`` and the data ``models`` (x, y, name, family, fill,
        shape, says, weight), ``curve`` (x, y, low, high) and ``cells`` (x, y, size, share, says) are filled in by
        the page.
    """
    ink, muted, paper = ROLES["ink"][0], ROLES["muted"][0], ROLES["paper"][0]
    axis = {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelColor": muted,
        "titleColor": ink,
        "labelFontSize": 11,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "grid": True,
        "gridColor": ROLES["faint"][0],
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "labelFlush": False,
        "tickCount": 5,
    }
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "description": "",
        "width": 420,
        "height": HEIGHT,
        "padding": 4,
        "autosize": {"type": "fit", "contains": "padding"},
        "background": None,
        "signals": [
            {"name": "xTitle", "value": ""},
            {"name": "yTitle", "value": ""},
            {"name": "xDomain", "value": [0, 1]},
            {"name": "yDomain", "value": [0, 1]},
        ],
        "data": [
            {"name": "models", "values": []},
            {"name": "curve", "values": []},
            {"name": "cells", "values": []},
        ],
        "scales": [
            {
                "name": name,
                "type": "linear",
                "range": extent,
                "zero": False,
                "domain": {"signal": domain},
            }
            for name, extent, domain in (("x", "width", "xDomain"), ("y", "height", "yDomain"))
        ],
        "axes": [
            {"scale": "x", "orient": "bottom", "title": {"signal": "xTitle"}, **axis},
            {
                "scale": "y",
                "orient": "left",
                "title": {"signal": "yTitle"},
                "titleLimit": HEIGHT - 30,
                **axis,
            },
        ],
        "marks": [
            *_curve(),
            _cells(),
            {
                "name": "marks",
                "type": "symbol",
                "from": {"data": "models"},
                "encode": {
                    "enter": {
                        "x": {"scale": "x", "field": "x"},
                        "y": {"scale": "y", "field": "y"},
                        "fill": {"field": "fill"},
                        "stroke": {"value": paper},
                        "strokeWidth": {"value": 0.8},
                        "shape": {"field": "shape"},
                        "size": {"value": 72},
                        "description": {"field": "says"},
                    },
                    "update": {"x": {"scale": "x", "field": "x"}, "y": {"scale": "y", "field": "y"}},
                },
            },
            {
                "name": "names",
                "type": "text",
                "interactive": False,
                "from": {"data": "marks"},
                "sort": {"field": "datum.weight", "order": "descending"},
                "encode": {
                    "enter": {
                        "text": {"signal": f"length(data('models')) > {MOST_LABELS} ? '' : datum.datum.name"},
                        "font": {"value": FONT},
                        "fontSize": {"value": 10.5},
                        "fill": {"value": muted},
                        "aria": {"value": False},
                    }
                },
                "transform": [
                    {
                        "type": "label",
                        "size": {"signal": "[width, height]"},
                        "anchor": [
                            "right",
                            "left",
                            "top",
                            "bottom",
                            "top-right",
                            "bottom-right",
                            "top-left",
                            "bottom-left",
                        ],
                        "offset": [3],
                        "padding": 2,
                        "avoidMarks": ["marks"],
                    }
                ],
            },
        ],
    }


def _curve() -> list[dict[str, Any]]:
    """Return the marks of the fitted curve and its band, which lie under the models."""
    x = {"scale": "x", "field": "x"}
    return [
        {
            "type": "area",
            "aria": False,
            "from": {"data": "curve"},
            "interactive": False,
            "encode": {
                "update": {
                    "x": x,
                    "y": {"scale": "y", "field": "high"},
                    "y2": {"scale": "y", "field": "low"},
                    "defined": {"signal": "datum.low !== null && datum.high !== null"},
                    "interpolate": {"value": "monotone"},
                    "fill": {"value": ROLES["band"][0]},
                }
            },
            "clip": True,
        },
        {
            "type": "line",
            "aria": False,
            "from": {"data": "curve"},
            "interactive": False,
            "encode": {
                "update": {
                    "x": x,
                    "y": {"scale": "y", "field": "y"},
                    "interpolate": {"value": "monotone"},
                    "stroke": {"value": ROLES["muted"][0]},
                    "strokeWidth": {"value": 1.5},
                }
            },
            "clip": True,
        },
    ]


def _cells() -> dict[str, Any]:
    """Return the marks of counted models, for a study of more models than can be told apart."""
    return {
        "name": "counts",
        "type": "symbol",
        "description": "models, counted in cells",
        "from": {"data": "cells"},
        "encode": {
            "enter": {
                "x": {"scale": "x", "field": "x"},
                "y": {"scale": "y", "field": "y"},
                "shape": {"value": "square"},
                "size": {"field": "size"},
                "fill": {"value": ROLES["link"][0]},
                "fillOpacity": {"field": "share"},
                "description": {"field": "says"},
            }
        },
    }
