"""What more families would decide: the chance of the right verdict, and the width of the interval, by their number.

The same figure is written for a paper and stands in the page, which fills in how wide a panel is (`template`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from confounded.report.figures.panels import GAP, SIZE
from confounded.report.figures.rows import verdict_look
from confounded.report.figures.theme import ROLES, config
from confounded.report.words import level, plural, share, signed_percent
from confounded.study.result import PlannedCorrelation, PlanningCurve, PopulationResult, PopulationSummary

__all__ = ["planning_curve", "template"]

Spec = dict[str, Any]

AXIS: Final = 42
LABELS: Final = 8
TICKS: Final = (6, 10, 20, 30, 60, 120, 300, 600, 1200, 3000)
WHOLE: Final = [1, 0]
DASHED: Final = [4, 2]
"""Of two correlations with the same claim, that nearer to the margin is dashed."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How large the figure is: width and height of a panel, the type, and how many panels stand side by side."""

    width: Any
    height: int
    size: float
    columns: Any


ON_PAGE: Final = _Form(width="$width", height=200, size=11.0, columns="$columns")


def planning_curve(
    population: PopulationResult, summary: PopulationSummary, margin: float, width: int
) -> Spec | None:
    """Return the specification (Vega-Lite) of the planning curves of a population; None where there are none.

    The lines are for families that resemble each other, as far as the study assumes; the shading reaches to families of
    strangers. An upright line is where the study stands, with the share that was simulated for it.

    Parameters
    ----------
    population : PopulationResult
    summary : PopulationSummary
        Of the same population.
    margin : float
    width : int
        Of the whole, pixels.
    """
    inner = (width - GAP) / 2 - AXIS - LABELS
    return _figure(population, summary, margin, _Form(width=inner, height=170, size=SIZE, columns=2))


def template(population: PopulationResult, summary: PopulationSummary, margin: float) -> Spec | None:
    """Return the same for the page, with ``$width`` (of a panel) and ``$columns`` where the page has to put them."""
    return _figure(population, summary, margin, ON_PAGE)


def _figure(
    population: PopulationResult, summary: PopulationSummary, margin: float, form: _Form
) -> Spec | None:
    if not summary.planning:
        return None
    apart, alike = summary.planning[0], summary.planning[-1]
    own = len({model.family for model in population.models if model.capabilities_score is not None})
    n_models = sum(model.capabilities_score is not None for model in population.models)
    here = [{"at": own, "label": f"this study: {plural(own, 'family', 'families')}"}]
    rows = _powers(alike, apart)
    needed = "; ".join(
        f"{share(one.rho, 0)} ({one.claim}), "
        + (
            "no number of families tried"
            if one.n_families_needed is None
            else f"{plural(one.n_families_needed, 'family', 'families')} "
            f"({plural(one.n_models_needed or 0, 'model')})"
        )
        for one in alike.correlations
    )
    left = _powers_panel(rows, summary, alike, here, form)
    right = _widths_panel(alike, margin, here, form)
    # As many lines under either title, so that the titles stand side by side.
    right["title"]["subtitle"] += [""] * (len(left["title"]["subtitle"]) - 1)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"What more families would decide for the {population.population} models, of which this study "
        f"has {n_models} in {plural(own, 'family', 'families')}, at the margin of ±{level(margin)}. For the right "
        f"verdict with a chance of {share(alike.power_needed, 0)}, by the true correlation: {needed}. Intra-family "
        f"correlations of {alike.ability_clustering:g} (ability) and {alike.residual_clustering:g} (the rest) are "
        "assumed.",
        "config": config(form.size) | {"concat": {"spacing": GAP}},
        "columns": form.columns,
        "concat": [left, right],
    }


def _name(one: PlannedCorrelation) -> str:
    """Write a true correlation with the verdict that it deserves, and the families which that needs."""
    needed = "more than 10,000" if one.n_families_needed is None else f"{one.n_families_needed:,}"
    return f"{share(one.rho, 0)}: {one.claim}, {needed} families needed"


def _powers(alike: PlanningCurve, apart: PlanningCurve) -> list[Spec]:
    return [
        {
            "n": n,
            "power": 100 * power,
            "apart": 100 * best,
            "truth": _name(one),
            "ink": verdict_look(one.claim)["stroke"],
        }
        for one, other in zip(alike.correlations, apart.correlations, strict=True)
        for n, power, best in zip(alike.n_families, one.power, other.power, strict=True)
    ]


def _powers_panel(
    rows: list[Spec], summary: PopulationSummary, alike: PlanningCurve, here: list[Spec], form: _Form
) -> Spec:
    x = _families_axis(alike.n_families)
    y: Spec = {
        "type": "quantitative",
        "scale": {"domain": [0, 100], "nice": False},
        "title": "right verdicts, %",
        "axis": {"values": [0, 20, 40, 60, 80, 100], "domain": False, "ticks": False, "titlePadding": 5},
    }
    truths = list(dict.fromkeys(row["truth"] for row in rows))
    inks = [verdict_look(one.claim)["stroke"] for one in alike.correlations]
    ends = (0, len(truths) - 1)
    dashes = [WHOLE if place in ends else DASHED for place in range(len(truths))]
    colour: Spec = {
        "field": "truth",
        "type": "nominal",
        "sort": truths,
        "title": None,
        "scale": {"domain": truths, "range": inks},
        "legend": {
            "orient": "bottom",
            "columns": form.columns,
            "labelLimit": 280,
            "offset": 4,
            "labelFontSize": form.size,
            "symbolType": "stroke",
            "symbolSize": 160,
            "symbolStrokeWidth": 1.6,
            "labelColor": ROLES["ink"][0],
        },
    }
    dash: Spec = {**colour, "scale": {"domain": truths, "range": dashes}}
    simulated = [
        {"n": here[0]["at"], "power": 100 * one.separable}
        for one in summary.power
        if one.separable is not None and one.ability_clustering == alike.ability_clustering
    ]
    return {
        "title": _title(
            "Chance of the right verdict",
            [
                "By true correlation; shaded: strangers.",
                *(["Circle: simulated for this study."] if simulated else ()),
            ],
            form,
        ),
        "width": form.width,
        "height": form.height,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "area", "opacity": 0.13, "interpolate": "monotone", "aria": False},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "power"},
                    "y2": {"field": "apart"},
                    "detail": {"field": "truth"},
                    "fill": {"field": "ink", "type": "nominal", "scale": None},
                },
            },
            {
                "data": {"values": [{"at": 100 * alike.power_needed}]},
                "mark": {"type": "rule", "stroke": ROLES["muted"][0], "strokeDash": [2, 2], "aria": False},
                "encoding": {"y": {**y, "field": "at"}},
            },
            _here(here, x, form),
            {
                "data": {"values": rows},
                "mark": {"type": "line", "strokeWidth": 1.6, "interpolate": "monotone"},
                "encoding": {
                    "x": x,
                    "y": {**y, "field": "power"},
                    "stroke": colour,
                    "strokeDash": dash,
                    "description": {"field": "truth"},
                },
            },
            {
                "data": {"values": simulated},
                "mark": {
                    "type": "point",
                    "size": 26,
                    "strokeWidth": 1.2,
                    "opacity": 1,
                    "fill": ROLES["paper"][0],
                    "stroke": verdict_look("separable")["stroke"],
                    "description": "simulated for this study, true correlation 0",
                },
                "encoding": {"x": x, "y": {**y, "field": "power"}},
            },
        ],
    }


def _widths_panel(alike: PlanningCurve, margin: float, here: list[Spec], form: _Form) -> Spec:
    x = _families_axis(alike.n_families)
    y: Spec = {
        "type": "quantitative",
        "scale": {"domain": [-100, 100], "nice": False},
        "title": "interval of the correlation, %",
        "axis": {"values": [-100, -50, 0, 50, 100], "domain": False, "ticks": False, "titlePadding": 5},
    }
    layers: list[Spec] = [
        {
            "data": {"values": [{"from": -100 * margin, "to": 100 * margin}]},
            "mark": {"type": "rect", "fill": ROLES["band"][0], "opacity": 1, "aria": False},
            "encoding": {
                "x": {"value": 0},
                "x2": {"value": form.width},
                "y": {**y, "field": "from"},
                "y2": {"field": "to"},
            },
        },
        _here(here, x, form),
        _here_label(here, x, alike.n_families, form),
    ]
    for place in (0, len(alike.correlations) - 1):
        one = alike.correlations[place]
        ink = verdict_look(one.claim)["stroke"]
        rows = [
            {"n": n, "low": 100 * low, "high": 100 * high}
            for n, low, high in zip(alike.n_families, one.low, one.high, strict=True)
            if low is not None and high is not None
        ]
        band: Spec = {"type": "area", "fill": ink, "opacity": 0.16, "interpolate": "monotone"}
        line: Spec = {
            "type": "line",
            "stroke": ink,
            "strokeWidth": 1.2,
            "interpolate": "monotone",
            "aria": False,
        }
        layers += [
            {
                "data": {"values": rows},
                "mark": {
                    **band,
                    "description": f"the interval at a true correlation of {signed_percent(one.rho)}",
                },
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            *(
                {"data": {"values": rows}, "mark": line, "encoding": {"x": x, "y": {**y, "field": end}}}
                for end in ("low", "high")
            ),
        ]
    return {
        "title": _title(
            f"Intervals at {share(alike.correlations[0].rho, 0)} and {share(alike.correlations[-1].rho, 0)}",
            [f"Shaded across: the margin, ±{level(margin)}."],
            form,
        ),
        "width": form.width,
        "height": form.height,
        "layer": layers,
    }


def _families_axis(numbers: Sequence[int]) -> Spec:
    return {
        "field": "n",
        "type": "quantitative",
        "scale": {"type": "log", "domain": [min(numbers), max(numbers)], "nice": False},
        "title": "families like those of this study",
        "axis": {
            "values": [tick for tick in TICKS if min(numbers) <= tick <= max(numbers)],
            "format": "d",
            "domain": False,
            "ticks": False,
            "labelFlush": False,
            "titlePadding": 5,
        },
    }


def _here(here: list[Spec], x: Spec, form: _Form) -> Spec:
    """Return the upright line at the study itself."""
    return {
        "data": {"values": here},
        "mark": {"type": "rule", "stroke": ROLES["muted"][0], "strokeWidth": 0.8, "aria": False},
        "encoding": {"x": {**x, "field": "at"}, "y": {"value": 0}, "y2": {"value": form.height}},
    }


def _here_label(here: list[Spec], x: Spec, numbers: Sequence[int], form: _Form) -> Spec:
    """Return the name of that line, on the side of it where there is more room."""
    is_right = any(one["at"] ** 2 > min(numbers) * max(numbers) for one in here)
    return {
        "data": {"values": here},
        "mark": {
            "type": "text",
            "align": "right" if is_right else "left",
            "baseline": "bottom",
            "dx": -3 if is_right else 3,
            "dy": -2,
            "fontSize": form.size,
            "fill": ROLES["muted"][0],
            "aria": False,
        },
        "encoding": {"x": {**x, "field": "at"}, "y": {"value": form.height}, "text": {"field": "label"}},
    }


def _title(text: str, below: list[str], form: _Form) -> Spec:
    return {
        "text": text,
        "subtitle": below,
        "subtitleFontSize": form.size,
        "subtitleColor": ROLES["muted"][0],
        "subtitlePadding": 2,
        "anchor": "start",
        "frame": "group",
        "fontSize": form.size + 0.5,
        "fontWeight": "bold",
        "color": ROLES["ink"][0],
        "offset": 6,
    }
