"""The strip: the correlation of one benchmark with all models and without each family, the most telling first."""

from __future__ import annotations

from typing import Any, Final

from confounded.report.figures.rows import Mark, percent_ticks, stacked, verdict_look
from confounded.report.plain import short
from confounded.report.words import NBSP, bounds, plural, sentence, signed_percent
from confounded.study.result import Correlation

__all__ = ["MOST_FAMILIES", "as_studied", "family_strip"]

Spec = dict[str, Any]

SIZE: Final = 12.0
"""Of the type, in pixels, where the figure is not for a paper."""
LEFT: Final = 190
"""Pixels of the names, of which a narrow figure gives a third of its width."""
RIGHT: Final = 14
MOST_FAMILIES: Final = 40
"""More families than this make a strip that nobody reads; those that move the correlation most are shown."""
STEP: Final = 1.6
"""From row to row, as a multiple of the size of the type."""


def family_strip(one: Correlation, margin: float, width: int, size: float = SIZE) -> Spec | None:
    """Return the specification (Vega-Lite) of the correlation without each family; None where there are none.

    Parameters
    ----------
    one : Correlation
    margin : float
    width : int
        The whole width, in pixels.
    size : float
        Of the type, in pixels.
    """
    whole = one.rho
    left_out = [(found, found.rho) for found in one.without_family if found.rho is not None]
    if whole is None or not left_out:
        return None
    left_out = sorted(left_out, key=lambda row: -abs(row[1] - whole))[:MOST_FAMILIES]
    first, mark = as_studied(one, "all models")
    left = min(LEFT, width // 3)
    return stacked(
        [first, *(f"without {short(found.family)}" for found, _ in left_out)],
        [
            mark,
            *(
                Mark(
                    row,
                    100 * rho,
                    None,
                    None,
                    verdict_look(found.verdict or "undecided"),
                    f"Without {short(found.family)}: {signed_percent(rho)}"
                    + (f"; {found.verdict}" if found.verdict else ""),
                )
                for row, (found, rho) in enumerate(left_out, start=1)
            ),
        ],
        width=width - left - RIGHT,
        left=left,
        step=STEP * size,
        size=size,
        ticks=percent_ticks(width - left - RIGHT),
        band=[{"from": -100 * margin, "to": 100 * margin}],
        description="The capabilities correlation with all models and without each of "
        f"{plural(len(left_out), 'family', 'families')}; shaded is the margin",
    )


def as_studied(one: Correlation, name: str) -> tuple[str, Mark]:
    """Return the first row, with which the others are compared: the correlation with its interval and verdict."""
    low, high = (one.interval.low, one.interval.high) if one.interval else (None, None)
    interval = f", {bounds(low, high)}{NBSP}%" if low is not None and high is not None else ""
    return name, Mark(
        0,
        100 * (one.rho or 0.0),
        None if low is None else 100 * low,
        None if high is None else 100 * high,
        verdict_look(one.verdict),
        f"{sentence(name)}: {signed_percent(one.rho)}{interval}; {one.verdict}",
    )
