"""The correlation of one benchmark by other choices: measures of association, composites, and what is left out."""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.rows import rows_chart, verdict_look
from confounded.report.figures.theme import ROLES
from confounded.report.plain import short
from confounded.report.words import bounds, shortened, signed_percent
from confounded.study.result import BenchmarkFacts, Correlation, Interval

__all__ = ["robustness"]

Spec = dict[str, Any]

ROW: Final = 13.0
LEFT: Final = 190
LONGEST: Final = 40
SIZE: Final = 8.0


def robustness(one: Correlation, facts: BenchmarkFacts, margin: float, width: int) -> Spec | None:
    """Return the specification (Vega-Lite) of the robustness set; None where none was computed.

    Parameters
    ----------
    one : Correlation
    facts : BenchmarkFacts
    margin : float
    width : int
        The whole width, in pixels.
    """
    if one.robustness is None or one.rho is None:
        return None
    rows: list[tuple[str, float, float | None, float | None]] = [
        (f"{made.association.capitalize()}, {made.composite}", made.value, None, None)
        for made in one.robustness.specifications
        if made.value is not None
    ]
    rows += [
        (f"one {name} left out", found.then, found.lowest, found.highest)
        for name, found in (
            ("family", one.robustness.families),
            ("model", one.robustness.models),
            ("capability benchmark", one.robustness.suite),
        )
        if found is not None
    ]
    rows += [
        (name, other.rho, *_limits(other.interval))
        for name, other in (
            ("score refitted without it", one.without_itself),
            ("with the capabilities score", one.against_score),
        )
        if other is not None and other.rho is not None
    ]
    if one.compute is not None and one.compute.rho is not None:
        rows.append(("with training compute", one.compute.rho, None, None))
    ink = {"stroke": ROLES["ink"][0], "fill": ROLES["paper"][0], "shape": "circle"}
    as_studied = ("as studied", one.rho, *_limits(one.interval))
    marks = [
        _mark(place, *row, verdict_look(one.verdict) if place == 0 else ink)
        for place, row in enumerate([as_studied, *rows])
    ]
    labels = [
        {"text": shortened(row[0], LONGEST), "y": (place + 0.5) * ROW, "x": -8, "align": "right"}
        for place, row in enumerate([as_studied, *rows])
    ]
    return rows_chart(
        marks,
        labels,
        [{"y": label["y"]} for label in labels],
        width=width - LEFT - 14,
        height=ROW * len(labels),
        ticks=(-100, -50, 0, 50, 100),
        band=[{"from": -100 * margin, "to": 100 * margin}],
        description=f"The capabilities correlation of {short(facts.name)} by {len(rows)} other choices",
        size=SIZE,
    )


def _mark(
    place: int, name: str, value: float, low: float | None, high: float | None, look: dict[str, str]
) -> Spec:
    return {
        "at": 100 * value,
        "low": None if low is None else 100 * low,
        "high": None if high is None else 100 * high,
        "y": (place + 0.5) * ROW,
        "size": 28,
        **look,
        "says": f"{name}: {signed_percent(value)} {bounds(low, high)}".strip(),
        "href": None,
    }


def _limits(interval: Interval | None) -> tuple[float | None, float | None]:
    return (interval.low, interval.high) if interval else (None, None)
