"""The heat map: how the capability benchmarks correlate with each other."""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.theme import ROLES, config
from confounded.report.index import Index
from confounded.report.words import shortened, signed_percent
from confounded.study.result import PopulationResult

__all__ = ["heatmap"]

CELL: Final = 32
MOST_ANNOTATED: Final = 16
"""With more benchmarks than this a cell is too small for a number."""
GREATEST_WIDTH: Final = 620

# Not the colours of the page: a cell keeps its colour on dark paper, so what is written on it must too.
LOW, NONE, HIGH = "#8c4a9e", "#f6f6f4", "#14548f"
ON_LIGHT, ON_DARK = "#101820", "#fefefe"
DARK_FROM: Final = 0.62
"""Magnitude from which a cell is dark enough to need light figures."""


def heatmap(index: Index, population: PopulationResult, cell: int = CELL) -> dict[str, Any]:
    """Return the specification of the heat map of one population.

    Parameters
    ----------
    index : Index
    population : PopulationResult
    cell : int
        Width and height of a cell, in pixels, where they are few enough to have a number in them.

    Returns
    -------
    dict
        Vega-Lite: one cell for each ordered pair of benchmarks of the suite, the diagonal left empty.
    """
    between = population.capability_correlations
    if between is None:
        raise ValueError("a population whose score was fitted to a suite")
    names = [index.name(benchmark) for benchmark in between.benchmarks]
    cells = [
        {
            "row": row,
            "column": column,
            "rho": rho,
            "shown": f"{100 * rho:.0f}",
            "says": f"{names[row]} and {names[column]}: {signed_percent(rho)}",
        }
        for row, line in enumerate(between.rho)
        for column, rho in enumerate(line)
        if row != column
    ]
    side = cell if len(names) <= MOST_ANNOTATED else max(6, GREATEST_WIDTH // len(names))
    order = list(range(len(names)))

    def axis(orient: str) -> dict[str, Any]:
        return {
            "orient": orient,
            "title": None,
            "domain": False,
            "ticks": False,
            "labelPadding": 5,
            "labelLimit": 110,
            "labelColor": ROLES["ink"][0],
            "labelAngle": -45 if orient == "top" else 0,
            # Names by position: two benchmarks may bear the same name.
            "labelExpr": f"{_literal([shortened(name, 24) for name in names])}[datum.value]",
        }

    x = {"field": "column", "type": "ordinal", "sort": order, "axis": axis("top"), "scale": {"domain": order}}
    y = {"field": "row", "type": "ordinal", "sort": order, "axis": axis("left"), "scale": {"domain": order}}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rect", "stroke": ROLES["paper"][0], "strokeWidth": 1},
            "encoding": {
                "color": {
                    "field": "rho",
                    "type": "quantitative",
                    "scale": {"domain": [-1, 0, 1], "range": [LOW, NONE, HIGH], "interpolate": "lab"},
                    "legend": None,
                },
                "description": {"field": "says"},
            },
        }
    ]
    if len(names) <= MOST_ANNOTATED:
        layers.append(
            {
                "mark": {"type": "text", "fontSize": 11, "aria": False},
                "encoding": {
                    "text": {"field": "shown"},
                    "color": {
                        "condition": {"test": f"abs(datum.rho) >= {DARK_FROM}", "value": ON_DARK},
                        "value": ON_LIGHT,
                    },
                },
            }
        )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"Spearman correlations between the {len(names)} capability benchmarks over the "
        f"{population.population} models, in percent.",
        "config": config(),
        "width": {"step": side},
        "height": {"step": side},
        "data": {"values": cells},
        "encoding": {"x": x, "y": y},
        "layer": layers,
    }


def _literal(names: list[str]) -> str:
    """Return names as an array of Vega's expression language, whatever is in them."""
    quoted = [
        "".join(c if (c.isalnum() and c.isascii()) or c == " " else f"\\u{u:04x}" for c, u in _units(name))
        for name in names
    ]
    return "[" + ",".join(f"'{name}'" for name in quoted) + "]"


def _units(name: str) -> list[tuple[str, int]]:
    """Split a name into UTF-16 units, as escapes of the expression language name them."""
    raw = name.encode("utf-16-be", "surrogatepass")
    units = [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]
    return [(chr(unit), unit) for unit in units]
