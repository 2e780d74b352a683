"""Which capabilities score a study takes: fitted to the suite, or held fixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from confounded.errors import ContentError
from confounded.study.capabilities import FEWEST_MODELS, CapabilitiesScore, capabilities_score, suite_of
from confounded.study.fixed_score import covering, fixed_score
from confounded.study.imputed import impute_score
from confounded.study.population import Population
from confounded.study.result import BenchmarkFacts, Notice
from confounded.study.settings import Settings

__all__ = ["capabilities_of"]

NOTHING_TO_IMPUTE: Final = Notice(
    what="Nothing was imputed: capability is held fixed, so that there is no suite with holes to fill. A model without "
    "a score is left out of the correlation.",
    remedy="Name capability benchmarks with --suite, and no --capabilities, to have their holes imputed.",
)


def capabilities_of(
    population: Population, settings: Settings, facts: Mapping[str, BenchmarkFacts]
) -> tuple[CapabilitiesScore, list[Notice]]:
    """Return the capabilities scores of a population's models, from the source that the settings name.

    Raises
    ------
    UsageError, ContentError
        If there is no such source, or it has no score of enough models.
    """
    if settings.capabilities is not None:
        try:
            score, notices = fixed_score(population, settings.capabilities, facts)
        except ContentError as problem:
            raise _with_references(problem, population) from problem
        return score, [*notices, *([NOTHING_TO_IMPUTE] if settings.missing == "impute" else [])]
    try:
        suite, remarks = suite_of(population, settings)
    except ContentError as problem:
        if settings.suite is not None:
            raise
        raise _with_references(problem, population) from problem
    if settings.missing == "impute":
        score, more = impute_score(population, suite, settings)
    else:
        score, more = capabilities_score(population, suite, settings.missing)
    return score, [*remarks, *more]


def _with_references(problem: ContentError, population: Population) -> ContentError:
    """Say beside an error which reference has scores of the most of these models."""
    best, count = covering(population)[0]
    if count < FEWEST_MODELS:
        return problem
    remedy = f"{problem.remedy} Or take capability from a reference: --capabilities {best} has scores of "
    remedy += f"{count} of these {len(population.models)} models."
    return ContentError(problem.expected, found=problem.found, where=problem.where, remedy=remedy)
