"""How many models, in how many families, would settle a benchmark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from confounded.errors import UsageError
from confounded.stats.planning import Design, families_needed, models_needed, simulate_power
from confounded.study.result import Correlation, PopulationResult, StudyResult
from confounded.study.written import written

__all__ = ["Plan", "PlanRequest", "plan_study", "request_from_study"]

DEFAULT_FAMILIES: Final = (5,) * 12
"""Where nothing else is said: a dozen families of five models."""

CUSTOMARY_ALPHA: Final = 0.05
"""The level of each one-sided test that is customary in equivalence tests (Lakens 2017)."""


class PlanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a study is planned for.

    Parameters
    ----------
    rho : float
        The assumed correlation with the capabilities score, free of measurement error.
    margin, level, power : float
        Of the verdict; how often it shall be reached.
    reliability : float
        Of the benchmark, above 0 up to 1.
    reliability_known : bool
        False where the study did not know it, so that 1 was taken.
    family_sizes : tuple of int
        Models in each family: the study at hand, and the pattern that a larger one goes on with.
    ability_clustering, residual_clustering : float
        Intra-family correlations of ability and of the rest of the benchmark.
    benchmark, population : str, optional
        What it was taken from.
    simulations, seed, most_families : int
    """

    rho: float = 0.0
    margin: float = 0.40
    level: float = 0.95
    power: float = 0.8
    reliability: float = 1.0
    reliability_known: bool = True
    family_sizes: tuple[int, ...] = DEFAULT_FAMILIES
    ability_clustering: float = 0.3
    residual_clustering: float = 0.5
    benchmark: str | None = None
    population: str | None = None
    simulations: int = 1_000
    seed: int = 0
    most_families: int = 100


class SizeTried(msgspec.Struct, frozen=True, kw_only=True):
    """One size that was simulated, and how often it reaches the right verdict."""

    n_families: int
    power: float


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes.

    `claim` is the verdict that the assumed correlation deserves. `power_now` is how often a study of the families given
    reaches it; `n_families` and `n_models` is the smallest study found that does often enough, null where the largest
    tried does not. `formula_models` is what the Fisher-z formula says for independent models at the level of the
    verdict, `formula_models_customary` at one-sided 5 %; null where the assumed correlation is on the margin.
    """

    request: PlanRequest
    claim: str
    power_now: float
    n_families: int | None
    n_models: int | None
    power_then: float
    tried: list[SizeTried]
    formula_models: int | None
    formula_models_customary: int | None

    def to_json(self) -> bytes:
        """Return the plan as JSON, indented."""
        return written(self)


def plan_study(request: PlanRequest, *, progress: Callable[[int, int], None] | None = None) -> Plan:
    """Find the smallest study that would settle a benchmark, by simulating studies and their verdicts.

    Parameters
    ----------
    request : PlanRequest
    progress : callable, optional
        Told how many simulations of the size being tried are done, and of how many.

    Returns
    -------
    Plan

    Raises
    ------
    UsageError
        If a number is out of its range.
    """
    _check(request)
    design = Design(
        request.family_sizes, request.ability_clustering, request.residual_clustering, request.reliability
    )
    now = simulate_power(
        design,
        [request.rho],
        margin=request.margin,
        level=request.level,
        simulations=request.simulations,
        seed=request.seed,
    )
    needed = families_needed(
        design,
        request.rho,
        margin=request.margin,
        level=request.level,
        power=request.power,
        most_families=request.most_families,
        simulations=request.simulations,
        seed=request.seed,
        progress=progress,
    )
    share = {"separable": now.separable, "entangled": now.entangled, "inverse": now.inverse}[needed.claim]
    alpha = (1.0 - request.level) / 2.0
    return Plan(
        request=request,
        claim=needed.claim,
        power_now=float(share[0]),
        n_families=needed.n_families,
        n_models=needed.n_models,
        power_then=needed.power,
        tried=[SizeTried(n_families=n, power=power) for n, power in needed.tried],
        formula_models=models_needed(request.rho, request.margin, alpha=alpha, power=request.power),
        formula_models_customary=models_needed(
            request.rho, request.margin, alpha=CUSTOMARY_ALPHA, power=request.power
        ),
    )


def request_from_study(study: StudyResult, benchmark: str, population: str | None = None) -> PlanRequest:
    """Begin from the data of a study: a benchmark's correlation, its reliability, the families behind it.

    Parameters
    ----------
    study : StudyResult
    benchmark : str
    population : str, optional
        Needed where the study has the benchmark in more than one.

    Returns
    -------
    PlanRequest

    Raises
    ------
    UsageError
        If the study has no such benchmark or has it in several populations, or its correlation is undefined.
    """
    found = [
        one
        for one in study.correlations
        if one.benchmark == benchmark and population in (None, one.population)
    ]
    if len(found) != 1:
        there = ", ".join(one.population for one in found)
        raise UsageError(
            f"a benchmark of the study as --for, and one population of it, for {benchmark!r}",
            found=f"it in {there}" if found else "none of that name",
            remedy="Name one with --population." if found else "See tables/correlations.csv of its report.",
        )
    (one,) = found
    if one.rho is None:
        raise UsageError(f"a correlation of {benchmark!r}", found=f"none: {one.reason}")
    reliability = one.reliability.value if one.reliability else None
    if reliability is not None and reliability <= 0:
        raise UsageError(
            f"a benchmark of which more than measurement error is seen, as --for, for {benchmark!r}",
            found=f"a reliability of {reliability:.2f}",
            remedy="Measure it with more items first.",
        )
    corrected = one.reliability.rho if one.reliability else None
    rho = one.rho if corrected is None else corrected
    if abs(rho) >= 1:
        raise UsageError(
            f"a correlation between -1 and 1 without measurement error, of {benchmark!r}",
            found=f"{rho:.2f} after the correction for a reliability of {reliability:.2f}",
            remedy="Plan without --for, with --rho and --reliability of your own.",
        )
    return PlanRequest(
        rho=rho,
        margin=study.provenance.settings.margin,
        level=study.provenance.settings.level,
        reliability=1.0 if reliability is None else reliability,
        reliability_known=reliability is not None,
        family_sizes=_sizes(study, one),
        benchmark=benchmark,
        population=one.population,
    )


def _sizes(study: StudyResult, one: Correlation) -> tuple[int, ...]:
    """Return the sizes of the families behind a correlation, the largest first."""
    population: PopulationResult = next(
        other for other in study.populations if other.population == one.population
    )
    scores: Sequence[float | None] = population.scores[one.benchmark]
    families = Counter(
        model.family
        for model, score in zip(population.models, scores, strict=True)
        if score is not None and model.capabilities_score is not None
    )
    return tuple(sorted(families.values(), reverse=True))


def _check(request: PlanRequest) -> None:
    """Raise where a number is out of its range, in the words of the command line."""
    ranges = {
        "--rho": (-1 < request.rho < 1, "between -1 and 1", request.rho),
        "--rho and --margin": (
            abs(request.rho) != request.margin,
            "a correlation that is not the margin",
            request.rho,
        ),
        "--margin": (0 < request.margin < 1, "between 0 and 1", request.margin),
        "--level": (0 < request.level < 1, "between 0 and 1", request.level),
        "--power": (0 < request.power < 1, "between 0 and 1", request.power),
        "--reliability": (0 < request.reliability <= 1, "above 0 and up to 1", request.reliability),
        "--families": (
            bool(request.family_sizes) and min(request.family_sizes, default=0) > 0,
            "family sizes of 1 or more",
            request.family_sizes,
        ),
        "--ability-clustering": (
            0 <= request.ability_clustering < 1,
            "from 0, below 1",
            request.ability_clustering,
        ),
        "--residual-clustering": (
            0 <= request.residual_clustering < 1,
            "from 0, below 1",
            request.residual_clustering,
        ),
        "--simulations": (request.simulations > 0, "1 or more", request.simulations),
        "--most-families": (request.most_families >= 6, "6 or more", request.most_families),
    }
    for option, (holds, expected, found) in ranges.items():
        if not holds:
            raise UsageError(expected, found=str(found), where=option)
