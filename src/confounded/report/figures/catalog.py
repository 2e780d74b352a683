"""The figures by name: those of the page's first part, those that the page draws, and those for a paper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from confounded.errors import UsageError
from confounded.report.figures.card import card_scatter, family_strip
from confounded.report.figures.compute import compute_correlations
from confounded.report.figures.heatmap import heatmap
from confounded.report.figures.overview import NARROW, WIDE, overview
from confounded.report.figures.population_split import population_split
from confounded.report.figures.render import written
from confounded.report.figures.robustness import robustness
from confounded.report.figures.rows import template
from confounded.report.figures.scatter import scatter
from confounded.report.figures.scores import capabilities_scores
from confounded.report.figures.theme import family_marks
from confounded.report.index import Entry, Index, file_slug
from confounded.study.result import Correlation, PopulationResult, StudyResult

__all__ = ["FIGURES", "PaperFigure", "figure_files", "first_specs", "page_specs"]

Spec = dict[str, Any]

PAPER_CELL: Final = 28
TWO_COLUMNS: Final = 486
"""Width of a figure across both columns of a paper: 6.75 inches, in points; a pixel is drawn as a point."""


def first_specs(index: Index) -> dict[str, Spec]:
    """Return the specifications (Vega-Lite) of what is drawn into the page when it is written."""
    specs = {}
    for population, slug in zip(index.populations, index.population_slugs, strict=True):
        specs[f"overview-{slug}"] = overview(index, population, WIDE)
        specs[f"overview-narrow-{slug}"] = overview(index, population, NARROW)
    return specs


def page_specs(index: Index) -> dict[str, Spec]:
    """Return the specifications that the page draws, some whole, some with places for its data."""
    specs = {"rows": template(), "scatter": scatter()}
    for population in index.result.populations:
        if population.capability_correlations is not None:
            specs[f"heatmap {population.population}"] = heatmap(index, population)
    for name in index.populations:
        specs[f"overview {name}"] = overview(index, name, WIDE)
        specs[f"overview-narrow {name}"] = overview(index, name, NARROW)
    return specs


def figure_files(result: StudyResult, asked: str, suffix: str) -> dict[str, bytes]:
    """Return a figure for a paper, a file for each population.

    Parameters
    ----------
    result : StudyResult
    asked : str
        A name of `FIGURES`; of those about one benchmark with ``=`` and its id after it.
    suffix : {'svg', 'png', 'pdf'}

    Returns
    -------
    dict of str to bytes
        By the name of the file; the same bytes for the same arguments.

    Raises
    ------
    UsageError
        If there is no such figure, or nothing in the result to draw it from.
    """
    name, _, benchmark = asked.partition("=")
    figure = FIGURES.get(name)
    if figure is None:
        raise UsageError(f"a figure: {', '.join(FIGURES)}", found=asked)
    if figure.of_benchmark != bool(benchmark):
        expected = f"{name}={'BENCHMARK' if figure.of_benchmark else ''}".rstrip("=")
        raise UsageError(f"--figure {expected}", found=asked)
    index = Index.of(result)
    if benchmark and index.anchor(benchmark) is None:
        raise UsageError("a benchmark of the study", found=benchmark)
    stem = f"{name}-{file_slug(benchmark)}" if benchmark else name
    files = {}
    for population, slug in zip(index.populations, index.population_slugs, strict=True):
        spec = figure.make(index, population, benchmark)
        if spec is not None:
            files[f"{stem}-{slug}.{suffix}"] = written(spec, suffix)
    if not files:
        raise UsageError("a figure that there is something to draw for", found=asked)
    return files


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure for a paper: what it shows, and how its specification is made for a population."""

    shows: str
    make: Callable[[Index, str, str], Spec | None]
    of_benchmark: bool = False


def _heatmap(index: Index, population: str, _: str) -> Spec | None:
    one = _population(index, population)
    return heatmap(index, one, PAPER_CELL) if one.capability_correlations is not None else None


def _scores(index: Index, population: str, _: str) -> Spec | None:
    return capabilities_scores(_population(index, population), family_marks(index.result.populations))


def _scatter(index: Index, population: str, benchmark: str) -> Spec | None:
    entry, one = _found(index, population, benchmark)
    if one is None or one.rho is None:
        return None
    marks = family_marks(index.result.populations)
    return card_scatter(_population(index, population), benchmark, one, entry.facts, marks, TWO_COLUMNS)


def _families(index: Index, population: str, benchmark: str) -> Spec | None:
    _, one = _found(index, population, benchmark)
    return None if one is None else family_strip(one, index.result.provenance.settings.margin, TWO_COLUMNS)


def _robustness(index: Index, population: str, benchmark: str) -> Spec | None:
    entry, one = _found(index, population, benchmark)
    margin = index.result.provenance.settings.margin
    return None if one is None else robustness(one, entry.facts, margin, TWO_COLUMNS)


def _split(index: Index, population: str, benchmark: str) -> Spec | None:
    for found in index.result.strata:
        if (found.population, found.benchmark) == (population, benchmark) and found.reversals:
            return population_split(index.result, found, width=TWO_COLUMNS - 100)
    return None


def _population(index: Index, population: str) -> PopulationResult:
    return next(one for one in index.result.populations if one.population == population)


def _found(index: Index, population: str, benchmark: str) -> tuple[Entry, Correlation | None]:
    entry = next(entry for entry in index.entries() if entry.facts.benchmark == benchmark)
    return entry, entry.correlations.get(population)


FIGURES: Final[Mapping[str, PaperFigure]] = {
    "forest": PaperFigure(
        "every safety benchmark with its interval, by area",
        lambda index, population, _: overview(index, population, TWO_COLUMNS),
    ),
    "compute-correlations": PaperFigure(
        "correlations with training compute beside those with capability (figure 9 of the paper)",
        lambda index, population, _: compute_correlations(index, population, TWO_COLUMNS),
    ),
    "capabilities-scores": PaperFigure(
        "the capabilities score of every model (of closed models too where they are in the scores, as in figure 17)",
        _scores,
    ),
    "capability-correlations": PaperFigure(
        "how the capability benchmarks correlate with each other", _heatmap
    ),
    "scatter": PaperFigure(
        "one benchmark against capability, every model named", _scatter, of_benchmark=True
    ),
    "family-strip": PaperFigure(
        "one benchmark's correlation without each family", _families, of_benchmark=True
    ),
    "robustness": PaperFigure("one benchmark's correlation by other choices", _robustness, of_benchmark=True),
    "population-split": PaperFigure(
        "one benchmark whose correlation turns round in a part of the models", _split, of_benchmark=True
    ),
}
"""By content. Which figure of the paper one follows is said where it is certain."""
