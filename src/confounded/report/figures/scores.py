"""The capabilities scores of a population's models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from confounded.report.figures.rows import Mark, stacked
from confounded.report.figures.theme import FamilyMark
from confounded.report.plain import short
from confounded.report.words import score
from confounded.study.result import ModelResult, PopulationResult

__all__ = ["capabilities_scores"]

WIDTH: Final = 400
LABELS: Final = 172
ROW: Final = 17
SIZE: Final = 11.0
ROOM: Final = 0.05
"""Share of the range that is left free at either end."""
LOOK_OF_ONE: Final[Mapping[str, float]] = {"area": 62, "opacity": 1}
LOOK_OF_MANY: Final[Mapping[str, float]] = {"area": 16, "opacity": 0.6}
MOST_ROWS: Final = 60
"""With more models than this each family gets a row instead of each model."""
OTHERS: Final = "other families"
MOST_FAMILY_ROWS: Final = 40
"""Of more families the largest get a row of their own, and all others share one."""


def capabilities_scores(population: PopulationResult, marks: Mapping[str, FamilyMark]) -> dict[str, Any]:
    """Return the specification of the dot plot of capabilities scores.

    Parameters
    ----------
    population : PopulationResult
    marks : mapping of str to FamilyMark
        Colour and shape of each family.

    Returns
    -------
    dict
        Vega-Lite: the most capable model on top; families in rows if there are more than 60 models, the largest
        ones if there are more than 40.
    """
    scored = sorted(
        (model for model in population.models if model.capabilities_score is not None),
        key=lambda model: (-(model.capabilities_score or 0.0), model.model),
    )
    placed = _rows([model.family for model in scored])
    labels = [model.name for model in scored] if placed is None else list(dict.fromkeys(placed))
    if placed is not None:
        labels.sort(key=lambda label: label.endswith(f" {OTHERS}"))  # at the bottom
    found = [
        Mark(
            row=place if placed is None else labels.index(placed[place]),
            at=model.capabilities_score or 0.0,
            # In a row of many models their intervals would lie on each other.
            low=model.score_low if placed is None else None,
            high=model.score_high if placed is None else None,
            look={
                "stroke": marks[model.family].light,
                "fill": marks[model.family].light,
                "shape": marks[model.family].path,
            },
            says=_says(model),
        )
        for place, model in enumerate(scored)
    ]
    return stacked(
        [short(label) for label in labels],
        found,
        width=WIDTH - LABELS,
        left=LABELS,
        step=ROW,
        size=SIZE,
        title="capabilities score",
        domain=_domain(found),
        ticks=None,
        description=f"The capabilities scores of {len(scored)} {population.population} models, highest on top.",
        **(LOOK_OF_ONE if placed is None else LOOK_OF_MANY),
    )


def _says(model: ModelResult) -> str:
    known = model.score_low is not None and model.score_high is not None
    interval = f", {score(model.score_low)} to {score(model.score_high)}" if known else ""
    return f"{short(model.name)} ({short(model.family)}): {score(model.capabilities_score)}{interval}"


def _domain(marks: Sequence[Mark]) -> list[float]:
    """Return the ends of the scale, with room so that no mark lies on them."""
    known = [value for mark in marks for value in (mark.low, mark.at, mark.high) if value is not None]
    low, high = min(known, default=0.0), max(known, default=1.0)
    room = (high - low or abs(high) or 1.0) * ROOM
    return [low - room, high + room]


def _rows(families: list[str]) -> list[str] | None:
    """Return the row of each model, or None where each has its own."""
    if len(families) <= MOST_ROWS:
        return None
    sizes = Counter(families)
    if len(sizes) <= MOST_FAMILY_ROWS:
        return families
    # A family of one model says no more in a row of its own.
    lines = [family for family in sizes if sizes[family] > 1]
    largest = sorted(lines, key=lambda family: (-sizes[family], family))[: MOST_FAMILY_ROWS - 1]
    others = f"{len(sizes) - len(largest):,} {OTHERS}"
    return [family if family in set(largest) else others for family in families]
