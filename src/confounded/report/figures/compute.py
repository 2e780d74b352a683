"""Correlations with training compute beside those with the capabilities score, benchmark by benchmark."""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.rows import rows_chart
from confounded.report.figures.theme import ROLES
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.report.words import shortened, signed_percent

__all__ = ["compute_correlations"]

Spec = dict[str, Any]

ROW: Final = 9.5
LEFT: Final = 168
LONGEST: Final = 38
SIZE: Final = 7.5


def compute_correlations(index: Index, population: str, width: int) -> Spec | None:
    """Return the specification (Vega-Lite) of compute and capabilities correlations; None where compute is unknown.

    Whole benchmarks only, the highest compute correlation first: filled for compute, hollow for the capabilities score.
    """
    rows = sorted(
        (
            (entry.facts.name, one.compute.rho, one.rho)
            for entry in index.entries()
            if entry.depth == 0
            and (one := entry.correlations.get(population)) is not None
            and one.compute is not None
            and one.compute.rho is not None
            and not one.in_suite
        ),
        key=lambda row: -row[1],
    )
    if not rows:
        return None
    marks: list[Spec] = []
    labels: list[Spec] = []
    for place, (name, compute, rho) in enumerate(rows):
        y = (place + 0.5) * ROW
        labels.append({"text": shortened(short(name), LONGEST), "y": y, "x": -8, "align": "right"})
        for value, what, filled in ((rho, "capabilities score", False), (compute, "training compute", True)):
            if value is not None:
                marks.append(
                    {
                        "at": 100 * value,
                        "low": None,
                        "high": None,
                        "y": y,
                        "size": 26,
                        "stroke": ROLES["ink"][0],
                        "fill": ROLES["ink" if filled else "paper"][0],
                        "shape": "square" if filled else "circle",
                        "says": f"{short(name)}, with {what}: {signed_percent(value)}",
                        "href": None,
                    }
                )
    return rows_chart(
        marks,
        labels,
        [{"y": label["y"]} for label in labels],
        width=width - LEFT - 14,
        height=ROW * len(rows),
        title="correlation, %: ■ with training compute, ○ with the capabilities score",
        ticks=(-100, -50, 0, 50, 100),
        band=[],
        description=f"Correlations of {len(rows)} benchmarks with training compute and with the capabilities score, "
        f"{population} models",
        size=SIZE,
    )
