"""The correlation of one benchmark by other choices: measures of association, composites, and what is left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from confounded.report.figures.choices import chosen
from confounded.report.figures.rows import percent_ticks, stacked
from confounded.report.figures.strip import as_studied
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.report.words import plural
from confounded.study.result import Correlation

__all__ = ["robustness"]

Spec = dict[str, Any]

ROW: Final = 13.0
LEFT: Final = 190
RIGHT: Final = 14
SIZE: Final = 8.0
AREA: Final = 28.0


def robustness(index: Index, one: Correlation, width: int) -> Spec | None:
    """Return the specification (Vega-Lite) of the robustness set; None where none was computed.

    Parameters
    ----------
    index : Index
        The result, indexed.
    one : Correlation
    width : int
        The whole width, in pixels.
    """
    if one.robustness is None or one.rho is None:
        return None
    population = next(found for found in index.result.populations if found.population == one.population)
    models = {model.model: model.name for model in population.models}

    def name_of(kind: str, name: str) -> str:
        return short(
            index.name(name) if kind == "benchmark" else models.get(name, name) if kind == "model" else name
        )

    first, look = as_studied(one, "as studied")
    rows = list(chosen(one, name_of))
    margin = 100 * index.result.provenance.settings.margin
    plot = width - LEFT - RIGHT
    return stacked(
        [first, *(name for name, _ in rows)],
        [look, *(replace(mark, row=mark.row + 1) for _, mark in rows)],
        width=plot,
        left=LEFT,
        step=ROW,
        size=SIZE,
        area=AREA,
        ticks=percent_ticks(plot),
        band=[{"from": -margin, "to": margin}],
        description=f"The capabilities correlation of {short(index.name(one.benchmark))} "
        f"by {plural(len(rows), 'other choice')}",
    )
