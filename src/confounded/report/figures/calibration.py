"""Metrics of calibration on one data set against the accuracy on it: figure 11 of the paper, for MMLU.

In the paper (v3 of arXiv 2407.21792) there are two panels over the chat models: accuracy on MMLU across, and upwards
one less the RMS calibration error, or one less the Brier score. Here every metric of the data set has a panel, with the
interval and the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confounded.report.figures.panels import Panel, scatter_panels
from confounded.report.figures.theme import FamilyMark
from confounded.report.index import Index
from confounded.report.plain import short
from confounded.report.words import bounds, plural, signed_percent
from confounded.scores.table import accuracy_data_set
from confounded.study.result import BenchmarkFacts, Correlation, PopulationResult

__all__ = ["calibration", "correlation_note", "score_title"]

Spec = dict[str, Any]


def calibration(
    index: Index, population: PopulationResult, data_set: str, marks: Mapping[str, FamilyMark]
) -> Spec | None:
    """Return the specification (Vega-Lite) of the metrics of one data set; None where there are none.

    Parameters
    ----------
    index : Index
    population : PopulationResult
    data_set : str
        The id of the benchmark whose accuracy stands on the horizontal axes.
    marks : mapping of str to FamilyMark
    """
    found = [
        (entry, one)
        for entry in index.entries()
        if (one := entry.correlations.get(population.population)) is not None
        and accuracy_data_set(one.correlated_with) == data_set
        and one.rho is not None
        and data_set in population.scores
    ]
    if not found:
        return None
    name = short(index.name(data_set))
    panels = [
        Panel(
            title=short(entry.facts.name),
            note=correlation_note(one),
            verdict=one.verdict,
            x=population.scores[data_set],
            y=population.scores[entry.facts.benchmark],
            x_title=f"accuracy on {name}",
            y_title="calibration, higher is better",
            curve=one.curve,
        )
        for entry, one in found
    ]
    told = "; ".join(f"{panel.title}: {panel.note}" for panel in panels)
    return scatter_panels(
        population,
        panels,
        marks,
        f"Metrics of calibration on {name} against the accuracy on it, a mark for each {population.population} model. "
        f"{told}.",
        height=172,
    )


def correlation_note(one: Correlation) -> str:
    """Write a correlation with its interval, verdict and number of models, for a line above its scatter."""
    interval = one.interval
    limits = bounds(interval.low, interval.high) if interval else ""
    return (
        f"ρ = {signed_percent(one.rho)}{f' ({limits})' if limits else ''}, {short(one.verdict)}, "
        f"{plural(one.n_models, 'model')}"
    )


def score_title(facts: BenchmarkFacts) -> str:
    """Return what stands beside an axis with the scores of a benchmark: metric, unit, whether its sign is turned."""
    parts = [short(facts.metric or "score")]
    if facts.unit and facts.unit != "fraction":
        parts.append(short(facts.unit))
    if facts.direction == "lower":
        parts.append("sign turned")
    return ", ".join(parts)
