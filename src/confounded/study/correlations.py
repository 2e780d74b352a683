"""The capabilities correlation of every benchmark: how its scores go with capability, model by model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from confounded.engine import ALL_CORES, Engine
from confounded.scores.table import accuracy_data_set
from confounded.stats.component import first_component
from confounded.stats.grouping import MOST_GROUPS
from confounded.stats.intervals import effective_families
from confounded.stats.ranks import spearman
from confounded.study.capabilities import FEWEST_MODELS, CapabilitiesScore
from confounded.study.imputed import MOST_IMPUTED
from confounded.study.imputed_evidence import MOST_LEFT_OUT, ImputedEvidence, impute_evidence
from confounded.study.known import number
from confounded.study.missing_result import Imputed
from confounded.study.population import CAPABILITIES_SCORE, Population
from confounded.study.published import PublishedFigures
from confounded.study.result import (
    BenchmarkFacts,
    ComputeCorrelation,
    Correlation,
    Interval,
    Notice,
    ScoreCorrelation,
)
from confounded.study.settings import SMALLEST_SUITE, Settings
from confounded.study.uncertainty import (
    DEFAULT_METHOD,
    EFFECTIVE_METHOD,
    Resampled,
    Target,
    family_groups,
    resample,
)

__all__ = ["MOSTLY_IMPUTED", "Evidence", "capabilities_correlations", "gather_evidence"]

MOSTLY_IMPUTED = f"more than {MOST_IMPUTED:.0%} of the suite would be imputed for the models that have it"

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """One correlation of the full sample. `rho` is None where it is undefined, and `reason` says why."""

    rho: float | None
    both: NDArray[np.bool_] = field(repr=False)
    reason: str | None

    @property
    def n_models(self) -> int:
        """Return over how many models it is."""
        return int(self.both.sum())


@dataclass(frozen=True, slots=True)
class Evidence:
    """The resampled correlations of a population, by benchmark.

    Parameters
    ----------
    with_score : mapping of str to (Resampled, int)
        Of every benchmark with the capabilities score: where it is found, and at which position.
    with_accuracy : mapping of str to (Resampled, int)
        Of calibration metrics with the accuracy on their own data set.
    without_itself : mapping of str to (Resampled, int)
        Of benchmarks in the suite, or kin to it, with a score refitted without them and their kin.
    imputed : mapping of str to Imputed
        Of every benchmark with the score of an imputed suite: what of it was imputed.
    """

    with_score: Mapping[str, tuple[Resampled, int]] = field(repr=False)
    with_accuracy: Mapping[str, tuple[Resampled, int]] = field(repr=False)
    without_itself: Mapping[str, tuple[Resampled, int]] = field(repr=False)
    imputed: Mapping[str, Imputed] = field(default_factory=dict, repr=False)

    def headline(self, benchmark: str) -> tuple[Resampled, int] | None:
        """Return what the headline correlation of a benchmark rests on."""
        return self.with_accuracy.get(benchmark) or self.with_score.get(benchmark)


def gather_evidence(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    settings: Settings,
    *,
    engine: Engine = ALL_CORES,
    progress: Callable[[int, int], None] | None = None,
) -> Evidence:
    """Resample every correlation of a population that is defined.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
    facts : mapping of str to BenchmarkFacts
    settings : Settings
    engine : Engine, optional
    progress : callable, optional
        Told how many pieces of the bootstrap are done, and of how many.

    Returns
    -------
    Evidence
    """
    scores = score.of_population(population)
    families = population.matrix.families
    scored, calibrated = {}, {}
    for benchmark in _measured(population, facts):
        values = population.matrix.column(benchmark)
        if correlation(values, scores).rho is not None and not too_many_imputed(score, values):
            scored[benchmark] = Target(
                values[score.rows], None if score.columns is not None else score.scores
            )
        accuracy = own_accuracy(population, facts[benchmark])
        if accuracy is not None and correlation(values, accuracy).rho is not None:
            calibrated[benchmark] = Target(values, accuracy)
    own_families = [families[row] for row in score.rows]
    holes = score.holes
    groups = family_groups(families, settings.seed, MOST_GROUPS if holes is None else MOST_LEFT_OUT)
    run = partial(resample, settings=settings, groups=groups, engine=engine)
    if holes is not None:
        work = partial(
            impute_evidence,
            settings=settings,
            imputations=holes.facts.imputations,
            by_age=bool(holes.facts.by_age),
            groups=groups,
            engine=engine,
        )
        with_score, imputed = _imputed(score.suite, holes.suite, scored, own_families, work, progress)
        return Evidence(
            with_score=with_score,
            with_accuracy=_resampled(None, calibrated, families, run),
            without_itself=_without_itself(
                population, score, facts, own_families, partial(_imputed_alone, work)
            ),
            imputed=imputed,
        )
    kin = population.kin
    own_kin = None if kin is None else [kin[row] for row in score.rows]
    return Evidence(
        with_score=_resampled(
            score.columns, scored, own_families, partial(run, kin=own_kin, progress=progress)
        ),
        with_accuracy=_resampled(None, calibrated, families, partial(run, kin=kin)),
        without_itself=_without_itself(population, score, facts, own_families, run),
    )


def _resampled(
    suite: FloatArray | None,
    targets: Mapping[str, Target],
    families: Sequence[str],
    run: Callable[..., Resampled],
) -> dict[str, tuple[Resampled, int]]:
    """Resample some benchmarks together."""
    if not targets:
        return {}
    found = run(suite, list(targets.values()), families)
    return {benchmark: (found, position) for position, benchmark in enumerate(targets)}


def _imputed(
    suite: Sequence[str],
    holed: FloatArray,
    targets: Mapping[str, Target],
    families: Sequence[str],
    work: Callable[..., ImputedEvidence],
    progress: Callable[[int, int], None] | None,
) -> tuple[dict[str, tuple[Resampled, int]], dict[str, Imputed]]:
    """Resample some benchmarks together, the suite imputed anew each time."""
    if not targets:
        return {}, {}
    columns = [target.values for target in targets.values()]
    found = work(holed, columns, [name in suite for name in targets], families, progress=progress)
    return (
        {benchmark: (found.resampled, position) for position, benchmark in enumerate(targets)},
        dict(zip(targets, found.imputed, strict=True)),
    )


def _imputed_alone(
    work: Callable[..., ImputedEvidence],
    suite: FloatArray,
    targets: Sequence[Target],
    families: Sequence[str],
    *,
    bootstrap: bool,
) -> Resampled:
    """Resample benchmarks outside a suite that is imputed."""
    if bootstrap:
        raise ValueError("an imputed suite is not bootstrapped")
    return work(suite, [target.values for target in targets], [False] * len(targets), families).resampled


def _without_itself(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    families: Sequence[str],
    run: Callable[..., Resampled],
) -> dict[str, tuple[Resampled, int]]:
    """Resample each benchmark of the suite, or kin to it, with a score that leaves itself and its kin out."""
    found = {}
    for benchmark in _measured(population, facts):
        columns = suite_without(score, facts[benchmark])
        values = population.matrix.column(benchmark)[score.rows]
        if columns is None or correlation(values, first_component(columns).scores).rho is None:
            continue
        if score.holes is not None:
            columns = score.holes.suite[:, _kept_without(score, facts[benchmark])]
        found[benchmark] = (run(columns, [Target(values)], families, bootstrap=False), 0)
    return found


def suite_without(score: CapabilitiesScore, fact: BenchmarkFacts) -> FloatArray | None:
    """Return the columns of the suite without a benchmark and those that share items with it.

    Returns
    -------
    ndarray of shape (S, C - k) or None
        None where nothing is to be left out, too little would be left, or the score is held fixed.
    """
    if score.columns is None:
        return None
    kept = _kept_without(score, fact)
    if len(kept) == len(score.suite) or len(kept) < SMALLEST_SUITE:
        return None
    return score.columns[:, kept]


def _kept_without(score: CapabilitiesScore, fact: BenchmarkFacts) -> list[int]:
    """Return the places of the suite that hold neither a benchmark nor those that share items with it."""
    left_out = {fact.benchmark, *fact.kin_to_suite}
    return [place for place, name in enumerate(score.suite) if name not in left_out]


def capabilities_correlations(
    population: Population,
    score: CapabilitiesScore,
    facts: Mapping[str, BenchmarkFacts],
    published: PublishedFigures,
    evidence: Evidence,
) -> tuple[list[Correlation], list[Notice]]:
    """Correlate every benchmark of a population with capability.

    Parameters
    ----------
    population : Population
    score : CapabilitiesScore
        The capabilities scores of its models.
    facts : mapping of str to BenchmarkFacts
        What each benchmark is correlated with; its order is that of the result.
    published : PublishedFigures
        The figures the paper prints, to stand beside ours where the models are the paper's.
    evidence : Evidence
        The same correlations, resampled.

    Returns
    -------
    correlations : list of Correlation
        One a benchmark on which the population has scores.
    notices : list of Notice
        Benchmarks that could not be correlated with what they should be.
    """
    scores = score.of_population(population)
    compute = np.array([np.nan if m.training_flop is None else m.training_flop for m in population.models])
    correlations, notices = [], []
    for benchmark in _measured(population, facts):
        fact = facts[benchmark]
        values = population.matrix.column(benchmark)
        accuracy = own_accuracy(population, fact)
        if accuracy is None and fact.correlated_with != CAPABILITIES_SCORE:
            notices.append(_no_accuracy(population, fact))
        correlated_with = CAPABILITIES_SCORE if accuracy is None else fact.correlated_with
        measured = correlation(values, scores if accuracy is None else accuracy)
        with_score = evidence.with_score.get(benchmark)
        imputed = None if accuracy is not None else evidence.imputed.get(benchmark)
        if imputed is not None:
            measured = _over_imputations(measured, with_score)
        elif accuracy is None and measured.rho is not None and too_many_imputed(score, values):
            measured = Measured(None, measured.both, MOSTLY_IMPUTED)
        families = [population.matrix.families[row] for row in np.flatnonzero(measured.both)]
        sizes = list(Counter(families).values())
        intervals = _intervals(evidence.headline(benchmark))
        correlations.append(
            Correlation(
                population=population.name,
                benchmark=benchmark,
                correlated_with=correlated_with,
                rho=measured.rho,
                n_models=measured.n_models,
                n_families=len(sizes),
                effective_families=effective_families(sizes),
                in_suite=benchmark in score.suite,
                reason=measured.reason,
                imputed=imputed,
                interval=intervals[0] if intervals else None,
                intervals=intervals[1:],
                published=(
                    published.find(population.name, benchmark, correlated_with)
                    if accuracy is not None or _is_papers(score, population)
                    else None
                ),
                without_itself=_refitted(population, score, fact, evidence.without_itself.get(benchmark)),
                against_score=(
                    None
                    if accuracy is None
                    else _beside(
                        _against_score(correlation(values, scores), score, with_score),
                        with_score,
                    )
                ),
                compute=_compute_correlation(population, benchmark, values, compute, published),
            )
        )
    return correlations, notices


def _is_papers(score: CapabilitiesScore, population: Population) -> bool:
    """Return whether the paper's figures are of this score: fitted to a suite, or the paper's own held fixed."""
    return score.fit is not None or score.source.id == f"safetywashing-{population.name}"


def _measured(population: Population, facts: Mapping[str, BenchmarkFacts]) -> list[str]:
    """Return the benchmarks the population has scores on, in the order of the facts."""
    present = set(population.matrix.benchmarks)
    return [benchmark for benchmark in facts if benchmark in present]


def correlation(values: FloatArray, reference: FloatArray) -> Measured:
    """Return the Spearman correlation over the models that have both.

    Parameters
    ----------
    values, reference : ndarray of shape (M,)
        NaN where a model has none.

    Returns
    -------
    Measured
    """
    both = ~(np.isnan(values) | np.isnan(reference))
    if both.sum() < FEWEST_MODELS:
        return Measured(None, both, f"fewer than {FEWEST_MODELS} models have both")
    if np.ptp(values[both]) == 0:
        return Measured(None, both, "all models have the same score")
    if np.ptp(reference[both]) == 0:
        return Measured(None, both, "all models are equally capable")
    return Measured(spearman(values[both], reference[both]), both, None)


def too_many_imputed(score: CapabilitiesScore, values: FloatArray) -> bool:
    """Return whether more of the suite is imputed than may be, for the models that have a benchmark."""
    if score.holes is None:
        return False
    own = score.holes.suite[~np.isnan(values[score.rows])]
    return own.size > 0 and float(np.isnan(own).mean()) > MOST_IMPUTED


def own_accuracy(population: Population, fact: BenchmarkFacts) -> FloatArray | None:
    """Return the accuracy on a calibration metric's own data set, if the population has it."""
    data_set = accuracy_data_set(fact.correlated_with)
    if data_set not in population.matrix.benchmarks:
        return None
    return population.matrix.column(data_set)


def _no_accuracy(population: Population, fact: BenchmarkFacts) -> Notice:
    return Notice(
        what=f"{fact.benchmark} of the {population.name} models should be correlated with the "
        f"{fact.correlated_with}, which the scores do not hold; it is correlated with the capabilities score.",
        remedy="Add these accuracies to the scores.",
    )


def _intervals(found: tuple[Resampled, int] | None) -> list[Interval]:
    """Return the intervals of a correlation, the default first; none where it is undefined."""
    return [] if found is None else found[0].intervals[found[1]]


def _against_score(
    measured: Measured, score: CapabilitiesScore, found: tuple[Resampled, int] | None
) -> Measured:
    """Return a correlation with the capabilities score: over all imputations where the suite has holes."""
    if score.holes is None:
        return measured
    if found is None and measured.rho is not None:
        return Measured(None, measured.both, MOSTLY_IMPUTED)
    return _over_imputations(measured, found)


def _over_imputations(measured: Measured, found: tuple[Resampled, int] | None) -> Measured:
    """Return a correlation as it is over all imputations, and not with the mean score."""
    if found is None:
        return measured
    rho = number(found[0].rho[found[1]])
    reason = (
        measured.reason
        if rho is not None
        else "the first component of the imputed suites is not one and the same"
    )
    return Measured(rho, measured.both, reason)


def _beside(measured: Measured, found: tuple[Resampled, int] | None) -> ScoreCorrelation:
    by_method = {one.method: one for one in _intervals(found)}
    return ScoreCorrelation(
        rho=measured.rho,
        n_models=measured.n_models,
        interval=by_method.get(DEFAULT_METHOD),
        effective=by_method.get(EFFECTIVE_METHOD),
    )


def _refitted(
    population: Population,
    score: CapabilitiesScore,
    fact: BenchmarkFacts,
    found: tuple[Resampled, int] | None,
) -> ScoreCorrelation | None:
    """Correlate a benchmark with a score refitted without it and its kin."""
    columns = suite_without(score, fact)
    if found is None or columns is None:
        return None
    values = population.matrix.column(fact.benchmark)[score.rows]
    return _beside(_against_score(correlation(values, first_component(columns).scores), score, found), found)


def _compute_correlation(
    population: Population,
    benchmark: str,
    values: FloatArray,
    compute: FloatArray,
    published: PublishedFigures,
) -> ComputeCorrelation | None:
    """Correlate a benchmark with training compute, if any model's is known."""
    if np.isnan(compute).all():
        return None
    measured = correlation(values, compute)
    return ComputeCorrelation(
        rho=measured.rho,
        n_models=measured.n_models,
        published=published.find(population.name, benchmark, "training compute"),
    )
