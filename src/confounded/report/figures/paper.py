"""The figures for a paper, by what they show and by the number that they have in Ren et al. 2024.

The numbers are those of version 3 of arXiv 2407.21792 (27 December 2024), whose captions were read. Of figure 4
nothing but what an author says of it is known (`confounded.report.figures.slope`). Its other figures show the method,
an idea, or items of benchmarks, and no data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from confounded.errors import UsageError
from confounded.report.figures.benchmark_scatter import benchmark_scatter
from confounded.report.figures.calibration import calibration
from confounded.report.figures.components import components_figure, scree
from confounded.report.figures.compute import compute_correlations
from confounded.report.figures.heatmap import heatmap
from confounded.report.figures.missing import imputed_figure
from confounded.report.figures.overview import overview
from confounded.report.figures.panels import TWO_COLUMNS
from confounded.report.figures.planning import planning_curve
from confounded.report.figures.population_split import population_split, turning_splits
from confounded.report.figures.render import written
from confounded.report.figures.robustness import robustness
from confounded.report.figures.score_compute import score_compute
from confounded.report.figures.scores import capabilities_scores
from confounded.report.figures.slope import correlation_slope
from confounded.report.figures.strata import strata_figure
from confounded.report.figures.strip import family_strip
from confounded.report.figures.theme import family_marks
from confounded.report.figures.trends import trends_figure
from confounded.report.figures.vision import vision
from confounded.report.index import Entry, Index, file_slug
from confounded.study.result import Correlation, PopulationResult, StudyResult
from confounded.study.strata_result import TOGETHER

__all__ = ["FIGURES", "NUMBERS", "PaperFigure", "figure_files"]

Spec = dict[str, Any]

PAPER_CELL: Final = 28
PAPER_SIZE: Final = 8
"""Of the type, in pixels, of figures that have another one elsewhere."""


@dataclass(frozen=True, slots=True)
class PaperFigure:
    """A figure for a paper: what it shows, and how its specification is made for a population.

    `of_benchmark` says whether it is about one benchmark (`calibration`: one data set), whose id it then is made for.
    """

    shows: str
    make: Callable[[Index, str, str], Spec | None]
    of_benchmark: bool = False


def figure_files(result: StudyResult, asked: str, suffix: str) -> dict[str, bytes]:
    """Return a figure for a paper, a file for each population.

    Parameters
    ----------
    result : StudyResult
    asked : str
        A name of `FIGURES`, of those about one benchmark with ``=`` and its id after it; or one of `NUMBERS`.
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
    name, _, benchmark = NUMBERS.get(asked, asked).partition("=")
    figure = FIGURES.get(name)
    if figure is None:
        raise UsageError(f"a figure: {', '.join((*FIGURES, *NUMBERS))}", found=asked)
    if figure.of_benchmark != bool(benchmark):
        expected = f"{name}={'BENCHMARK' if figure.of_benchmark else ''}".rstrip("=")
        raise UsageError(f"--figure {expected}", found=asked)
    index = Index.of(result)
    if benchmark and index.anchor(benchmark) is None:
        raise UsageError("a benchmark of the study", found=benchmark)
    stem = asked if asked in NUMBERS else f"{name}-{file_slug(benchmark)}" if benchmark else name
    files = {}
    for population, slug in zip(index.populations, index.population_slugs, strict=True):
        spec = figure.make(index, population, benchmark)
        if spec is not None:
            files[f"{stem}-{slug}.{suffix}"] = written(spec, suffix)
    if name in (SPLIT, STRATA) and (spec := figure.make(index, TOGETHER, benchmark)) is not None:
        files[f"{stem}-{TOGETHER}.{suffix}"] = written(spec, suffix)
    if not files:
        raise UsageError(
            "a figure that there is something to draw for",
            found=f"{asked}, which shows {figure.shows}, and nothing of that in this study",
        )
    return files


def _heatmap(index: Index, population: str, _: str) -> Spec | None:
    one = _population(index, population)
    return heatmap(index, one, PAPER_CELL) if one.capability_correlations is not None else None


def _scores(index: Index, population: str, _: str) -> Spec | None:
    return capabilities_scores(_population(index, population), family_marks(index.result.populations))


def _score_compute(index: Index, population: str, _: str) -> Spec | None:
    return score_compute(_population(index, population), family_marks(index.result.populations))


def _calibration(index: Index, population: str, data_set: str) -> Spec | None:
    marks = family_marks(index.result.populations)
    return calibration(index, _population(index, population), data_set, marks)


def _vision(index: Index, population: str, _: str) -> Spec | None:
    return vision(index, _population(index, population), family_marks(index.result.populations))


def _planning(index: Index, population: str, _: str) -> Spec | None:
    summary = next(one for one in index.result.population_summaries if one.population == population)
    margin = index.result.provenance.settings.margin
    return planning_curve(_population(index, population), summary, margin, TWO_COLUMNS)


def _scatter(index: Index, population: str, benchmark: str) -> Spec | None:
    entry, one = _found(index, population, benchmark)
    if one is None or one.rho is None:
        return None
    return benchmark_scatter(
        _population(index, population), one, entry.facts, family_marks(index.result.populations)
    )


def _families(index: Index, population: str, benchmark: str) -> Spec | None:
    _, one = _found(index, population, benchmark)
    margin = index.result.provenance.settings.margin
    return None if one is None else family_strip(one, margin, TWO_COLUMNS, PAPER_SIZE)


def _robustness(index: Index, population: str, benchmark: str) -> Spec | None:
    _, one = _found(index, population, benchmark)
    return None if one is None else robustness(index, one, TWO_COLUMNS)


def _scree(index: Index, population: str, _: str) -> Spec | None:
    for found in index.result.components:
        if found.population == population:
            return scree(found, TWO_COLUMNS, PAPER_SIZE)
    return None


def _trends(index: Index, population: str, _: str) -> Spec | None:
    return trends_figure(index, population, TWO_COLUMNS)


def _components(index: Index, population: str, benchmark: str) -> Spec | None:
    return components_figure(index, population, benchmark, TWO_COLUMNS)


def _imputed(index: Index, population: str, benchmark: str) -> Spec | None:
    _, one = _found(index, population, benchmark)
    return None if one is None else imputed_figure(index, one, TWO_COLUMNS)


def _strata(index: Index, population: str, benchmark: str) -> Spec | None:
    return strata_figure(index, population, benchmark, TWO_COLUMNS)


def _split(index: Index, population: str, benchmark: str) -> Spec | None:
    for found in index.result.strata:
        if (found.population, found.benchmark) == (population, benchmark) and turning_splits(found):
            return population_split(index.result, found, width=TWO_COLUMNS - 100)
    return None


def _population(index: Index, population: str) -> PopulationResult:
    return next(one for one in index.result.populations if one.population == population)


def _found(index: Index, population: str, benchmark: str) -> tuple[Entry, Correlation | None]:
    entry = next(entry for entry in index.entries() if entry.facts.benchmark == benchmark)
    return entry, entry.correlations.get(population)


SPLIT: Final = "population-split"
STRATA: Final = "strata"
FIGURES: Final[Mapping[str, PaperFigure]] = {
    "forest": PaperFigure(
        "every safety benchmark with its interval, by area",
        lambda index, population, _: overview(index, population, TWO_COLUMNS),
    ),
    "correlation-slope": PaperFigure(
        "how much each safety benchmark moves with capability beside how closely",
        lambda index, population, _: correlation_slope(index, population, TWO_COLUMNS),
    ),
    "compute-correlations": PaperFigure(
        "correlations with training compute beside those with capability",
        lambda index, population, _: compute_correlations(index, population, TWO_COLUMNS),
    ),
    "capabilities-scores": PaperFigure(
        "the capabilities score of every model with its interval, of closed models too where they are in the scores",
        _scores,
    ),
    "score-compute": PaperFigure("the capabilities score against training compute", _score_compute),
    "capability-correlations": PaperFigure(
        "how the capability benchmarks correlate with each other", _heatmap
    ),
    "planning-curve": PaperFigure("what more families would decide", _planning),
    "vision": PaperFigure("benchmarks of vision models against accuracy on ImageNet", _vision),
    "scree": PaperFigure("how many capabilities the suite has, beside shuffled scores", _scree),
    "trends": PaperFigure("how safety changes over release dates at equal capability, by area", _trends),
    "scatter": PaperFigure(
        "one benchmark against capability, every model named", _scatter, of_benchmark=True
    ),
    "family-strip": PaperFigure(
        "one benchmark's correlation without each family", _families, of_benchmark=True
    ),
    "robustness": PaperFigure("one benchmark's correlation by other choices", _robustness, of_benchmark=True),
    "components": PaperFigure(
        "one benchmark's correlation with each of two capabilities", _components, of_benchmark=True
    ),
    "imputed": PaperFigure(
        "one benchmark's correlation with missing scores imputed, and what it would be otherwise",
        _imputed,
        of_benchmark=True,
    ),
    STRATA: PaperFigure(
        "one benchmark's correlation in parts of the models, and with compute, size or date allowed for",
        _strata,
        of_benchmark=True,
    ),
    SPLIT: PaperFigure(
        "one benchmark whose correlation turns round in a part of the models, or has opposite signs in two parts",
        _split,
        of_benchmark=True,
    ),
    "calibration": PaperFigure(
        "the calibration on one data set against the accuracy on it", _calibration, of_benchmark=True
    ),
}
"""By content."""

NUMBERS: Final[Mapping[str, str]] = {
    "paper-4": "correlation-slope",
    "paper-9": "scatter=truthfulqa_mc1",
    "paper-11": "calibration=mmlu",
    "paper-13": "vision",
    "paper-15": "score-compute",
    "paper-16": "capability-correlations",
    "paper-17": "capabilities-scores",
}
"""By the number of the paper's figure that a figure follows."""
