"""One benchmark against capability, every model named: figure 9 of the paper, for TruthfulQA (MC1).

In the paper (v3 of arXiv 2407.21792) the capabilities score stands across and the accuracy upwards, a point a chat
model; the caption has the correlations with capability and with training compute. Here both stand above the
scatter, with the interval and the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from confounded.report.figures.calibration import correlation_note, score_title
from confounded.report.figures.panels import TWO_COLUMNS, Panel, scatter_panels
from confounded.report.figures.theme import FamilyMark
from confounded.report.plain import short
from confounded.report.projection import across
from confounded.report.words import plural, signed_percent
from confounded.scores.table import accuracy_data_set
from confounded.study.result import BenchmarkFacts, Correlation, PopulationResult

__all__ = ["benchmark_scatter"]

Spec = dict[str, Any]

HEIGHT: Final = 300


def benchmark_scatter(
    population: PopulationResult,
    one: Correlation,
    facts: BenchmarkFacts,
    marks: Mapping[str, FamilyMark],
    width: int = TWO_COLUMNS,
) -> Spec:
    """Return the specification (Vega-Lite) of the scatter of one benchmark.

    Parameters
    ----------
    population : PopulationResult
    one : Correlation
        Of the benchmark in that population.
    facts : BenchmarkFacts
    marks : mapping of str to FamilyMark
    width : int
        Of the whole, pixels.
    """
    is_own = accuracy_data_set(one.correlated_with) in population.scores
    note = correlation_note(one)
    if one.compute is not None and one.compute.rho is not None:
        known = plural(one.compute.n_models, "model")
        note += f"; with training compute {signed_percent(one.compute.rho)}, {known}"
    panel = Panel(
        title=short(facts.name),
        note=note,
        verdict=one.verdict,
        x=across(one, population),
        y=population.scores[facts.benchmark],
        x_title=short(one.correlated_with) if is_own else _capability(population),
        y_title=score_title(facts),
        curve=one.curve,
    )
    return scatter_panels(
        population,
        [panel],
        marks,
        f"{panel.title} against {panel.x_title}, a mark for each {population.population} model. {note}.",
        width=width,
        height=HEIGHT,
    )


def _capability(population: PopulationResult) -> str:
    source = population.capabilities
    return "capabilities score" if source.kind == "suite" else f"capability: {short(source.title)}"
