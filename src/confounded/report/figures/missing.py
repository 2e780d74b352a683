"""What of a benchmark's correlation was imputed, and what it would be otherwise, in rows."""

from __future__ import annotations

from typing import Any

from confounded.report.figures.row_list import Row, percent, row_figure
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.study.result import Correlation

__all__ = ["imputed_figure", "imputed_rows"]

Spec = dict[str, Any]


def imputed_rows(one: Correlation) -> list[Row]:
    """Return the correlation as studied, with the benchmark left out of the imputation, and were no cell missing.

    None where nothing was imputed. Of the last only limits are known.
    """
    found = one.imputed
    if found is None or one.rho is None:
        return []
    interval = one.interval
    rows = [
        Row(
            text="as studied",
            at=percent(one.rho),
            low=percent(interval.low) if interval else None,
            high=percent(interval.high) if interval else None,
            verdict=one.verdict,
            reason=interval.reason if interval else None,
        )
    ]
    if found.rho_without is not None:
        rows.append(
            Row(
                text="left out of the imputation",
                at=percent(found.rho_without),
                low=percent(found.low_without),
                high=percent(found.high_without),
            )
        )
    if found.complete_low is not None:
        rows.append(
            Row(
                text="were no score missing",
                low=percent(found.complete_low),
                high=percent(found.complete_high),
            )
        )
    return rows


def imputed_figure(index: Index, one: Correlation, width: int) -> Spec | None:
    """Return the specification (Vega-Lite) of the rows of one benchmark; None where nothing was imputed.

    Parameters
    ----------
    index : Index
    one : Correlation
    width : int
        Of the whole, pixels.
    """
    rows = imputed_rows(one)
    if not rows:
        return None
    return row_figure(
        rows,
        f"The capabilities correlation of {short(index.name(one.benchmark))} with the scores of the capability "
        "benchmarks imputed where they are missing: as studied, with the benchmark left out of the imputation, and the "
        "limits between which it would be were no score missing",
        width,
        margin=index.result.provenance.settings.margin,
    )
