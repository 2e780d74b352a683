"""Does safety improve over release dates at fixed capability? The trend of each area, in rows."""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.row_list import Row, row_figure
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.report.words import plural
from confounded.study.result import SafetyTrend

__all__ = ["TREND_TITLE", "trend_rows", "trends_figure"]

Spec = dict[str, Any]

TREND_TITLE: Final = "change a year at equal capability, standard deviations"


def trend_rows(index: Index, population: str) -> list[Row]:
    """Return the trend of each area in which safety is claimed, the one that improves most first.

    Beside each stands the trend with the error of the capabilities score left in. An area of which none is known
    without it is the last, with the reason.
    """
    own = {
        one.area: one for one in index.result.trends if one.population == population and one.area is not None
    }
    rows = [
        _row(group.title, own[group.area])
        for group in index.groups
        if group.claims_safety and group.area in own
    ]
    return sorted(rows, key=lambda row: (row.at is None, -(row.at or 0.0)))


def trends_figure(index: Index, population: str, width: int) -> Spec | None:
    """Return the specification (Vega-Lite) of those rows; None where no trend is known.

    Parameters
    ----------
    index : Index
    population : str
    width : int
        Of the whole, pixels.
    """
    rows = trend_rows(index, population)
    if all(row.at is None for row in rows):
        return None
    return row_figure(
        rows,
        f"How safety changes over release dates among {short(population)} models of equal capability, in "
        f"{plural(len(rows), 'area')}, with intervals; an upright stroke is the same with the error of the "
        "capabilities score left in",
        width,
        title=TREND_TITLE,
    )


def _row(title: str, one: SafetyTrend) -> Row:
    return Row(
        text=title,
        at=one.per_year,
        low=one.low,
        high=one.high,
        n_models=one.n_models,
        n_families=one.n_families,
        compared=None if one.uncorrected is None else one.uncorrected.per_year,
        is_open=one.answer == "cannot tell",
        reason=one.reason,
    )
