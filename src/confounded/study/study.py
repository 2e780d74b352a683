"""The study: from a score table to everything that is found in it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

import confounded
from confounded.catalog import areas
from confounded.engine import ALL_CORES, Engine
from confounded.errors import ContentError, UsageError
from confounded.scores import Issue, ScoreTable
from confounded.stats.component import FirstComponent
from confounded.stats.grouping import MOST_GROUPS
from confounded.study.areas import area_summaries, kind_contrasts, kind_summaries
from confounded.study.capabilities import CapabilitiesScore
from confounded.study.capability import capabilities_of
from confounded.study.cautions import caution
from confounded.study.columns import with_columns_asked_for
from confounded.study.components import capability_components, component_cautions
from confounded.study.components_result import CapabilityComponents
from confounded.study.copies import with_copies
from confounded.study.correlations import capabilities_correlations, gather_evidence
from confounded.study.directions import catalogue_directions
from confounded.study.families import family_notices
from confounded.study.intuition import area_predictions, intuition
from confounded.study.known import number
from confounded.study.known_names import with_known_names
from confounded.study.models import compare_models
from confounded.study.population import (
    DECLARED,
    Population,
    benchmark_facts,
    populations,
)
from confounded.study.published import published_figures
from confounded.study.releases import n_dated, release_notices
from confounded.study.result import (
    AreaExpectation,
    AreaFacts,
    AreaSection,
    BenchmarkFacts,
    CapabilityCorrelations,
    Correlation,
    ModelResult,
    Notice,
    PopulationResult,
    Provenance,
    ScoreWithCompute,
    Source,
    StudyResult,
    SuiteMember,
)
from confounded.study.reversals import (
    opposed_benchmarks,
    reversal_cautions,
    reversal_notices,
    with_reversals,
)
from confounded.study.robustness import MOST_MODELS, MOST_MOVING, describe_correlations
from confounded.study.score_with_compute import score_with_compute
from confounded.study.settings import Settings
from confounded.study.strata import not_parted, part_models
from confounded.study.summaries import population_summary
from confounded.study.trends import safety_trends
from confounded.study.uncertainty import Progress
from confounded.study.units import unit_notices
from confounded.study.verdicts import MOST_LISTED, judge

__all__ = ["run_study"]

_LOGGER: Final = logging.getLogger(__name__)


def run_study(
    scores: ScoreTable,
    settings: Settings | None = None,
    *,
    sources: Sequence[Source] = (),
    shipped: bool = False,
    engine: Engine = ALL_CORES,
    progress: Progress | None = None,
) -> StudyResult:
    """Find out how each benchmark goes with capability.

    Parameters
    ----------
    scores : ScoreTable
        Scores of models on safety and capability benchmarks.
    settings : Settings, optional
        What to do where the method leaves a choice.
    sources : sequence of Source, optional
        The files the scores were read from, for the record.
    shipped : bool, optional
        Whether these are the scores that ship with the package.
    engine : Engine, optional
        Where resamples, specifications and imputations run: by default in threads, one for each usable core
        (`confounded.engine.Threads`). The result does not depend on it.
    progress : callable, optional
        Told what is being done, how many pieces of it are done, and how many there are.

    Returns
    -------
    StudyResult

    Raises
    ------
    UnknownError
        If population, family or direction of something is not known and no setting says what to do.
    ContentError
        If a population has too few models or capability benchmarks.

    Examples
    --------
    >>> import confounded
    >>> study = confounded.run_study(confounded.load_scores())
    >>> [population.n_models for population in study.populations]
    [27, 26]
    """
    settings = settings or Settings()
    scores, settings, renamed = with_known_names(scores, settings)
    scores, taken = with_columns_asked_for(scores, settings)
    scores = _without_left_out(scores, settings)
    facts = benchmark_facts(scores, settings)
    split, notices = populations(scores, facts, settings)
    notices = _of_issues(scores.issues) + renamed + taken + notices
    notices += [] if shipped else catalogue_directions(scores, settings)
    notices += unit_notices(scores, facts) + _strange_kin(facts, split)
    published = published_figures(split)
    results: list[PopulationResult] = []
    components: list[CapabilityComponents | None] = []
    correlations: list[Correlation] = []
    by_population, by_area, by_kind, contrasts, trends = [], [], [], [], []
    fits, impossible = _fitted(split, settings, facts)
    notices += _not_studied(impossible, len(split))
    split, fitted = [population for population, _, _ in fits], [score for _, score, _ in fits]
    facts, copies = with_copies(facts, list(zip(split, fitted, strict=True)))
    notices += _incomplete(split) + family_notices(split, fitted) + copies
    _LOGGER.info("Looking for strata in which a correlation turns round")
    scopes, strata, scoped = part_models(split, fitted, facts, settings, engine=engine)
    strata = with_reversals(strata, scoped, settings)
    opposed = opposed_benchmarks(strata)
    for population, score, remarks in fits:
        _LOGGER.info(
            "Correlating %s %s models on %s benchmarks with capability",
            len(population.models),
            population.name,
            len(population.matrix.benchmarks),
        )
        measured = _without_capability(facts, score)
        evidence = gather_evidence(
            population, score, measured, settings, engine=engine, progress=_stage(progress, population.name)
        )
        found, more = capabilities_correlations(population, score, measured, published, evidence)
        notices += remarks + more + _of_many(population)
        _LOGGER.info("Finding verdicts and what they rest on, %s models", population.name)
        own_opposed = opposed.get(population.name, frozenset())
        judged = judge(population, score, facts, evidence, found, settings, own_opposed)
        described = describe_correlations(population, score, facts, judged, settings, engine=engine)
        compared = compare_models(population, score, facts, described, settings)
        _LOGGER.info("Taking areas and kinds together, %s models", population.name)
        own = caution(population, facts, compared, score)
        correlations += own
        by_population.append(
            population_summary(population.name, _family_sizes(population, score), own, facts, settings)
        )
        of_areas = area_summaries(own, facts, evidence, settings, own_opposed)
        by_area += of_areas
        trends += safety_trends(population, score, own, of_areas, settings)
        by_kind += kind_summaries(own, facts, evidence, settings)
        contrasts += kind_contrasts(own, facts, evidence, settings)
        with_compute = score_with_compute(population, score, settings, engine=engine)
        results.append(_population_result(population, score, facts, settings.level, with_compute))
        components.append(capability_components(population, score, measured, settings, engine=engine))
    notices += not_parted(scoped, settings) + reversal_notices(strata) + release_notices(split)
    predictions = area_predictions(by_area, settings)
    return StudyResult(
        provenance=Provenance(
            program="confounded",
            program_version=confounded.__version__,
            sources=list(sources),
            settings=settings,
            shipped_scores=shipped,
        ),
        populations=results,
        benchmarks=list(facts.values()),
        areas=_areas_of(correlations, facts, whole=shipped),
        correlations=component_cautions(reversal_cautions(correlations, strata, settings), components),
        population_summaries=by_population,
        area_summaries=by_area,
        kind_summaries=by_kind,
        kind_contrasts=contrasts,
        area_predictions=predictions,
        intuition=intuition(predictions, settings),
        trends=trends,
        components=[one for one in components if one is not None],
        scopes=scopes,
        strata=strata,
        notices=notices,
    )


Fit = tuple[Population, CapabilitiesScore, list[Notice]]
"""A population with its capabilities score, and what is to be said of that."""


def _fitted(
    split: Sequence[Population], settings: Settings, facts: Mapping[str, BenchmarkFacts]
) -> tuple[list[Fit], list[tuple[Population, ContentError]]]:
    """Return the populations that have a capabilities score, and those that cannot have one, with the reason.

    Where capability comes from a reference, a population is the models that it has: of the others, which may be
    nearly all, nothing can be said, and they are only named (`PopulationResult.left_out`).
    """
    fits: list[Fit] = []
    impossible = []
    for population in split:
        try:
            score, remarks = capabilities_of(population, settings, facts)
        except ContentError as problem:
            impossible.append((population, problem))
            continue
        if score.source.kind == "reference":
            population = population.of_models(score.rows.tolist())
            score = replace(score, rows=np.arange(score.rows.size))
        fits.append((population, score, remarks))
    return fits, impossible


def _of_issues(issues: Sequence[Issue]) -> list[Notice]:
    """Say what was met on the way in, first what left something to guess."""
    told = [Notice(what=i.what, where=i.where, remedy=i.remedy, lenient=i.stops) for i in issues]
    return sorted(told, key=lambda notice: not notice.lenient)


def _without_left_out(scores: ScoreTable, settings: Settings) -> ScoreTable:
    """Return the scores without the benchmarks that are not to be studied."""
    known = set(scores.scores["benchmark"])
    strangers = [name for name in settings.leave_out if name not in known]
    if strangers:
        raise UsageError(
            "benchmarks that have scores", found=f"none on {', '.join(strangers)}", where="--leave-out"
        )
    if not settings.leave_out:
        return scores
    kept = ~pl.col("benchmark").is_in(settings.leave_out)
    return replace(scores, scores=scores.scores.filter(kept), benchmarks=scores.benchmarks.filter(kept))


def _without_capability(
    facts: Mapping[str, BenchmarkFacts], score: CapabilitiesScore
) -> dict[str, BenchmarkFacts]:
    """Return the benchmarks to be measured: all but one that itself stands for capability."""
    return {
        name: fact for name, fact in facts.items() if score.source.kind != "column" or name != score.source.id
    }


def _incomplete(split: Sequence[Population]) -> list[Notice]:
    """Say which benchmarks have scores of some models only; each correlation says of how many."""
    notices = []
    for population in split:
        counts = (~np.isnan(population.matrix.scores)).sum(axis=0).tolist()
        total = len(population.models)
        some = [
            f"{n} ({k} of {total})"
            for n, k in zip(population.matrix.benchmarks, counts, strict=True)
            if k < total
        ]
        if some:
            notices.append(
                Notice(
                    what=f"Not all {population.name} models have scores on {', '.join(some)}; "
                    "these correlations are over those that do."
                )
            )
    return notices


def _of_many(population: Population) -> list[Notice]:
    """Say what is done otherwise because there are very many families or models."""
    n_families, n_models = len(set(population.matrix.families)), len(population.models)
    said = []
    if n_families > MOST_GROUPS:
        said.append(
            f"the jackknife leaves out {MOST_GROUPS} groups of the {n_families} families, large families alone and "
            "small ones several at a time, put together at random"
        )
    if n_families > MOST_LISTED:
        said.append("of the families only the largest and those that move a correlation most are listed")
    if n_models > MOST_MODELS:
        said.append(
            f"the {MOST_MOVING} models that move a correlation most are left out of it in turn, and not all {n_models}"
        )
    return [Notice(what=f"Of so many {population.name} models: {'; '.join(said)}.")] if said else []


def _not_studied(impossible: Sequence[tuple[Population, ContentError]], n_populations: int) -> list[Notice]:
    """Say which populations cannot be studied, or refuse where none can.

    Raises
    ------
    ContentError
        If no population is left.
    """
    if len(impossible) == n_populations:
        raise impossible[0][1]
    return [
        Notice(
            what=f"The {len(population.models)} {population.name} models are not studied: expected {problem.expected}, "
            f"but found {problem.found}.",
            remedy=problem.remedy,
            not_studied=population.name,
        )
        for population, problem in impossible
    ]


def _strange_kin(facts: Mapping[str, BenchmarkFacts], split: Sequence[Population]) -> list[Notice]:
    """Say which kin were declared with the scores that no score is of."""
    measured = {name for population in split for name in population.matrix.benchmarks}
    return [
        Notice(
            what=f"{fact.benchmark} is declared to be kin to {', '.join(strange)}, of which there are no scores.",
            remedy="Correct kin_to_suite.",
        )
        for fact in facts.values()
        if fact.kin_reason == DECLARED
        and (strange := [name for name in fact.kin_to_suite if name not in measured])
    ]


def _family_sizes(population: Population, score: CapabilitiesScore) -> list[int]:
    """Return how many models with a capabilities score each family has, the largest first."""
    families = [population.matrix.families[row] for row in score.rows]
    return sorted(Counter(families).values(), reverse=True)


def _stage(progress: Progress | None, population: str) -> Callable[[int, int], None] | None:
    """Name the stage of the work that is told of."""
    if progress is None:
        return None
    told = partial(progress, f"Resampling the {population} models")
    # Shown from the start: before the first piece the kernel may have to be compiled, which takes seconds.
    told(0, 1)
    return told


def _population_result(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    level: float,
    with_compute: ScoreWithCompute | None,
) -> PopulationResult:
    """Record the models of a population and the fit of their capabilities scores."""
    matrix, fit = population.matrix, score.fit
    scored = score.of_population(population)
    half = score.half_widths(population, level)
    return PopulationResult(
        population=population.name,
        models=[
            ModelResult(
                model=facts_of.model,
                name=facts_of.name,
                family=facts_of.family,
                organisation=facts_of.organisation,
                parameters=facts_of.parameters,
                training_flop=facts_of.training_flop,
                catalogue_model=facts_of.catalogue_model,
                family_from=facts_of.family_from,
                released=facts_of.released,
                capabilities_score=number(own),
                score_low=number(own - wide),
                score_high=number(own + wide),
            )
            for facts_of, own, wide in zip(population.models, scored, half, strict=True)
        ],
        n_models=len(population.models),
        n_families=len(set(matrix.families)),
        n_families_of_kin=None if population.kin is None else len(set(population.kin)),
        n_dated=n_dated(population),
        left_out=list(score.left_out),
        capabilities=score.source,
        suite=[
            SuiteMember(benchmark=name, loading=float(loading))
            for name, loading in (zip(score.suite, fit.eigenvector, strict=True) if fit else ())
        ],
        eigenvalues=fit.eigenvalues.tolist() if fit else [],
        explained_share=float(fit.explained_share) if fit else None,
        capability_correlations=_between(score.suite, fit) if fit else None,
        missing=score.holes.facts if score.holes else None,
        score_with_compute=with_compute,
        scores={name: _numbers(matrix.column(name)) for name in facts if name in set(matrix.benchmarks)},
    )


def _between(suite: Sequence[str], fit: FirstComponent) -> CapabilityCorrelations:
    """Record the correlations between the capability benchmarks."""
    between = fit.correlation[np.triu_indices_from(fit.correlation, k=1)]
    return CapabilityCorrelations(
        benchmarks=list(suite),
        rho=fit.correlation.tolist(),
        mean=float(between.mean()),
        standard_deviation=float(between.std()),
    )


def _areas_of(
    correlations: Sequence[Correlation], facts: Mapping[str, BenchmarkFacts], *, whole: bool
) -> list[AreaFacts]:
    """Return the areas that the benchmarks belong to, or the whole survey, in the order of the catalogue."""
    met = {facts[one.benchmark].area for one in correlations}
    return [
        AreaFacts(
            area=area.area,
            title=area.title,
            description=area.description,
            finding=area.finding,
            placed_by=area.placed_by,
            goal=area.goal,
            threat=area.threat,
            sections=[AreaSection(heading=one.heading, text=one.text) for one in area.sections],
            expectations=[
                AreaExpectation(side=side, predicted=one.predict, why=one.why)
                for side, one in (("advocates", area.advocates), ("critics", area.critics))
                if one is not None
            ],
            references=[str(one) for one in area.references],
            settled_by=area.settled_by,
        )
        for area in areas().values()
        if whole or area.area in met
    ]


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [number(value) for value in values]
