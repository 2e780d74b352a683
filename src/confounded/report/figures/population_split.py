"""One benchmark against capability, its models parted: the trend over all, and that of each stratum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from confounded.report.cells import MOST_MODELS, counted
from confounded.report.figures.theme import FAMILY_MARKS, ROLES, FamilyMark, config
from confounded.report.plain import short
from confounded.report.words import plural, shortened
from confounded.scores.table import accuracy_data_set
from confounded.study.result import BenchmarkFacts, StudyResult
from confounded.study.strata_result import BenchmarkStrata, SplitCorrelations, StratumCorrelation, Trend

__all__ = ["is_counted", "population_split", "split_key", "turning_splits"]

Spec = dict[str, Any]

WIDE: Final = 640
HEIGHT: Final = 380
PHONE_HEIGHT: Final = 300
"""What the page gives the figure on a narrow screen."""
OPACITY: Final = 0.55

MARK: Final = 16.0
LARGEST: Final = 220.0
"""Area of the mark of one model, and of the fullest cell where models are counted in cells, in square pixels."""

MOST_STRATA: Final = len(FAMILY_MARKS)
TITLE_LENGTH: Final = 48
ALL: Final = "all models"
MINUS: Final = "\N{MINUS SIGN}"


def turning_splits(found: BenchmarkStrata) -> list[str]:
    """Return the splits by which a correlation turns round, or is cancelled out, each once, the surest first."""
    alarms = [(one.reversal_holm, one.by) for one in found.reversals]
    alarms += [(one.p_holm, one.by) for one in found.oppositions]
    return list(dict.fromkeys(by for _, by in sorted(alarms, key=lambda one: one[0])))


def is_counted(found: BenchmarkStrata) -> bool:
    """Return whether there are so many models that the figure shows how many are in each cell."""
    return found.overall.n_models > MOST_MODELS


def split_key(found: BenchmarkStrata, by: str) -> list[tuple[FamilyMark, str]]:
    """Return the strata that the figure draws, each with its mark and its correlation in words.

    Parameters
    ----------
    found : BenchmarkStrata
    by : str
        The split.

    Raises
    ------
    KeyError
        If there is no such split.
    """
    strata = _drawn(_split(found, by))
    return [(mark, _label(one.stratum, one)) for mark, one in zip(FAMILY_MARKS, strata, strict=False)]


def population_split(
    result: StudyResult, found: BenchmarkStrata, by: str | None = None, width: int = WIDE, *, key: bool = True
) -> Spec:
    """Return the specification of the figure of one benchmark in one scope.

    Of more than `MOST_MODELS` models the marks are cells with the models of a stratum in them, larger for more.

    Parameters
    ----------
    result : StudyResult
    found : BenchmarkStrata
        One of `result.strata`, with an alarm: only these have trends.
    by : str, optional
        The split to show; that of the surest alarm by default.
    width : int
        Of the plot, pixels; without a key, of the whole.
    key : bool
        Whether the figure says itself what its marks are. The page says it beside the figure (`split_key`).

    Returns
    -------
    dict
        Vega-Lite.

    Raises
    ------
    KeyError
        If there is no such split.
    """
    by = by or next(iter(turning_splits(found)), None) or found.splits[0].by
    split = _split(found, by)
    strata = _drawn(split)
    facts = next(one for one in result.benchmarks if one.benchmark == found.benchmark)
    marks = FAMILY_MARKS[: len(strata)]
    names = [_label(one.stratum, one) for one in strata]
    points = _points(
        result, found, split, {one.stratum: name for one, name in zip(strata, names, strict=True)}
    )
    counts = is_counted(found)
    legend = {
        "orient": "top",
        "direction": "vertical",
        "labelLimit": width,
        "symbolOpacity": 1,
        "labelColor": ROLES["ink"][0],
    }
    by_mark = {
        channel: {
            "field": "stratum",
            "type": "nominal",
            "title": None,
            "scale": {"domain": names, "range": looks},
            "legend": legend if key else None,
        }
        for channel, looks in (
            ("color", [mark.light for mark in marks]),
            ("shape", [mark.path for mark in marks]),
        )
    }
    x = _axis("x", _x_title(result, facts))
    # The page names the benchmark above the figure, and on a phone the axis is too short for its name.
    y = _axis("y", f"{shortened(short(facts.name), TITLE_LENGTH)}, {_unit(facts)}" if key else _unit(facts))
    y["axis"]["titleLimit"] = HEIGHT - 20 if key else PHONE_HEIGHT - 40
    layers: list[Spec] = [
        {
            "data": {"values": _counts(points, names) if counts else points},
            "mark": {"type": "point", "filled": True, "size": MARK, "opacity": OPACITY, "aria": False},
            "encoding": {
                "x": x,
                "y": y,
                **by_mark,
                **({"size": {"field": "size", "type": "quantitative", "scale": None}} if counts else {}),
            },
        }
    ]
    trends = [(one.trend, mark.light, name) for one, mark, name in zip(strata, marks, names, strict=True)]
    for trend, ink, name in [*trends, (found.overall.trend, ROLES["ink"][0], _label(ALL, found.overall))]:
        if trend is not None:
            layers += _line(trend, ink, name, x, y, dashed=ink == ROLES["ink"][0])
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": _description(found, facts, strata, len(points), counted=counts),
        "config": config(),
        **(
            {"title": _title(found, counted=counts)}
            if key
            else {"autosize": {"type": "fit", "contains": "padding"}}
        ),
        "width": width,
        "height": HEIGHT,
        "layer": layers,
    }


def _split(found: BenchmarkStrata, by: str) -> SplitCorrelations:
    split = next((one for one in found.splits if one.by == by), None)
    if split is None:
        raise KeyError(by)
    return split


def _drawn(split: SplitCorrelations) -> list[StratumCorrelation]:
    """Return the largest strata, as they stand."""
    largest = sorted(split.strata, key=lambda one: -one.n_models)[:MOST_STRATA]
    return [one for one in split.strata if one in largest]


def _title(found: BenchmarkStrata, *, counted: bool) -> Spec:
    cells = "; marks are cells, larger for more models" if counted else ""
    return {
        "text": f"Dashed: {_label(ALL, found.overall)}{cells}",
        "anchor": "start",
        "fontSize": 11,
        "fontWeight": "normal",
        "color": ROLES["ink"][0],
    }


def _points(
    result: StudyResult, found: BenchmarkStrata, split: SplitCorrelations, labels: Mapping[str, str]
) -> list[Spec]:
    """Return a mark for each model of a stratum that is drawn."""
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
        {"x": x, "y": y, "stratum": labels[parted.strata[place]]}
        for x, y, place in zip(xs, ys, parted.stratum_of, strict=True)
        if x is not None and y is not None and place is not None and parted.strata[place] in labels
    ]
    return sorted(points, key=lambda point: (point["stratum"], point["x"], point["y"]))


def _counts(points: Sequence[Spec], names: Sequence[str]) -> list[Spec]:
    """Return a mark for each cell and stratum, whose area grows with the models in it."""
    everywhere = [(point["x"], point["y"]) for point in points]
    cells = [
        (cell, name)
        for name in names
        for cell in counted([(p["x"], p["y"]) for p in points if p["stratum"] == name], everywhere)
    ]
    most = max(cell.n for cell, _ in cells)
    return [
        {
            "x": cell.x,
            "y": cell.y,
            "stratum": name,
            "n": cell.n,
            "size": max(MARK / 2, LARGEST * cell.n / most),
        }
        for cell, name in sorted(cells, key=lambda one: -one[0].n)  # a small one lies on a large one
    ]


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


def _x_title(result: StudyResult, facts: BenchmarkFacts) -> str:
    data_set = accuracy_data_set(facts.correlated_with)
    if data_set is None:
        return "capabilities score"
    name = next((one.name for one in result.benchmarks if one.benchmark == data_set), data_set)
    return shortened(f"accuracy on {short(name)}", TITLE_LENGTH)


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
    return f"{shortened(short(name), TITLE_LENGTH)}: {figure}, {one.n_models:,} models"


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", MINUS)


def _description(
    found: BenchmarkStrata,
    facts: BenchmarkFacts,
    strata: Sequence[StratumCorrelation],
    n_models: int,
    *,
    counted: bool,
) -> str:
    cells = f" {plural(n_models, 'model')}, counted in cells." if counted else ""
    parts = "; ".join(_label(one.stratum, one) for one in strata)
    who = "All models together" if found.population == "together" else f"{short(found.population)} models"
    return f"{short(facts.name)} against capability. {who}. {_label(ALL, found.overall)}; in strata: {parts}.{cells}"
