"""How many capabilities a suite has, and which of two a benchmark follows."""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.row_list import Row, percent, row_figure
from confounded.report.figures.theme import ROLES, config
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.report.words import and_list, shortened
from confounded.study.components_result import BenchmarkComponents, CapabilityComponents, ComponentCorrelation

__all__ = ["component_rows", "components_figure", "led_by", "scree"]

Spec = dict[str, Any]

HEIGHT: Final = 300
SHUFFLED: Final = "threshold of shuffled scores"
FOUND: Final = "the suite"
BAR: Final = "M-1.8,-.16H1.8V.16H-1.8Z"
"""A short bar, which shows on both sides of the mark that it is compared with."""
GIVEN_FIRST: Final = "threshold of a second, given the first"
MOST_LEADING: Final = 3
NAME_LENGTH: Final = 24


def scree(found: CapabilityComponents, width: int, size: float = 11) -> Spec:
    """Return the specification (Vega-Lite) of the eigenvalues of a suite beside those of shuffled scores.

    Parameters
    ----------
    found : CapabilityComponents
    width : int
        Of the whole, pixels.
    size : float
        Of the type, pixels.
    """
    places = range(1, len(found.eigenvalues) + 1)
    values = [
        {
            "component": place,
            "eigenvalue": value,
            "of": name,
            "says": f"Component {place}, {name}: {value:.3g}",
        }
        for name, column in ((FOUND, found.eigenvalues), (SHUFFLED, found.thresholds))
        for place, value in zip(places, column, strict=True)
    ]
    values.append(
        {
            "component": 2,
            "eigenvalue": found.second_threshold,
            "of": GIVEN_FIRST,
            "says": f"Component 2, {GIVEN_FIRST}: {found.second_threshold:.3g}",
        }
    )
    domain = [FOUND, SHUFFLED, GIVEN_FIRST]
    x = {
        "field": "component",
        "type": "quantitative",
        "title": "component",
        "scale": {"domain": [0.6, len(places) + 0.4], "nice": False, "zero": False},
        "axis": {"values": list(places), "grid": False, "domain": False, "format": "d"},
    }
    y = {
        "field": "eigenvalue",
        "type": "quantitative",
        "title": "eigenvalue",
        "scale": {"domainMin": 0},
        "axis": {"tickCount": 5, "domain": False, "ticks": False},
    }
    legend = {
        "orient": "top",
        "direction": "vertical",
        "labelLimit": width,
        "title": None,
        "symbolOpacity": 1,
    }
    looks = {
        "color": {
            "field": "of",
            "type": "nominal",
            "scale": {"domain": domain, "range": [ROLES[role][0] for role in ("ink", "muted", "link")]},
            "legend": legend,
        },
        "shape": {
            "field": "of",
            "type": "nominal",
            "scale": {"domain": domain, "range": ["circle", "diamond", BAR]},
            "legend": legend,
        },
    }
    lines: list[Spec] = [
        {
            "transform": [{"filter": {"field": "of", "equal": name}}],
            "mark": {
                "type": "line",
                "strokeWidth": 1.5,
                "aria": False,
                "strokeDash": dash,
                "stroke": ROLES[role][0],
            },
            "encoding": {"x": x, "y": y},
        }
        for name, role, dash in ((FOUND, "ink", [1, 0]), (SHUFFLED, "muted", [4, 3]))
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"Eigenvalues of the suite of the {short(found.population)} models against thresholds from "
        f"{found.n_draws} shuffled tables: {_listed(found.eigenvalues)} against {_listed(found.thresholds)}; "
        f"the second, given the first, against {found.second_threshold:.3g}",
        "config": config(size) | {"legend": {"labelFontSize": size, "labelColor": ROLES["ink"][0]}},
        "autosize": {"type": "fit", "contains": "padding"},
        "width": width,
        "height": HEIGHT,
        "data": {"values": values},
        "layer": [
            *lines,
            {
                "mark": {"type": "point", "filled": True, "size": 50, "opacity": 1},
                "encoding": {"x": x, "y": y, **looks, "description": {"field": "says"}},
            },
        ],
    }


def led_by(index: Index, benchmarks: list[str]) -> str:
    """Name a component by the capability benchmarks that hang most on it."""
    names = [shortened(short(index.name(one)), NAME_LENGTH) for one in benchmarks[:MOST_LEADING]]
    return and_list(names)


def component_rows(index: Index, found: CapabilityComponents, one: BenchmarkComponents) -> list[Row]:
    """Return the correlation of a benchmark with each component of a suite that has two."""
    return [
        _row(led_by(index, leaders), own, one)
        for leaders, own in ((found.first_led_by, one.first), (found.second_led_by, one.second))
        if own.rho is not None
    ]


def components_figure(index: Index, population: str, benchmark: str, width: int) -> Spec | None:
    """Return the specification (Vega-Lite) of those rows; None where the suite has one component.

    Parameters
    ----------
    index : Index
    population, benchmark : str
    width : int
        Of the whole, pixels.
    """
    found = next((one for one in index.result.components if one.population == population), None)
    one = next((own for own in found.benchmarks if own.benchmark == benchmark), None) if found else None
    rows = component_rows(index, found, one) if found and one else []
    if not rows:
        return None
    return row_figure(
        rows,
        f"The correlation of {short(index.name(benchmark))} with each of two capabilities",
        width,
        margin=index.result.provenance.settings.margin,
    )


def _row(text: str, own: ComponentCorrelation, one: BenchmarkComponents) -> Row:
    return Row(
        text=text,
        at=percent(own.rho),
        low=percent(own.low),
        high=percent(own.high),
        n_models=one.n_models,
        n_families=one.n_families,
        verdict=own.verdict,
        reason=own.reason,
    )


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:.3g}" for value in values)
