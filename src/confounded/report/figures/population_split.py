"""One benchmark against capability, its models parted: the trend over all, and that of each stratum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from confounded.report.figures.theme import FAMILY_MARKS, ROLES, config
from confounded.report.words import shortened
from confounded.scores.table import accuracy_data_set
from confounded.study.result import BenchmarkFacts, StudyResult
from confounded.study.strata_result import BenchmarkStrata, SplitCorrelations, StratumCorrelation, Trend

__all__ = ["population_split"]

Spec = dict[str, Any]

WIDE: Final = 640
HEIGHT: Final = 380

MOST_POINTS: Final = 1500
"""Marks that are drawn; of more models every so many-th is, in the order of capability, and the figure says so."""

MOST_STRATA: Final = len(FAMILY_MARKS)
TITLE_LENGTH: Final = 48
ALL: Final = "all models"
MINUS: Final = "\N{MINUS SIGN}"


def population_split(
    result: StudyResult, found: BenchmarkStrata, by: str | None = None, width: int = WIDE
) -> Spec:
    """Return the specification of the figure of one benchmark in one scope.

    Parameters
    ----------
    result : StudyResult
    found : BenchmarkStrata
        One of `result.strata`, with an alarm: only these have trends.
    by : str, optional
        The split to show; that of the first alarm by default.
    width : int
        Of the plot, pixels.

    Returns
    -------
    dict
        Vega-Lite.

    Raises
    ------
    KeyError
        If there is no such split.
    """
    by = by or next((one.by for one in found.reversals), None) or found.splits[0].by
    split = next((one for one in found.splits if one.by == by), None)
    if split is None:
        raise KeyError(by)
    strata = sorted(split.strata, key=lambda one: -one.n_models)[:MOST_STRATA]
    strata = [one for one in split.strata if one in strata]  # as they stand, the largest ones
    points, n_models = _points(result, found, split, [one.stratum for one in strata])
    facts = next(one for one in result.benchmarks if one.benchmark == found.benchmark)
    marks = FAMILY_MARKS[: len(strata)]
    names = [_label(one.stratum, one) for one in strata]
    color = {
        "field": "stratum",
        "type": "nominal",
        "title": None,
        "scale": {"domain": names, "range": [mark.light for mark in marks]},
        "legend": {
            "orient": "top",
            "direction": "vertical",
            "labelLimit": width,
            "symbolOpacity": 1,
            "labelColor": ROLES["ink"][0],
        },
    }
    shape = {
        "field": "stratum",
        "type": "nominal",
        "title": None,
        "scale": {"domain": names, "range": [mark.path for mark in marks]},
        "legend": color["legend"],
    }
    x = _axis("x", _x_title(facts))
    y = _axis("y", f"{shortened(facts.name, TITLE_LENGTH)}, {_unit(facts)}")
    labels = dict(zip([one.stratum for one in strata], names, strict=True))
    thinned = "" if len(points) == n_models else f" ({len(points):,} of {n_models:,} marks drawn)"
    layers: list[Spec] = [
        {
            "data": {"values": [{**point, "stratum": labels[point["stratum"]]} for point in points]},
            "mark": {"type": "point", "filled": True, "size": 16, "opacity": 0.45, "aria": False},
            "encoding": {"x": x, "y": y, "color": color, "shape": shape},
        }
    ]
    trends = [(one.trend, mark.light, labels[one.stratum]) for one, mark in zip(strata, marks, strict=True)]
    for trend, ink, name in [*trends, (found.overall.trend, ROLES["ink"][0], _label(ALL, found.overall))]:
        if trend is not None:
            layers += _line(trend, ink, name, x, y, dashed=ink == ROLES["ink"][0])
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": _description(found, facts, strata, len(points), n_models),
        "config": config(),
        "title": {
            "text": f"Dashed: {_label(ALL, found.overall)}{thinned}",
            "anchor": "start",
            "fontSize": 11,
            "fontWeight": "normal",
            "color": ROLES["ink"][0],
        },
        "width": width,
        "height": HEIGHT,
        "layer": layers,
    }


def _points(
    result: StudyResult, found: BenchmarkStrata, split: SplitCorrelations, shown: Sequence[str]
) -> tuple[list[dict[str, Any]], int]:
    """Return the marks, and of how many models they are."""
    scope = next(one for one in result.scopes if one.population == found.population)
    parted = next(one for one in scope.splits if one.by == split.by)
    own = [one for one in result.populations if not scope.models and one.population == scope.population]
    populations = own or list(result.populations)
    ys = [y for one in populations for y in _column(one.scores, found.benchmark, len(one.models))]
    xs: list[float | None]
    if scope.models:
        xs = list(scope.capabilities_scores)
    else:
        xs = [model.capabilities_score for one in populations for model in one.models]
    facts = next(one for one in result.benchmarks if one.benchmark == found.benchmark)
    data_set = accuracy_data_set(facts.correlated_with)
    if data_set is not None and any(data_set in one.scores for one in populations):
        xs = [x for one in populations for x in _column(one.scores, data_set, len(one.models))]
    points = [
        {"x": x, "y": y, "stratum": parted.strata[place]}
        for x, y, place in zip(xs, ys, parted.stratum_of, strict=True)
        if x is not None and y is not None and place is not None and parted.strata[place] in shown
    ]
    points.sort(key=lambda point: (point["stratum"], point["x"], point["y"]))
    step = max(1, -(-len(points) // MOST_POINTS))
    return points[::step], len(points)


def _column(scores: dict[str, list[float | None]], name: str, n: int) -> list[float | None]:
    return scores.get(name, [None] * n)


def _axis(channel: str, title: str) -> Spec:
    return {
        "field": channel,
        "type": "quantitative",
        "title": title,
        "scale": {"zero": False, "nice": True},
        "axis": {"tickCount": 5, "domain": False, "ticks": False},
    }


def _line(trend: Trend, ink: str, name: str, x: Spec, y: Spec, *, dashed: bool) -> list[Spec]:
    """Return a trend with paper around it, so that it stands out from the marks."""
    rows = [{"x": a, "y": b} for a, b in zip(trend.x, trend.y, strict=True)]
    line = {"type": "line", "strokeCap": "round", "interpolate": "monotone"}
    return [
        {
            "data": {"values": rows},
            "mark": {**line, "stroke": ROLES["paper"][0], "strokeWidth": 5, "aria": False},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": {"values": rows},
            "mark": {**line, "stroke": ink, "strokeWidth": 2.4, **({"strokeDash": [6, 4]} if dashed else {})},
            "encoding": {"x": x, "y": y, "description": {"value": name}},
        },
    ]


def _x_title(facts: BenchmarkFacts) -> str:
    if accuracy_data_set(facts.correlated_with) is not None:
        return shortened(facts.correlated_with, TITLE_LENGTH)
    return "capabilities score"


def _unit(facts: BenchmarkFacts) -> str:
    turned = ", sign turned" if facts.direction == "lower" else ""
    return f"higher is better or safer{turned}"


def _label(name: str, one: StratumCorrelation) -> str:
    """Write a stratum with its correlation and how many models it is of."""
    if one.rho is None:
        figure = "no correlation"
    else:
        figure = f"\N{GREEK SMALL LETTER RHO} = {_signed(one.rho)}"
        if one.low is not None and one.high is not None:
            figure += f" [{_signed(one.low)}, {_signed(one.high)}]"
    return f"{shortened(name, TITLE_LENGTH)}: {figure}, {one.n_models:,} models"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", MINUS)


def _description(
    found: BenchmarkStrata,
    facts: BenchmarkFacts,
    strata: Sequence[StratumCorrelation],
    n_drawn: int,
    n_models: int,
) -> str:
    drawn = "" if n_drawn == n_models else f" {n_drawn:,} of {n_models:,} models are drawn."
    parts = "; ".join(_label(one.stratum, one) for one in strata)
    who = "All models together" if found.population == "together" else f"{found.population} models"
    return f"{facts.name} against capability. {who}. {_label(ALL, found.overall)}; in strata: {parts}.{drawn}"
