"""The overview: every safety benchmark of a population with its interval, by area, marked by verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from confounded.report.figures.render import PAGE
from confounded.report.figures.rows import (
    CHARACTER,
    FEW_PERCENT_TICKS,
    MARK_SIZE,
    PERCENT_TICKS,
    rows_chart,
    verdict_look,
)
from confounded.report.figures.theme import ROLES
from confounded.report.index import Entry, Group, Index
from confounded.report.plain import short
from confounded.report.words import NBSP, interval_words, plural, shortened, signed_percent
from confounded.study.result import Correlation

__all__ = ["NARROW", "WIDE", "overview", "safety_rows"]

Spec = dict[str, Any]

WIDE: Final = 760
NARROW: Final = 346
"""What a phone of 390 pixels leaves for a figure."""
EDGE: Final = 14
"""Half the width of the outermost number of the scale."""

PAPER: Final = 480
"""From this width on a figure is for a paper, with names beside the rows, in smaller type."""
PAPER_SIZE: Final = 7.5

ROW: Final = 12.5
ABOVE: Final = 13.0
"""Room for a name above its row, where there is none beside it."""
BELOW: Final = 7.0
"""Room below such a row, which tells whose the name is."""
HEADING: Final = 15.0
GAP: Final = 5.0
SIZE: Final = 11.0
MOST_NAMED: Final = 160
"""With more benchmarks than this the rows are thin and unnamed: an overview that is scrolled is none."""
THIN_ROW: Final = 4.0
SIGNS: Final = {"entangled": "▲", "inverse": "▼", "separable": "■", "undecided": "○", "unreliable": "◊"}
"""As the marks look, in characters that the font of the figures has."""


def safety_rows(index: Index, population: str) -> list[tuple[Group, list[tuple[Entry, Correlation]]]]:
    """Return the areas that claim something about safety with their whole benchmarks, highest correlation first.

    Members of the suite are left out wherever they stand: a file that names no areas does not part them from the rest.
    """
    found = []
    for group in index.groups:
        if not group.claims_safety:
            continue
        rows = [
            (entry, one)
            for entry in group.entries
            if entry.depth == 0
            and (one := entry.correlations.get(population))
            and one.rho is not None
            and not one.in_suite
        ]
        if rows:
            found.append((group, sorted(rows, key=lambda row: -(row[1].rho or 0.0))))
    return found


def overview(index: Index, population: str, width: int = WIDE) -> Spec:
    """Return the specification (Vega-Lite) of the overview of a population.

    Parameters
    ----------
    index : Index
        The result, indexed.
    population : str
    width : int
        The whole width, in pixels; the names take their part of it.
    """
    narrow = width < PAPER
    size = SIZE if narrow or width >= WIDE else PAPER_SIZE
    left = EDGE if narrow else round(288 * width / WIDE)
    most = int((width if narrow else left - 10) / (CHARACTER * size))
    areas = safety_rows(index, population)
    number = sum(len(rows) for _, rows in areas)
    is_named = number <= MOST_NAMED
    step = ROW * size / SIZE if is_named else THIN_ROW
    marks: list[Spec] = []
    labels: list[Spec] = []
    lines: list[Spec] = []
    top = 2.0
    for group, rows in areas:
        labels.append(
            {
                "text": shortened(short(group.title), 42),
                "y": top + HEADING / 2,
                "x": -left,
                "align": "left",
                "weight": "bold",
            }
        )
        top += HEADING
        for entry, one in rows:
            if is_named and narrow:
                labels.append(_name(entry, most, top + ABOVE / 2, -left, "left"))
                top += ABOVE
            y = top + step / 2
            if is_named:
                lines.append({"y": y})
                if not narrow:
                    labels.append(_name(entry, most, y, -10, "right"))
            marks.append(_mark(entry, one, y, step))
            top += step + (BELOW if is_named and narrow else 0.0)
        top += GAP
    spec = rows_chart(
        marks,
        labels,
        lines,
        width=width - left - 16,
        height=top,
        ticks=FEW_PERCENT_TICKS if narrow else PERCENT_TICKS,
        band=_band(index),
        description=f"The capabilities correlations of {plural(number, 'safety benchmark')} with their intervals, "
        f"by area, over {population} models, marked by verdict. The same figures stand in the table of benchmarks.",
        size=size,
        linked=True,
    )
    return spec | {"title": _key(areas, size)} if size == PAPER_SIZE else spec


def _name(entry: Entry, most: int, y: float, x: float, align: str) -> Spec:
    return {"text": shortened(short(entry.facts.name), most), "y": y, "x": x, "align": align}


def _key(areas: Sequence[tuple[Group, Sequence[tuple[Entry, Correlation]]]], size: float) -> Spec:
    """Return what the marks mean, as a line above a figure for a paper; the page says it beside its figure."""
    met = {one.verdict for _, rows in areas for _, one in rows}
    return {
        "text": (4 * NBSP).join(
            [*(f"{sign} {word}" for word, sign in SIGNS.items() if word in met), "shaded: the margin"]
        ),
        "anchor": "end",
        "frame": "group",
        "fontSize": size,
        "fontWeight": "normal",
        "color": ROLES["ink"][0],
        "offset": 2,
    }


def _band(index: Index) -> list[Spec]:
    margin = 100 * index.result.provenance.settings.margin
    return [{"from": -margin, "to": margin}]


def _mark(entry: Entry, one: Correlation, y: float, step: float) -> Spec:
    interval = one.interval
    return {
        "id": entry.facts.benchmark,
        "at": 100 * (one.rho or 0.0),
        "low": None if interval is None or interval.low is None else 100 * interval.low,
        "high": None if interval is None or interval.high is None else 100 * interval.high,
        "y": y,
        "size": min(MARK_SIZE, step * step * 0.5),
        **verdict_look(one.verdict),
        "says": f"{short(entry.facts.name)}: {signed_percent(one.rho)}"
        f"{interval_words(one.interval, before=', ')}; {short(one.verdict)}",
        "href": f"{PAGE}{entry.anchor}",
    }
