"""Small hand-made results, for what the shipped study does not show: odd names, one population, nothing known."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from confounded.study.result import (
    AreaFacts,
    AreaSummary,
    BenchmarkFacts,
    CapabilitiesSource,
    CapabilityCorrelations,
    Caution,
    Correlation,
    Interval,
    LeftOut,
    ModelResult,
    Notice,
    PointCounts,
    Pooled,
    PopulationResult,
    PopulationSummary,
    Provenance,
    Source,
    StudyResult,
    SuiteMember,
    VerdictCounts,
    WithoutFamily,
)
from confounded.study.settings import Settings

NASTY = '</script><img src=x onerror="document.title=1"><!--{{7*7}}'
"""What a file could call a model, benchmark or family in order to run something in the page."""


def interval(low: float, high: float) -> Interval:
    return Interval(method="family jackknife t", level=0.95, low=low, high=high, degrees_of_freedom=8.0)


def facts(benchmark: str, **known: object) -> BenchmarkFacts:
    return BenchmarkFacts(
        **{
            "benchmark": benchmark,
            "name": benchmark,
            "area": None,
            "kind": None,
            "metric": None,
            "direction": "higher",
            "correlated_with": "capabilities score",
            **known,
        }
    )


def correlation(population: str, benchmark: str, rho: float | None = 0.5, **known: object) -> Correlation:
    return Correlation(
        **{
            "population": population,
            "benchmark": benchmark,
            "correlated_with": "capabilities score",
            "rho": rho,
            "n_models": 4,
            "n_families": 4,
            "effective_families": 4.0,
            "in_suite": False,
            "rule": "the interval reaches across +0.40 or −0.40",
            "interval": None if rho is None else interval(rho - 0.2, min(1.0, rho + 0.2)),
            **known,
        }
    )


def population(
    name: str,
    benchmarks: Sequence[str],
    *,
    models: Sequence[str] = ("a", "b", "c", "d"),
    prefix: str = "family ",
) -> PopulationResult:
    """Return models of as many families, with made scores that rise with the capabilities score."""
    n = len(models)
    scores: list[float | None] = [round(2 * row / max(1, n - 1) - 1, 6) for row in range(n)]
    return PopulationResult(
        population=name,
        models=[
            ModelResult(
                model=model,
                name=model,
                family=f"{prefix}{model}",
                organisation=None,
                parameters=None,
                training_flop=None,
                capabilities_score=score,
            )
            for model, score in zip(models, scores, strict=True)
        ],
        n_models=n,
        n_families=n,
        left_out=[],
        capabilities=CapabilitiesSource(
            kind="suite", id="suite", title="the suite", made_from="first component of the suite"
        ),
        suite=[SuiteMember(benchmark=one, loading=0.577) for one in ("mmlu", "gsm8k", "bbh")],
        eigenvalues=[2.0, 0.7, 0.3],
        explained_share=2 / 3,
        capability_correlations=CapabilityCorrelations(
            benchmarks=["mmlu", "gsm8k", "bbh"],
            rho=[[1.0, 0.8, 0.6], [0.8, 1.0, 0.7], [0.6, 0.7, 1.0]],
            mean=0.7,
            standard_deviation=0.08,
        ),
        scores=dict.fromkeys((*benchmarks, "mmlu", "gsm8k", "bbh"), scores),
    )


def result(
    benchmarks: Sequence[BenchmarkFacts] = (facts("honesty"),),
    populations: Sequence[PopulationResult] | None = None,
    correlations: Sequence[Correlation] | None = None,
    areas: Sequence[AreaFacts] = (),
    area_summaries: Sequence[AreaSummary] = (),
    notices: Sequence[Notice] = (),
    sources: Sequence[Source] = (),
) -> StudyResult:
    """Return a result; what is left out is made to fit."""
    populations = populations or [population("chat", [one.benchmark for one in benchmarks])]
    if correlations is None:
        correlations = [
            correlation(one.population, fact.benchmark) for one in populations for fact in benchmarks
        ]
    suite = [facts(name) for name in ("mmlu", "gsm8k", "bbh")]
    none = VerdictCounts()
    return StudyResult(
        provenance=Provenance(
            program="confounded",
            program_version="0.1.0",
            sources=list(sources),
            settings=Settings(),
            shipped_scores=False,
        ),
        populations=list(populations),
        benchmarks=[*benchmarks, *suite],
        areas=list(areas),
        correlations=[
            *correlations,
            *(
                correlation(one.population, fact.benchmark, 0.9, in_suite=True)
                for one in populations
                for fact in suite
            ),
        ],
        population_summaries=[
            PopulationSummary(
                population=one.population,
                n_benchmarks=len(benchmarks),
                points=PointCounts(above=len(benchmarks), below=0, within=0),
                verdicts=VerdictCounts(undecided=len(benchmarks)),
                declared=[],
                verdicts_bh=none,
                verdicts_by=none,
                complete_against_score=none,
                verdicts_effective=none,
                complete_against_score_effective=none,
                power=[],
            )
            for one in populations
        ],
        area_summaries=list(area_summaries),
        kind_summaries=[],
        kind_contrasts=[],
        notices=list(notices),
    )


def area_summary(population: str, area: str, verdict: str, pooled: Pooled) -> AreaSummary:
    return AreaSummary(
        population=population,
        area=area,
        n_benchmarks=1,
        points=PointCounts(above=1, below=0, within=0),
        verdicts=VerdictCounts(undecided=1),
        members=["honesty"],
        median=0.5,
        lowest=0.5,
        highest=0.5,
        pooled=pooled,
        verdict=verdict,
        rule="pooled: the interval lies above +0.40",
    )


def left_out(model: str, *missing: str) -> LeftOut:
    return LeftOut(model=model, missing=list(missing))


def awkward(text: str) -> StudyResult:
    """Return a result in which every text that a file can bring is this one."""
    benchmark = facts(
        text,
        name=text,
        area=text,
        kind=text,
        metric=text,
        note=text,
        placed_by=text,
        unit=text,
        reference=text,
    )
    models = population("chat", [text], models=[f"{text}{i}" for i in range(4)], prefix=text)
    models = msgspec.structs.replace(models, left_out=[left_out(text, text)])
    return result(
        [benchmark],
        populations=[models],
        correlations=[
            correlation(
                "chat",
                text,
                reason=text,
                rule=text,
                verdict=text,
                cautions=[Caution(caution=text, what=text)],
                without_family=[WithoutFamily(family=f"{text}{text}0"[:20000], rho=0.4, verdict=text)],
            )
        ],
        areas=[AreaFacts(area=text, title=text, description=text, finding=text, placed_by=text)],
        area_summaries=[
            area_summary("chat", text, text, Pooled(rho=0.5, low=0.4, high=0.6, n_families=4, reason=text))
        ],
        notices=[Notice(what=text, where=text, remedy=text)],
        sources=[Source(name=text, sha256=text)],
    )
