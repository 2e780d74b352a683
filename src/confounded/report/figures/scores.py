"""The capabilities scores of a population's models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from confounded.report.figures.theme import FONT, ROLES, FamilyMark, config
from confounded.report.words import score, shortened
from confounded.study.result import PopulationResult

__all__ = ["capabilities_scores"]

WIDTH: Final = 400
LABELS: Final = 172
LABEL_LENGTH: Final = 28
"""Characters that fit there; the drawing program is slow where it has to cut."""
ROW: Final = 17
MARK_OF_ONE: Final = {"size": 62, "opacity": 1, "strokeWidth": 0.6}
MARK_OF_MANY: Final = {"size": 26, "opacity": 0.6, "strokeWidth": 0}
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
    rows = [
        {
            "row": place if placed is None else labels.index(placed[place]),
            "score": model.capabilities_score,
            "fill": marks[model.family].light,
            "shape": marks[model.family].path,
            "says": f"{model.name} ({model.family}): {score(model.capabilities_score)}",
        }
        for place, model in enumerate(scored)
    ]
    intervals = [
        {"row": row, "low": model.score_low, "high": model.score_high, "fill": marks[model.family].light}
        for row, model in enumerate(scored)
        if placed is None and model.score_low is not None
    ]
    height = ROW * max(1, len(labels))
    y = {
        "field": "row",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [len(labels) - 0.5, -0.5], "nice": False, "zero": False},
    }
    x = {
        "field": "score",
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "axis": {"title": "capabilities score", "domain": False, "tickCount": 6, "labelFlush": False},
    }
    names = [{"row": place, "label": shortened(label, LABEL_LENGTH)} for place, label in enumerate(labels)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"The capabilities scores of {len(scored)} {population.population} models, highest on top.",
        "config": config(),
        "width": WIDTH - LABELS,
        "height": height,
        "layer": [
            {
                "data": {"values": names},
                "mark": {"type": "rule", "stroke": ROLES["faint"][0], "aria": False},
                "encoding": {"y": y, "x": {"value": 0}, "x2": {"value": WIDTH - LABELS}},
            },
            {
                "data": {"values": names},
                "mark": {
                    "type": "text",
                    "align": "right",
                    "baseline": "middle",
                    "font": FONT,
                    "limit": LABELS - 14,
                    "fill": ROLES["ink"][0],
                },
                "encoding": {
                    "y": y,
                    "x": {"value": -8},
                    "text": {"field": "label"},
                    "description": {"field": "label"},
                },
            },
            {
                "data": {"values": intervals},
                "mark": {"type": "rule", "strokeWidth": 1.2, "opacity": 0.55, "aria": False},
                "encoding": {
                    "x": {**x, "field": "low"},
                    "x2": {"field": "high"},
                    "y": y,
                    "stroke": {"field": "fill", "type": "nominal", "scale": None},
                },
            },
            {
                "data": {"values": rows},
                "mark": {
                    "type": "point",
                    "stroke": ROLES["paper"][0],
                    **(MARK_OF_ONE if placed is None else MARK_OF_MANY),
                },
                "encoding": {
                    "x": x,
                    "y": y,
                    "fill": {"field": "fill", "type": "nominal", "scale": None},
                    "shape": {"field": "shape", "type": "nominal", "scale": None},
                    "description": {"field": "says"},
                },
            },
        ],
    }


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
