"""Is my benchmark confounded with capability? The study of a benchmark, and what its author needs to know beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from confounded.catalog import areas
from confounded.catalog import benchmarks as catalogue
from confounded.engine import ALL_CORES, Engine
from confounded.errors import ContentError, UsageError
from confounded.scores import ScoreTable
from confounded.stats.planning import Design, families_needed
from confounded.study.advice import advice_on, case_member, worked_cases
from confounded.study.capability import capabilities_of
from confounded.study.check_capability import chosen_capability
from confounded.study.check_result import (
    BenchmarkCheck,
    CheckResult,
    ChosenCapability,
    FamiliesNeeded,
    Standing,
)
from confounded.study.columns import with_columns_asked_for
from confounded.study.known_names import with_known_names
from confounded.study.population import Population, benchmark_facts, populations
from confounded.study.result import BenchmarkFacts, Correlation, Notice, Source, StudyResult
from confounded.study.settings import Settings
from confounded.study.shapes import is_turning
from confounded.study.shipped import shipped_study
from confounded.study.study import run_study
from confounded.study.uncertainty import Progress
from confounded.study.within import within_families

__all__ = ["FEWEST_TO_CHECK", "check_scores"]

FEWEST_TO_CHECK: Final = 8
"""Models with capability and a score below which nothing is said: of seven, a rank correlation of 0 is above .4 in
magnitude more than a third of the time."""

POWER: Final = 0.8
"""How often a study that "would decide" reaches its verdict: the customary power."""

SIMULATIONS: Final = 300
"""Of each size of study that is tried: a power of .8 is then known to ±.05, which moves the answer by a family or
two. `confounded plan` does more."""

MOST_FAMILIES: Final = 60
"""Where the search gives up: no published study has that many."""

CAPABILITY: Final = "capability"


def check_scores(
    scores: ScoreTable,
    settings: Settings | None = None,
    *,
    sources: Sequence[Source] = (),
    area: str | None = None,
    plan: bool = True,
    engine: Engine = ALL_CORES,
    progress: Progress | None = None,
) -> CheckResult:
    """Check whether benchmarks are confounded with capability.

    Capability comes from where the settings say; without that from the capability benchmarks among the scores, if
    there are three or more, else from the reference that has most of the models. Models that it has not are left out
    and listed.

    Parameters
    ----------
    scores : ScoreTable
        Scores of some models on one benchmark or more.
    settings : Settings, optional
    sources : sequence of Source, optional
        The files the scores were read from, for the record.
    area : str, optional
        The area of research of the benchmarks of which neither the scores nor the catalogue says it.
    plan : bool, optional
        Whether to find out how many more families would decide, which takes most of the time.
    engine, progress
        As of `run_study`.

    Returns
    -------
    CheckResult

    Raises
    ------
    ContentError
        If there are fewer than eight models with a score and a capabilities score; the message names them.
    UnknownError, UsageError
        As of `run_study`.
    """
    scores = scores if area is None else _placed(scores, area)
    settings = settings or Settings()
    scores, settings, renamed = with_known_names(scores, settings)
    scores, taken = with_columns_asked_for(scores, settings)
    chosen, table, settings = chosen_capability(scores, settings)
    facts = benchmark_facts(table, settings)
    split, _ = populations(table, facts, settings)
    table, notices = _without_small_populations(table, split, chosen)
    study = run_study(table, settings, sources=sources, engine=engine, progress=progress)
    wanted = _checked(study)
    told = _progress(progress, len(wanted) if plan else 0)
    # The populations that were studied are as they were: only whole ones were left out.
    studied = {other.name: other for other in split if other.name in {one.population for one in wanted}}
    scored = {name: capabilities_of(other, settings, facts)[0] for name, other in studied.items()}
    checks = []
    for place, one in enumerate(wanted):
        population, score = studied[one.population], scored[one.population]
        fact = facts[one.benchmark]
        within = within_families(population, score, fact, settings.level)
        needed = _needed(population, one, settings, plan, partial(told, place))
        checks.append(
            BenchmarkCheck(
                benchmark=one.benchmark,
                population=one.population,
                within=within,
                standing=_standing(fact, one, settings),
                needed=needed,
                advice=advice_on(fact, one, within, needed),
            )
        )
    shown = {case for one in checks for advice in one.advice for case in advice.cases}
    cases = worked_cases(wanted[0].population, settings.margin, settings.level) if shown else []
    return CheckResult(
        capability=chosen,
        checks=checks,
        worked_cases=[one for one in cases if one.case in shown],
        notices=renamed + taken + notices,
        study=study,
    )


def _placed(scores: ScoreTable, area: str) -> ScoreTable:
    """Return the scores with an area for the benchmarks that have none."""
    if area not in areas():
        raise UsageError(f"an area among {', '.join(areas())}", found=repr(area), where="--area")
    known = {name for name, entry in catalogue().items() if entry.area}
    benchmarks = scores.benchmarks.with_columns(
        area=pl.when(pl.col("area").is_null() & ~pl.col("benchmark").is_in(sorted(known)))
        .then(pl.lit(area))
        .otherwise(pl.col("area"))
    )
    return replace(scores, benchmarks=benchmarks)


def _without_small_populations(
    table: ScoreTable, split: Sequence[Population], chosen: ChosenCapability
) -> tuple[ScoreTable, list[Notice]]:
    """Leave out populations that are too small to say anything of; refuse where no other is left."""
    small = [one for one in split if len(one.models) < FEWEST_TO_CHECK]
    if len(small) == len(split):
        raise _too_few({one.name: list(one.matrix.models) for one in split}, chosen)
    if not small:
        return table, []
    gone = {model for one in small for model in one.matrix.models}
    kept = ~pl.col("model").is_in(sorted(gone))
    left = replace(table, scores=table.scores.filter(kept), models=table.models.filter(kept))
    return left, [
        Notice(
            what=f"{len(one.models)} {one.name} models are too few to be studied, and {one.name} models "
            f"are not mixed with "
            f"others: {', '.join(one.matrix.models)}.",
            remedy="Where the catalogue or the name says the wrong thing, say it in a column 'population'.",
        )
        for one in small
    ]


def _too_few(models: Mapping[str, Sequence[str]], chosen: ChosenCapability) -> ContentError:
    """Return the refusal of too few models, which names those there are and those that were not found."""
    there = "; ".join(f"{len(names)} {name}: {', '.join(names)}" for name, names in models.items() if names)
    lost = [
        one.model + (f" (may be {' or '.join(one.candidates[:3])})" if one.candidates else "")
        for one in chosen.not_found
    ]
    missing = f"; not found in {chosen.id}: {', '.join(lost)}" if lost else ""
    return ContentError(
        f"at least {FEWEST_TO_CHECK} models of one population with a score and a capabilities score",
        found=f"{there or 'none'}{missing}",
        remedy="Add models, give them in a column 'name' the name that the reference has, or take capability from "
        "elsewhere with --capabilities (`confounded datasets` lists the references).",
    )


def _checked(study: StudyResult) -> list[Correlation]:
    """Return the correlations a card is made for: those of benchmarks that are no capability benchmarks.

    Raises
    ------
    ContentError
        If none rests on enough models.
    """
    kinds = {fact.benchmark: fact.kind for fact in study.benchmarks}
    outside = [one for one in study.correlations if not one.in_suite]
    wanted = [one for one in outside if kinds[one.benchmark] != CAPABILITY] or outside
    if not wanted:
        raise ContentError(
            "scores on a benchmark to be checked",
            found="none but those that capability is taken from",
            remedy="Add a column with the scores of your benchmark.",
        )
    enough = [one for one in wanted if one.n_models >= FEWEST_TO_CHECK]
    if not enough:
        raise ContentError(
            f"at least {FEWEST_TO_CHECK} models with a score and a capabilities score",
            found="; ".join(
                f"{one.n_models} {one.population} models on {one.benchmark}" for one in wanted[:5]
            ),
            remedy="Add models.",
        )
    return enough


def _needed(
    population: Population,
    one: Correlation,
    settings: Settings,
    plan: bool,
    progress: Callable[[int, int], None],
) -> FamiliesNeeded:
    """Find out how many families would decide an undecided benchmark, were its true correlation the one seen."""
    corrected = one.reliability.rho if one.reliability else None
    rho = one.rho if corrected is None else corrected
    reason = None
    if one.verdict == "unreliable":
        reason = "it takes a better measurement, not more models"
    elif is_turning(one):
        reason = "the relation turns round, and no number of families makes one correlation describe it"
    elif one.verdict != "undecided":
        reason = f"it is decided: {one.verdict}"
    elif not plan:
        reason = "not asked for"
    elif rho is None or one.rho is None:
        reason = one.reason or "the correlation is undefined"
    elif abs(rho) >= 1 or abs(rho) == settings.margin:
        reason = f"a correlation of {rho:g} without measurement error cannot be planned for"
    if reason is not None or rho is None:
        return FamiliesNeeded(reason=reason)
    sizes = _family_sizes(population, one)
    reliability = one.reliability.value if one.reliability and one.reliability.value else 1.0
    found = families_needed(
        Design(sizes, reliability=reliability),
        rho,
        margin=settings.margin,
        level=settings.level,
        power=POWER,
        most_families=max(MOST_FAMILIES, len(sizes)),
        simulations=SIMULATIONS,
        seed=settings.seed,
        progress=progress,
    )
    enough = found.n_families is not None and found.n_models is not None
    return FamiliesNeeded(
        claim=found.claim,
        assumed_rho=rho,
        power=POWER,
        n_families=found.n_families,
        n_models=found.n_models,
        more_families=max(1, found.n_families - len(sizes))
        if found.n_families is not None and enough
        else None,
        more_models=max(1, found.n_models - sum(sizes)) if found.n_models is not None and enough else None,
        most_families=max(MOST_FAMILIES, len(sizes)),
        power_then=found.power,
        simulations=SIMULATIONS,
    )


def _family_sizes(population: Population, one: Correlation) -> tuple[int, ...]:
    """Return how many models each family behind a correlation has, the largest first."""
    present = ~np.isnan(population.matrix.column(one.benchmark))
    families = [family for family, there in zip(population.matrix.families, present, strict=True) if there]
    return tuple(sorted(Counter(families).values(), reverse=True))


def _standing(fact: BenchmarkFacts, one: Correlation, settings: Settings) -> Standing | None:
    """Put a benchmark among the shipped ones of its area, or among all outside the suite where it has none."""
    study = shipped_study(one.population, settings.margin, settings.level)
    if study is None or one.rho is None:
        return None
    known = areas().get(fact.area or "")
    peers = [
        member
        for name, other in study.correlations.items()
        if not other.in_suite
        and name != one.benchmark
        and study.facts[name].kind != CAPABILITY
        and study.facts[name].part_of is None  # a part and its whole would count twice
        and (known is None or study.facts[name].area == fact.area)
        and (member := case_member(other, study.facts[name])) is not None
    ]
    if not peers:
        return None
    rho = one.rho
    return Standing(
        population=one.population,
        area=known.area if known else None,
        title=known.title if known else "all areas",
        members=sorted(peers, key=lambda peer: (peer.rho, peer.benchmark)),
        n_lower=sum(peer.rho < rho for peer in peers),
        n_nearer=sum(abs(peer.rho) < abs(rho) for peer in peers),
    )


def _progress(progress: Progress | None, total: int) -> Callable[[int, int, int], None]:
    """Tell of the planning of each benchmark in turn, which tries several sizes of study."""

    def told(place: int, done: int, of: int) -> None:
        if progress is not None and total:
            progress("Simulating larger studies", min(place * of + done, total * of), total * of)

    return told
