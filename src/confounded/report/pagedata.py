"""What the page's own program needs to draw a scatter: scores, models and marks, as JSON that is safe in a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from confounded.report.figures.scatter import scatter
from confounded.report.figures.theme import FamilyMark
from confounded.report.index import Entry, Index
from confounded.study.result import Correlation

__all__ = ["page_data", "safe_json"]

ACCURACY_ON: Final = "accuracy on "
"""How a correlation names the accuracy on a data set, whose id follows."""

DIGITS: Final = 7
"""Significant digits of a drawn score: a hundredth of a pixel, and a third of the size of the page."""

FEWER_DIGITS: Final = 4
"""Significant digits of what is only read, in the table of a benchmark's scores."""


def page_data(index: Index, marks: Mapping[str, FamilyMark]) -> dict[str, Any]:
    """Return the data of all scatters.

    Returns
    -------
    dict
        ``spec`` (Vega), ``families`` (name to colour and shape), ``populations`` (models, their families and
        capabilities scores), ``benchmarks`` (in the order of the page: titles of the axes, and for each population
        the scores, or null).
    """
    entries = index.entries()
    return {
        "spec": scatter(),
        "families": {name: [mark.light, mark.path] for name, mark in marks.items()},
        "populations": [
            {
                "name": population.population,
                "models": [model.name for model in population.models],
                "families": [model.family for model in population.models],
                "scores": [_short(model.capabilities_score) for model in population.models],
            }
            for population in index.result.populations
        ],
        "benchmarks": [_benchmark(entry, index) for entry in entries],
    }


def safe_json(value: Any) -> str:
    """Encode a value so that nothing in it can end the script element around it."""
    text = msgspec.json.encode(value).decode()
    for character in "<>&\u2028\u2029":
        # Outside strings JSON has none of these characters, so each stands in a string, where the escape means it.
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _benchmark(entry: Entry, index: Index) -> dict[str, Any]:
    populations = index.result.populations
    facts = entry.facts
    against: list[list[float | None] | None] = []
    for population in populations:
        one = entry.correlations.get(population.population)
        data_set = one.correlated_with.removeprefix(ACCURACY_ON) if one else ""
        own = (
            one is not None and one.correlated_with.startswith(ACCURACY_ON) and data_set in population.scores
        )
        against.append([_short(value) for value in population.scores[data_set]] if own else None)
    named = (
        next(iter(entry.correlations.values())).correlated_with
        if entry.correlations
        else facts.correlated_with
    )
    data_set = named.removeprefix(ACCURACY_ON)
    turned = ", sign turned" if facts.direction == "lower" else ""
    return {
        "name": facts.name,
        "x": f"{ACCURACY_ON}{index.name(data_set)}" if named.startswith(ACCURACY_ON) else named,
        "y": f"{facts.metric or 'score'}{turned}",
        "against": against if any(against) else None,
        "adjusted": [_adjusted(entry.correlations.get(population.population)) for population in populations],
        "scores": [
            [_short(value) for value in population.scores[facts.benchmark]]
            if facts.benchmark in population.scores
            else None
            for population in populations
        ],
    }


def _adjusted(one: Correlation | None) -> dict[str, Any] | None:
    """Return what the table of scores says of each model: its residual, the range foreseen, the ranks allowed."""
    if one is None or one.adjusted is None:
        return None
    found: dict[str, Any] = {
        "residual": [_short(value, FEWER_DIGITS) for value in one.adjusted.residual],
        "low": [_short(value, FEWER_DIGITS) for value in one.adjusted.low],
        "high": [_short(value, FEWER_DIGITS) for value in one.adjusted.high],
    }
    if one.ranks is not None:
        found["why"] = one.ranks.reason
        if one.ranks.best:
            found |= {"best": one.ranks.best, "worst": one.ranks.worst}
    return found


def _short(value: float | None, digits: int = DIGITS) -> float | None:
    return None if value is None else float(f"{value:.{digits}g}")
